/**
 * Edits the text of one kubeconfig file. Other people's entries, comments, order and layout stay: the edit is made in
 * the text if the file is in block style, as nearly all are; otherwise the document is written again. Either way the
 * result is parsed, and must differ from the original only in what the edits name.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { applyToText, compatible, withFinalNewline } from './edit-text.ts';
import { type Edit, type NamedEntry, type Section, sections } from './edits.ts';
import { unparsable } from './errors.ts';

export interface KubeconfigData {
  'current-context'?: string | null;
  [field: string]: unknown;
}

const empty = 'apiVersion: v1\nkind: Config\npreferences: {}\n';

/** kubectl lets `<<` merge one mapping into another. */
const reading = { merge: true } as const;
const parse = (text: string): Document => parseDocument(text, reading);

/** Throws `KubeconfigError` if the text is not a kubeconfig: Skiff must not write such a file either. */
export function parseKubeconfig(file: string, text: string): { document: Document; data: KubeconfigData } {
  const document = parse(text || empty);
  const [error] = document.errors;
  if (error?.code === 'MULTIPLE_DOCS') throw unparsable(file, 'it has more than one document');
  if (error) throw unparsable(file, error.message.split('\n')[0] ?? error.code);
  if (isNothing(document)) return { document, data: {} };
  if (!isMap(document.contents)) throw unparsable(file, 'it is not a mapping');
  const data = toData(file, document);
  for (const section of sections) checkEntries(file, section, data[section] ?? []);
  return { document, data };
}

/** Only comments, or `null`: kubectl takes both for an empty file. */
const isNothing = ({ contents }: Document): boolean =>
  contents === null || (isScalar(contents) && contents.value === null);

function toData(file: string, document: Document): KubeconfigData {
  try {
    return document.toJS();
  } catch (error) {
    // An alias without a target, or one that expands to billions of nodes.
    if (error instanceof ReferenceError) throw unparsable(file, error.message);
    throw error;
  }
}

/** Throws on what kubectl refuses too. */
function checkEntries(file: string, section: Section, entries: unknown): void {
  if (!Array.isArray(entries)) throw unparsable(file, `${section} is not a list`);
  const odd = entries.find((entry) => typeof entry !== 'object' || entry === null || typeof entry.name !== 'string');
  if (odd !== undefined) throw unparsable(file, `an entry of ${section} has no name`);
  const names = new Set<string>();
  for (const { name } of entries) {
    if (names.has(name)) throw unparsable(file, `two entries of ${section} are named ${JSON.stringify(name)}`);
    names.add(name);
  }
}

export const entriesOf = (data: KubeconfigData, section: Section): NamedEntry[] => {
  const entries = data[section];
  return Array.isArray(entries) ? entries : [];
};

/** True if nothing is lost when the file is removed: no entry, no comment, only what every kubeconfig has. */
export function isBare(file: string, text: string): boolean {
  const { apiVersion: _, kind: __, ...rest } = parseKubeconfig(file, text).data;
  const isEmpty = (value: unknown) => !value || (typeof value === 'object' && Object.keys(value).length === 0);
  return !text.includes('#') && Object.values(rest).every(isEmpty);
}

interface Parsed {
  text: string;
  document: Document;
  data: KubeconfigData;
}

/** The text with the edits applied; the identical text if they change nothing. */
export function editKubeconfig(file: string, text: string, edits: Edit[]): string {
  const base = withMapping(text);
  const before: Parsed = { text: base, ...parseKubeconfig(file, base) };
  const after = edits.reduce((current, edit) => applyEdit(file, current, edit), before);
  return after === before ? text : after.text;
}

/** The text with a mapping to edit: an empty one takes the place of nothing or `null`. Comments stay. */
function withMapping(text: string): string {
  const document = parse(text);
  if (document.errors.length || !isNothing(document)) return text;
  const [from, to] = document.contents?.range ?? [text.length, text.length];
  return withFinalNewline(text.slice(0, from)) + empty + text.slice(to);
}

function applyEdit(file: string, current: Parsed, edit: Edit): Parsed {
  const wanted = applyToData(current.data, edit);
  if (isDeepStrictEqual(wanted, current.data)) return current;
  const candidates = [
    () => applyToText(current.text, current.document, edit),
    () => applyToJson(current.text, wanted),
    () => applyToDocument(current.text, edit),
  ];
  for (const candidate of candidates) {
    const text = candidate();
    const document = text === undefined ? undefined : parse(text);
    if (text !== undefined && document && says(document, wanted)) return { text, document, data: wanted };
  }
  throw unparsable(file, 'it is laid out in a way that cannot be edited safely');
}

const says = (document: Document, wanted: KubeconfigData): boolean =>
  document.errors.length === 0 && isDeepStrictEqual(document.toJS(), wanted);

function applyToData(data: KubeconfigData, edit: Edit): KubeconfigData {
  if (edit.type === 'current') {
    return data['current-context'] || edit.context ? { ...data, 'current-context': edit.context } : data;
  }
  const entries = entriesOf(data, edit.section);
  if (edit.type === 'remove') {
    return entries.some(({ name }) => name === edit.name)
      ? { ...data, [edit.section]: entries.filter(({ name }) => name !== edit.name) }
      : data;
  }
  const at = entries.findIndex(({ name }) => name === edit.entry.name);
  return { ...data, [edit.section]: at < 0 ? [...entries, edit.entry] : entries.with(at, edit.entry) };
}

/** Keeps a JSON file, as some programs write it, as JSON with the same indent. Undefined if it is not JSON. */
function applyToJson(text: string, wanted: KubeconfigData): string | undefined {
  if (!text.startsWith('{')) return undefined;
  const indent = /^\{\n([ \t]+)/.exec(text)?.[1];
  const end = text.slice(text.trimEnd().length);
  try {
    const same = JSON.stringify(JSON.parse(text), null, indent) + end === text;
    return same ? JSON.stringify(wanted, null, indent) + end : undefined;
  } catch (error) {
    // Braces, but YAML rather than JSON.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Keeps comments, but may change how lines are laid out. */
function applyToDocument(text: string, edit: Edit): string {
  const document = parseDocument(text, { ...reading, ...compatible, intAsBigInt: true });
  if (edit.type === 'current') {
    document.set('current-context', edit.context);
    return document.toString({ lineWidth: 0 });
  }
  if (!isSeq(document.get(edit.section))) document.set(edit.section, document.createNode([]));
  const list = document.get(edit.section);
  if (!isSeq(list)) return text;
  const name = edit.type === 'put' ? edit.entry.name : edit.name;
  const at = list.items.findIndex((item) => isMap(item) && item.get('name') === name);
  if (edit.type === 'remove') list.items.splice(at, 1);
  else if (at < 0) list.items.push(document.createNode(edit.entry));
  else list.items[at] = document.createNode(edit.entry);
  return document.toString({ lineWidth: 0 });
}
