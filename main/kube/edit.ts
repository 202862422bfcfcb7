/**
 * Edits the text of one kubeconfig file. Other people's entries, comments, order and layout stay as they are: where the
 * file is laid out in blocks, as everyone's is, the edit is cut into the text; otherwise the document is written anew.
 * Either way the result is parsed again, and must differ from the original in nothing but what was asked for.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { unparsable } from './errors.ts';

export type Section = 'clusters' | 'contexts' | 'users';
export const sections: Section[] = ['clusters', 'contexts', 'users'];

export interface NamedEntry {
  name: string;
  [field: string]: unknown;
}

export type Edit =
  | { type: 'put'; section: Section; entry: NamedEntry }
  | { type: 'remove'; section: Section; name: string }
  | { type: 'current'; context: string };

interface KubeconfigData {
  'current-context'?: string | null;
  [field: string]: unknown;
}

const empty = 'apiVersion: v1\nkind: Config\npreferences: {}\n';

/** Throws where the text is not a kubeconfig: then it must not be written either. */
export function parseKubeconfig(file: string, text: string): { document: Document; data: KubeconfigData } {
  const document = parseDocument(text || empty);
  const [error] = document.errors;
  if (error) throw unparsable(file, error.message.split('\n')[0] ?? error.code);
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return { document, data: {} };
  }
  if (!isMap(document.contents)) throw unparsable(file, 'it is not a mapping');
  const data: KubeconfigData = document.toJS();
  for (const section of sections) {
    const entries = data[section] ?? [];
    if (!Array.isArray(entries)) throw unparsable(file, `${section} is not a list`);
    const odd = entries.find((entry) => typeof entry !== 'object' || entry === null || typeof entry.name !== 'string');
    if (odd !== undefined) throw unparsable(file, `an entry of ${section} has no name`);
  }
  return { document, data };
}

export const entriesOf = (data: KubeconfigData, section: Section): NamedEntry[] => {
  const entries = data[section];
  return Array.isArray(entries) ? entries : [];
};

/** The text with the edits applied; the very same text where they change nothing. */
export function editKubeconfig(file: string, text: string, edits: Edit[]): string {
  return edits.reduce((current, edit) => applyEdit(file, current, edit), text);
}

function applyEdit(file: string, text: string, edit: Edit): string {
  const base = text.trim() ? text : text + empty;
  const { document, data } = parseKubeconfig(file, base);
  const wanted = applyToData(data, edit);
  if (isDeepStrictEqual(wanted, data)) return text;
  const candidates = [() => applyToText(base, document, edit), () => applyToDocument(base, edit)];
  for (const candidate of candidates) {
    const result = candidate();
    if (result !== undefined && yields(result, wanted)) return result;
  }
  throw unparsable(file, 'it is laid out in a way that cannot be edited safely');
}

function yields(text: string, wanted: KubeconfigData): boolean {
  const document = parseDocument(text);
  return document.errors.length === 0 && isDeepStrictEqual(document.toJS(), wanted);
}

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

/** Undefined where the layout is not the usual one. */
function applyToText(text: string, document: Document, edit: Edit): string | undefined {
  if (!isMap(document.contents) || document.contents.flow) return undefined;
  if (edit.type === 'current') return setCurrent(text, document.contents, edit.context);
  const list = document.contents.get(edit.section, true);
  if (edit.type === 'put') {
    if (!isSeq(list)) return document.contents.has(edit.section) ? undefined : addSection(text, edit);
    return list.flow ? replaceEmptyList(text, list, edit) : putEntry(text, list, edit.entry);
  }
  return isSeq(list) && !list.flow ? removeEntry(text, list, edit) : undefined;
}

function setCurrent(text: string, root: YAMLMap, context: string): string | undefined {
  const value = root.get('current-context', true);
  if (value === undefined) return `${ending(text)}current-context: ${stringify(context)}`;
  if (!isScalar(value) || !value.range) return undefined;
  const [from, to] = value.range;
  return `${text.slice(0, from)}${from === to ? ' ' : ''}${stringify(context).trim()}${text.slice(to)}`;
}

const ending = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

const renderEntry = (entry: NamedEntry, indent: string): string =>
  stringify([entry], { lineWidth: 0 }).replace(/^(?=.)/gm, indent);

const addSection = (text: string, edit: { section: Section; entry: NamedEntry }): string =>
  `${ending(text)}${edit.section}:\n${renderEntry(edit.entry, '')}`;

function replaceEmptyList(text: string, list: YAMLSeq, { entry }: { entry: NamedEntry }): string | undefined {
  if (list.items.length || !list.range) return undefined;
  const [from, to] = list.range;
  const rest = text.slice(to);
  if (!/^[ \t]*(\r?\n|$)/.test(rest)) return undefined;
  return `${text.slice(0, from).trimEnd()}\n${renderEntry(entry, '').trimEnd()}${rest}`;
}

interface Span {
  name: unknown;
  from: number;
  to: number;
}

/** Each item from its dash to the start of the next; the last one ends where its value ends. */
function spans(text: string, list: YAMLSeq): { items: Span[]; indent: string } | undefined {
  const starts = list.items.map((item) =>
    isCollection(item) && item.range ? text.lastIndexOf('\n', item.range[0]) + 1 : -1,
  );
  if (!list.range || starts.includes(-1)) return undefined;
  const [first = 0] = starts;
  const indent = /^[ ]*(?=-)/.exec(text.slice(first))?.[0];
  if (indent === undefined) return undefined;
  const end = isCollection(list.items.at(-1)) ? lineEnd(text, list.items.at(-1)) : list.range[1];
  const items = list.items.map((item, at) => ({
    name: isMap(item) ? item.get('name') : undefined,
    from: starts[at] ?? 0,
    to: starts[at + 1] ?? end,
  }));
  return { items, indent };
}

/** Just behind the newline of the last line of a value. */
function lineEnd(text: string, item: unknown): number {
  const end = isCollection(item) && item.range ? item.range[1] : 0;
  if (text[end - 1] === '\n') return end;
  const newline = text.indexOf('\n', end);
  return newline < 0 ? text.length : newline + 1;
}

function putEntry(text: string, list: YAMLSeq, entry: NamedEntry): string | undefined {
  const found = spans(text, list);
  const last = found?.items.at(-1);
  if (!found || !last) return undefined;
  const old = found.items.find(({ name }) => name === entry.name);
  const rendered = renderEntry(entry, found.indent);
  if (old) return text.slice(0, old.from) + rendered + text.slice(old.to);
  return ending(text.slice(0, last.to)) + rendered + text.slice(last.to);
}

function removeEntry(text: string, list: YAMLSeq, { section, name }: { section: Section; name: string }) {
  const found = spans(text, list);
  const old = found?.items.find((item) => item.name === name);
  if (!found || !old) return undefined;
  const rest = text.slice(0, old.from) + text.slice(old.to);
  if (found.items.length > 1) return rest;
  return rest.replace(new RegExp(`^${section}:[ \\t]*$`, 'm'), `${section}: []`);
}

/** Keeps comments, but may lay lines out anew. */
function applyToDocument(text: string, edit: Edit): string {
  const document = parseDocument(text);
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
