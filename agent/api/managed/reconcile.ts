/**
 * What managers own where the schema has changed since: whoever had parts of what is atomic now owns the whole. What has
 * become granular is left as it is.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/v6.3.0/typed/reconcile_schema.go
 */
import { setOwn } from '../own.ts';
import type { Definitions, Schema } from '../schema/schema.ts';
import { type FieldSet, isNoFields, noFields } from './field-set.ts';
import { isAtomic, type Known, type KnownSchema, type Shape, shapeOf } from './shape.ts';
import { shared } from './shared-sets.ts';

const below = (shape: Shape, element: string): Known => {
  if (shape.kind === 'list') return shape.items;
  return shape.kind === 'fields' ? shape.memberOf(element.slice(2)).schema : undefined;
};

const itself = '.';
const hasParts = (set: FieldSet): boolean => Object.keys(set).some((element) => element !== itself);

/** The set itself where nothing of it has become atomic. */
function reconciledBelow(definitions: Definitions, schema: Known, set: FieldSet): FieldSet {
  if (!schema || isNoFields(set)) return set;
  if (isAtomic(definitions, schema)) return hasParts(set) ? noFields : set;
  const shape = shapeOf(definitions, schema, undefined, undefined);
  if (shape.kind === 'whole') return set;
  let changed: Record<string, FieldSet> | undefined;
  for (const element in set) {
    const node = set[element] ?? noFields;
    if (element === itself) continue;
    const next = reconciledBelow(definitions, below(shape, element), node);
    if (next === node) continue;
    changed ??= { ...set };
    setOwn(changed, element, next);
  }
  return changed ?? set;
}

/** Sets that fit a schema. Many objects share a set, and writes find it as it was: each is looked through once. */
const fitting = new WeakMap<Schema, WeakSet<FieldSet>>();

export function reconciled(known: KnownSchema | undefined, set: FieldSet): FieldSet {
  if (!known) return set;
  const { root, definitions } = known;
  const fit = fitting.get(root) ?? new WeakSet<FieldSet>();
  fitting.set(root, fit);
  if (fit.has(set)) return set;
  const next = reconciledBelow(definitions, root, set);
  if (next !== set) return shared(next);
  fit.add(set);
  return set;
}
