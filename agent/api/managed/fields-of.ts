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

/** With every named field that has fields of the set below it. What no schema describes has no named fields. */
export function withNamedParents(definitions: Definitions, schema: Known, set: FieldSet): FieldSet {
  const shape = shapeOf(definitions, schema, undefined, undefined);
  if (shape.kind === 'whole' || isNoFields(set)) return set;
  const found: Record<string, FieldSet> = {};
  for (const element in set) {
    if (element === '.') continue;
    const node = set[element] ?? noFields;
    const member = shape.kind === 'fields' ? shape.memberOf(element.slice(2)) : { schema: shape.items, named: false };
    const below = withNamedParents(definitions, member.schema, node);
    const added = nodeOf(isMember(node) || member.named, below);
    if (added) setOwn(found, element, added);
  }
  return found;
}
