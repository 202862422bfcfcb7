/**
 * Functions of texts. https://pkg.go.dev/github.com/google/cel-go/ext#Strings (version 2) and
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/library/regex.go
 */

import { quote } from '../../quote.ts';
import { compilePattern, type Pattern } from '../../schema/structural/pattern.ts';
import { CostExceeded } from '../frame.ts';
import { define, method, type Overload, once, onceSame, patternCost, type Size, traversal } from '../functions.ts';
import type { Meter } from '../operations.ts';
import { bool, dyn, int, listOf, string } from '../types.ts';
import { EvaluationError, List, listFrom, type Value } from '../values.ts';
import { formatText } from './format-text.ts';
import { checkIndex, lengthOf, toPoints, toUnits } from './text-indices.ts';

function indexOf(text: string, part: string, from = 0n): bigint {
  const start = from === 0n ? 0 : toUnits(text, checkIndex(from, lengthOf(text)));
  return BigInt(toPoints(text, text.indexOf(part, start)));
}

function lastIndexOf(text: string, part: string, from?: bigint): bigint {
  const last = from === undefined ? undefined : toUnits(text, checkIndex(from, lengthOf(text)));
  return BigInt(toPoints(text, text.lastIndexOf(part, last)));
}

function substring(text: string, start: bigint, end?: bigint): string {
  const length = lengthOf(text);
  const last = end === undefined ? length : checkIndex(end, length);
  const first = checkIndex(start, length);
  if (first > last) throw new EvaluationError(`invalid substring range. start: ${start}, end: ${end}`);
  return text.slice(toUnits(text, first), toUnits(text, last));
}

function charAt(text: string, index: bigint): string {
  const at = toUnits(text, checkIndex(index, lengthOf(text)));
  const point = text.codePointAt(at);
  return point === undefined ? '' : String.fromCodePoint(point);
}

/** How often the part is in the text, as `replaceAll` counts. */
function countOf(text: string, part: string): number {
  if (part === '') return text.length + 1;
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count += 1;
  return count;
}

/** At most `limit` times; all where that is negative. */
function replace(text: string, part: string, by: string, limit: bigint, meter: Meter): string {
  meter.make(text.length + (by.length > part.length ? countOf(text, part) * (by.length - part.length) : 0));
  if (limit < 0n) return text.replaceAll(part, () => by);
  const parts = text.split(part);
  const most = Number(limit) + 1;
  if (parts.length <= most) return parts.join(by);
  return [...parts.slice(0, most - 1), parts.slice(most - 1).join(part)].join(by);
}

function split(text: string, separator: string, limit = -1n): List {
  if (limit === 0n) return listFrom([]);
  const parts = separator === '' ? [...text] : text.split(separator);
  if (limit < 0n || parts.length <= Number(limit)) return listFrom(parts);
  const most = Number(limit) - 1;
  return listFrom([...parts.slice(0, most), parts.slice(most).join(separator)]);
}

const space = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Without what Go's `unicode.IsSpace` counts as space. */
function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  const isSpace = (at: number): boolean => space.test(text.charAt(at));
  while (start < end && isSpace(start)) start += 1;
  while (end > start && isSpace(end - 1)) end -= 1;
  return text.slice(start, end);
}

const lowerAscii = (text: string): string => text.replace(/[A-Z]+/g, (part) => part.toLowerCase());
const upperAscii = (text: string): string => text.replace(/[a-z]+/g, (part) => part.toUpperCase());

/** Longer texts would hold up everybody else: patterns cannot be matched in steps. Upstream has no such limit. */
const longestMatched = 150_000;
/** To find what matches takes longer than to say whether something does. */
const longestSearched = 20_000;

function pattern(text: string, source: string, problem: string, longest: number): Pattern {
  if (text.length > longest) throw new CostExceeded();
  try {
    return compilePattern(source);
  } catch (error) {
    throw new EvaluationError(`${problem}${error instanceof Error ? error.message : String(error)}`);
  }
}

function findAll(text: string, source: string, limit = -1n): List {
  const found: string[] = [];
  for (const each of pattern(text, source, 'Illegal regex: ', longestSearched).findIn(text)) {
    if (limit >= 0n && found.length >= Number(limit)) break;
    found.push(each);
  }
  return listFrom(found);
}

const find = (text: string, source: string): string => {
  for (const found of pattern(text, source, 'Illegal regex: ', longestSearched).findIn(text)) return found;
  return '';
};

const none: Size = { least: 0, most: 0 };
const upTo = (size: Size = none): Size => ({ least: 0, most: size.most });
const matched = {
  of: ([text = 0, source = 0]: readonly number[]) => patternCost(text, source),
};
const foundAll = { ...matched, result: ([text]: readonly Size[]) => upTo(text) };
const twiceTraversed = { of: ([text = 0]: readonly number[]) => traversal(2 * text) };
/** Of the text at run time; expected of the part that is looked for. */
const atEnd = {
  of: ([text = 0]: readonly number[]) => traversal(text),
  estimate: ([, part = 0]: readonly number[]) => traversal(part),
};

