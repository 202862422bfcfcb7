/**
 * Fields of a set as messages name them: `.spec.containers[name="web"].image`.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/v6.3.0/fieldpath/element.go
 */

import { parseExact } from '../json/parse.ts';
import { isObject, type JsonObject } from '../json/value.ts';
import { type FieldSet, isMember, isNoFields, noFields } from './field-set.ts';

/** A key should be a scalar; upstream prints the members of a map with nothing between them. */
function keyText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(keyText).join(',')}]`;
  return isObject(value) ? keyTexts(value).join('') : String(value);
}

const keyTexts = (keys: JsonObject): string[] =>
  Object.entries(keys).map(([name, value]) => `${name}=${keyText(value)}`);

/** One element of a path: `f:image` is `.image`. */
export function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  const keys = parseExact(rest);
  return isObject(keys) ? `[${keyTexts(keys).join(',')}]` : `[${rest}]`;
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
