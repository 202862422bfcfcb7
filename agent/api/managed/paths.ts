/**
 * Fields of a set as messages name them: `.spec.containers[name="web"].image`.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/v6.3.0/fieldpath/element.go
 */

import { parseExact } from '../json/parse.ts';
import { isObject } from '../json/value.ts';
import { type FieldSet, isMember, isNoFields, noFields } from './field-set.ts';

const text = (value: unknown): string => (typeof value === 'bigint' ? String(value) : JSON.stringify(value));

/** One element of a path: `f:image` is `.image`. */
export function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  const keys = parseExact(rest);
  return isObject(keys)
    ? `[${Object.entries(keys)
        .map(([key, value]) => `${key}=${text(value)}`)
        .join(',')}]`
    : `[${rest}]`;
}

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** In upstream's order: at every level the fields themselves, then what is below them. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  const elements = Object.keys(set)
    .filter((element) => element !== '.')
    .sort(byText);
  const nodes = elements.map((element) => [`${prefix}${elementText(element)}`, set[element] ?? noFields] as const);
  const members = nodes.filter(([, node]) => isMember(node)).map(([path]) => path);
  return [...members, ...nodes.filter(([, node]) => !isNoFields(node)).flatMap(([path, node]) => pathsOf(node, path))];
}
