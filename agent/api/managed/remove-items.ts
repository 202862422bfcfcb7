/**
 * An object without some of its fields.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/v6.3.0/typed/remove.go
 */
import { isObject, type JsonObject } from '../json/value.ts';
import { own, setOwn } from '../own.ts';
import type { Definitions } from '../schema/schema.ts';
import { type FieldSet, isMember } from './field-set.ts';
import { type Fields, type Known, type List, shapeOf } from './shape.ts';

/** Shares parts with the value, which it does not modify; undefined where nothing is left of it. */
export function withoutFields(definitions: Definitions, schema: Known, value: unknown, remove: FieldSet): unknown {
  const shape = shapeOf(definitions, schema, value, value);
  if (shape.kind === 'fields' && isObject(value)) return fieldsLeft(definitions, shape, value, remove);
  if (shape.kind === 'list' && Array.isArray(value)) return itemsLeft(definitions, shape, value, remove);
  return value;
}

function fieldsLeft(definitions: Definitions, { memberOf }: Fields, object: JsonObject, remove: FieldSet): unknown {
  const left: JsonObject = {};
  let count = 0;
  for (const name in object) {
    const { element, schema } = memberOf(name);
    const child = childLeft(definitions, schema, object[name], own(remove, element));
    if (child === undefined) continue;
    setOwn<unknown>(left, name, child);
    count += 1;
  }
  return count > 0 || Object.keys(object).length === 0 ? left : undefined;
}

function itemsLeft(definitions: Definitions, { items, elementOf }: List, list: unknown[], remove: FieldSet): unknown {
  const left = list.flatMap((item) => {
    const child = childLeft(definitions, items, item, own(remove, elementOf(item) ?? ''));
    return child === undefined ? [] : [child];
  });
  return left.length > 0 || list.length === 0 ? left : undefined;
}

function childLeft(definitions: Definitions, schema: Known, child: unknown, node: FieldSet | undefined): unknown {
  if (!node) return child;
  return isMember(node) ? undefined : withoutFields(definitions, schema, child, node);
}
