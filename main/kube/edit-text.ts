/**
 * Applies one edit to the text of a kubeconfig in block style, which nearly all are. Whatever the edit does not name
 * stays byte for byte. Returns undefined if the layout is a different one.
 */
import { type Document, isCollection, isMap, isScalar, isSeq, stringify, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Edit, NamedEntry, Section } from './edits.ts';

export function applyToText(text: string, document: Document, edit: Edit): string | undefined {
  const root = document.contents;
  if (!isMap(root) || root.flow) return undefined;
  if (edit.type === 'current') return setCurrent(text, root, edit.context);
  const list = root.get(edit.section, true);
  if (edit.type === 'remove') return isSeq(list) && !list.flow ? removeEntry(text, list, edit) : undefined;
  if (!root.has(edit.section)) return addSection(text, edit);
  if (isSeq(list) && list.items.length && !list.flow) return putEntry(text, list, edit.entry);
  const isEmpty = (isSeq(list) && list.items.length === 0) || (isScalar(list) && list.value === null);
  return isEmpty && list.range ? fillSection(text, list.range, edit.entry) : undefined;
}

/** kubectl reads YAML 1.1, where an unquoted `no` is a boolean and not the name of a context. */
export const compatible = { compat: 'yaml-1.1' } as const;

/** The line withFinalNewline of the first line; on Windows it has two characters. */
const newlineOf = (text: string): string => /\r?\n/.exec(text)?.[0] ?? '\n';

/** The text with a newline after its last line. */
export const withFinalNewline = (text: string): string =>
  text === '' || text.endsWith('\n') ? text : text + newlineOf(text);

const renderEntry = (text: string, entry: NamedEntry, indent: string): string =>
  stringify([entry], { ...compatible, lineWidth: 0 })
    .replace(/^(?=.)/gm, indent)
    .replaceAll('\n', newlineOf(text));

function setCurrent(text: string, root: YAMLMap, context: string): string | undefined {
  const value = root.get('current-context', true);
  const rendered = stringify(context, { ...compatible, lineWidth: 0 }).trim();
  if (value === undefined) return `${withFinalNewline(text)}current-context: ${rendered}${newlineOf(text)}`;
  if (!isScalar(value) || !value.range) return undefined;
  const [from, to] = value.range;
  return `${text.slice(0, from)}${from === to ? ' ' : ''}${rendered}${text.slice(to)}`;
}

const addSection = (text: string, { section, entry }: { section: Section; entry: NamedEntry }): string =>
  `${withFinalNewline(text)}${section}:${newlineOf(text)}${renderEntry(text, entry, '')}`;

/** Puts the first entry in place of `[]`, `null`, `~` or nothing, and keeps the comment behind it. */
function fillSection(text: string, [from, to]: [number, number, number], entry: NamedEntry): string | undefined {
  const [, gap = '', comment, newline] = /^([ \t]*)(#[^\r\n]*|)(\r?\n|$)/.exec(text.slice(to)) ?? [];
  if (comment === undefined || newline === undefined) return undefined;
  const rest = text.slice(to + gap.length + comment.length + newline.length);
  const behind = comment && (gap || ' ') + comment;
  const header = text.slice(0, from).trimEnd() + behind + (newline || newlineOf(text));
  return header + renderEntry(text, entry, '') + rest;
}

interface Span {
  name: unknown;
  from: number;
  to: number;
}

/** Each item from its dash to the start of the next; the last one ends with its value. */
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

/** Offset behind the newline of a value's last line. */
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
  const rendered = renderEntry(text, entry, found.indent);
  if (old) return text.slice(0, old.from) + rendered + text.slice(old.to);
  return withFinalNewline(text.slice(0, last.to)) + rendered + text.slice(last.to);
}

function removeEntry(text: string, list: YAMLSeq, { section, name }: { section: Section; name: string }) {
  const found = spans(text, list);
  const old = found?.items.find((item) => item.name === name);
  if (!found || !old) return undefined;
  const rest = text.slice(0, old.from) + text.slice(old.to);
  if (found.items.length > 1) return rest;
  const header = new RegExp(`^(["']?)${section}\\1:(?=[ \\t]*(?:#.*)?$)`, 'm');
  return rest.replace(header, (matched) => `${matched} []`);
}