function replacedSize([text = none, part = none, by = none]: readonly Size[]): Size {
  if (part.least === 0) return { least: 0, most: (text.most + 1) * by.most + text.most };
  if (by.most <= part.least) return { least: 0, most: text.most };
  return { least: 0, most: Math.ceil(text.most / part.least) * by.most };
}
const replaced = { ...twiceTraversed, result: replacedSize };
const parts = { ...twiceTraversed, result: ([text]: readonly Size[]) => upTo(text) };

const joinedSize = ([list = none, separator = none]: readonly Size[], [item = none]: readonly Size[]): Size => ({
  least: 0,
  most: list.most * item.most + Math.max(0, list.most - 1) * separator.most,
});
function textLength(list: List, meter: Meter): number {
  let length = 0;
  meter.work(list.size);
  for (let index = 0; index < list.size; index += 1) {
    const item = list.at(index);
    length += typeof item === 'string' ? item.length : 0;
  }
  return length;
}

function join(list: List, separator: string, meter: Meter): string {
  meter.make(textLength(list, meter) + list.size * separator.length);
  return [...list].join(separator);
}
const joined = {
  run: ([list, separator = '']: readonly Value[], meter: Meter) =>
    list instanceof List ? traversal(2 * (textLength(list, meter) + list.size * String(separator).length)) : 0,
  estimate: ([list = 0, separator = 0]: readonly number[], [item = 0]: readonly number[]) =>
    traversal(list * item + Math.max(0, list - 1) * separator),
  result: joinedSize,
};

export const texts: readonly Overload[] = [
  define<[string]>('size', [string], int, (text) => BigInt(lengthOf(text))),
  method<[string]>('size', [string], int, (text) => BigInt(lengthOf(text))),
  method<[string, string]>('startsWith', [string, string], bool, (text, part) => text.startsWith(part), atEnd),
  method<[string, string]>('endsWith', [string, string], bool, (text, part) => text.endsWith(part), atEnd),
  method<[string, string]>('contains', [string, string], bool, (text, part) => text.includes(part), {
    of: ([text = 0, part = 0]) => traversal(text) * traversal(part),
  }),
  method<[string, string]>(
    'matches',
    [string, string],
    bool,
    (text, source) => pattern(text, source, 'error parsing regexp: ', longestMatched).matches(text),
    matched,
  ),
  define<[string, string]>(
    'matches',
    [string, string],
    bool,
    (text, source) => pattern(text, source, 'error parsing regexp: ', longestMatched).matches(text),
    matched,
  ),
  method<[string, string]>('find', [string, string], string, find, foundAll),
  method<[string, string]>(
    'findAll',
    [string, string],
    listOf(string),
    (text, source) => findAll(text, source),
    foundAll,
  ),
  method<[string, string, bigint]>('findAll', [string, string, int], listOf(string), findAll, foundAll),
  method<[string, bigint]>('charAt', [string, int], string, charAt),
  method<[string, string]>('indexOf', [string, string], int, (text, part) => indexOf(text, part), once),
  method<[string, string, bigint]>('indexOf', [string, string, int], int, indexOf, once),
  method<[string, string]>('lastIndexOf', [string, string], int, (text, part) => lastIndexOf(text, part), once),
  method<[string, string, bigint]>('lastIndexOf', [string, string, int], int, lastIndexOf, once),
  method<[string]>('lowerAscii', [string], string, lowerAscii, onceSame),
  method<[string]>('upperAscii', [string], string, upperAscii, onceSame),
  method<[string]>('trim', [string], string, trimmed, onceSame),
  method<[string, bigint]>('substring', [string, int], string, (text, start) => substring(text, start), onceSame),
  method<[string, bigint, bigint]>('substring', [string, int, int], string, substring, onceSame),
  method<[string, string, string]>(
    'replace',
    [string, string, string],
    string,
    (text, part, by, meter) => replace(text, part, by, -1n, meter),
    replaced,
  ),
  method<[string, string, string, bigint]>('replace', [string, string, string, int], string, replace, replaced),
  method<[string, string]>(
    'split',
    [string, string],
    listOf(string),
    (text, separator) => split(text, separator),
    parts,
  ),
  method<[string, string, bigint]>('split', [string, string, int], listOf(string), split, parts),
  method<[List]>('join', [listOf(string)], string, (list, meter) => join(list, '', meter), joined),
  method<[List, string]>('join', [listOf(string), string], string, join, joined),
  define<[string]>('strings.quote', [string], string, quote, onceSame),
  method<[string, List]>('format', [string, listOf(dyn)], string, formatText, onceSame),
];
