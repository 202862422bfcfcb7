/**
 * The set of all fields of an object: what whoever applies it comes to own.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/v6.3.0/typed/tofieldset.go
 */
import { isObject } from '../json/value.ts';
import { own, setOwn } from '../own.ts';
import type { Definitions } from '../schema/schema.ts';
import { type FieldSet, isMember, isNoFields, nodeOf, noFields } from './field-set.ts';
import { type Known, type List, shapeOf } from './shape.ts';

const isEmptyMap = (value: unknown): boolean => isObject(value) && Object.keys(value).length === 0;

function itemFields(definitions: Definitions, { items, elementOf }: List, list: readonly unknown[]): FieldSet {
  const fields: Record<string, FieldSet> = {};
  for (const item of list) {
    const element = elementOf(item);
    if (element === undefined) continue;
    // Items that share a key are told apart by nothing below it.
    const below = own(fields, element) ? noFields : fieldsBelow(definitions, items, item);
    setOwn(fields, element, nodeOf(true, below) ?? noFields);
  }
  return fields;
}

/** The value is one field, and so is nothing below it. */
const isWhole = (definitions: Definitions, schema: Known, value: unknown): boolean =>
  shapeOf(definitions, schema, value, value).kind === 'whole';

/** The fields below a value, without the value itself. */
function fieldsBelow(definitions: Definitions, schema: Known, value: unknown): FieldSet {
  const shape = shapeOf(definitions, schema, value, value);
  if (shape.kind === 'list') return Array.isArray(value) ? itemFields(definitions, shape, value) : noFields;
  if (shape.kind !== 'fields' || !isObject(value)) return noFields;
  const fields: Record<string, FieldSet> = {};
  for (const name in value) {
    const { element, schema: known, named } = shape.memberOf(name);
    const child = value[name];
    const counts = !named || child === null || isEmptyMap(child) || isWhole(definitions, known, child);
    const node = nodeOf(counts, fieldsBelow(definitions, known, child));
    if (node) setOwn(fields, element, node);
  }
  return fields;
}

export const fieldsOf = (definitions: Definitions, schema: Known, object: object): FieldSet =>
  fieldsBelow(definitions, schema, object);

/**
 * With every named field that has fields of the set below it; the set itself where it has them. What no schema
 * describes has no named fields.
 */
export function withNamedParents(definitions: Definitions, schema: Known, set: FieldSet): FieldSet {
  const shape = shapeOf(definitions, schema, undefined, undefined);
  if (shape.kind === 'whole') return set;
  let changed: Map<string, FieldSet> | undefined;
  for (const element in set) {
    const node = set[element] ?? noFields;
    if (node === noFields || isNoFields(node)) continue;
    const member = shape.kind === 'fields' ? shape.memberOf(element.slice(2)) : { schema: shape.items, named: false };
    const below = withNamedParents(definitions, member.schema, node);
    const added = member.named && !isMember(node) ? nodeOf(true, below) : below;
    if (!added || added === node) continue;
    changed ??= new Map();
    changed.set(element, added);
  }
  if (!changed) return set;
  const found: Record<string, FieldSet> = {};
  for (const element in set) setOwn(found, element, changed.get(element) ?? set[element] ?? noFields);
  return found;
}
