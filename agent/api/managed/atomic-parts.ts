/**
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/policy/mutating/patch/smd.go
 * (findAtomics)
 */
import { isObject } from '../json/value.ts';
import { type Definitions, resolve } from '../schema/schema.ts';
import { type Known, shapeOf } from './shape.ts';

/** A map or a list that its schema has replaced as a whole. */
function isAtomic(definitions: Definitions, schema: Known, value: unknown): boolean {
  if (shapeOf(definitions, schema, value, value).kind !== 'whole') return false;
  const type = resolve(definitions, schema)?.type;
  return Array.isArray(value) ? type !== 'object' : isObject(value) && type !== 'array';
}

/** The paths of all maps and lists in a value that cannot be merged, e.g. `.spec.selector`. */
export function atomicParts(definitions: Definitions, schema: Known, value: unknown, path = ''): string[] {
  const own = isAtomic(definitions, schema, value) ? [path] : [];
  const target = resolve(definitions, schema);
  if (Array.isArray(value)) {
    const items = target?.items;
    return [...own, ...value.flatMap((item, index) => atomicParts(definitions, items, item, `${path}[${index}]`))];
  }
  if (!isObject(value)) return own;
  return [
    ...own,
    ...Object.entries(value).flatMap(([name, member]) => {
      const known = target?.properties && Object.hasOwn(target.properties, name) ? target.properties[name] : undefined;
      return known ? atomicParts(definitions, known, member, `${path}.${name}`) : [];
    }),
  ];
}
