/** Objects as YAML, in the order in which people read them. */
import { stringify } from 'yaml';
import { isObject } from '../../agent/api/json/value.ts';
import type { AnyObject } from '../../agent/api/types.ts';

const firstOfAll = ['apiVersion', 'kind', 'metadata', 'name', 'generateName', 'namespace', 'labels', 'annotations'];

/** What a person looks for first comes first, whatever order the server keeps. */
const rank = (key: unknown): number => {
  const at = firstOfAll.indexOf(String(key));
  return at < 0 ? firstOfAll.length : at;
};

function reordered(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => rank(a) - rank(b)));
}

/** Of an object or a part of one; metadata begins with the name. */
export function toYaml(value: unknown): string {
  const object = isObject(value) && 'kind' in value ? reordered(value) : value;
  const shown =
    isObject(object) && isObject(object.metadata) ? { ...object, metadata: reordered(object.metadata) } : object;
  return stringify(shown, { lineWidth: 0, aliasDuplicateObjects: false });
}

export const manyToYaml = (objects: readonly AnyObject[]): string => objects.map(toYaml).join('---\n');
