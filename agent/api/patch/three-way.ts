/**
 * The patch of `kubectl apply`: what is applied now against what is live, and deletions against what was applied last.
 * https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/#merge-patch-calculation
 */
import { isEqual, isObject, type JsonObject } from '../json/value.ts';
import { fieldOf, type MergeField, type MergeSchema } from './merge-schema.ts';

/**
 * Empty where nothing is to be changed. With a schema the result is a strategic merge patch, without one a JSON merge
 * patch: send it as such.
 */
export function threeWayPatch(
  original: JsonObject,
  modified: JsonObject,
  current: JsonObject,
  schema?: MergeSchema,
): JsonObject {
  const patch: JsonObject = {};
  for (const [key, value] of Object.entries(modified)) {
    Object.assign(patch, change(key, original[key], value, current[key], fieldOf(schema, key)));
  }
  for (const key of Object.keys(original)) {
    if (!(key in modified) && current[key] !== undefined) patch[key] = null;
  }
  return patch;
}

const isEmpty = (patch: JsonObject): boolean => Object.keys(patch).length === 0;
const listOr = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function change(key: string, original: unknown, modified: unknown, current: unknown, field: MergeField): JsonObject {
  if (current === undefined) return modified === null ? {} : { [key]: modified };
  if (isEqual(modified, current)) return {};
  if (isObject(modified) && isObject(current)) {
    return changeMap(key, isObject(original) ? original : {}, modified, current, field);
  }
  if (Array.isArray(modified) && Array.isArray(current) && field.strategies.includes('merge')) {
    return field.mergeKey
      ? changeKeyed(key, listOr(original), modified, current, { ...field, mergeKey: field.mergeKey })
      : changePrimitives(key, listOr(original), modified, current);
  }
  return { [key]: modified };
}

function changeMap(
  key: string,
  original: JsonObject,
  modified: JsonObject,
  current: JsonObject,
  { strategies, schema }: MergeField,
): JsonObject {
  if (strategies.includes('replace')) return { [key]: { ...modified, $patch: 'replace' } };
  const patch = threeWayPatch(original, modified, current, schema);
  if (isEmpty(patch)) return {};
  return { [key]: strategies.includes('retainKeys') ? withRetainedKeys(patch, modified) : patch };
}

const withRetainedKeys = (patch: JsonObject, modified: JsonObject): JsonObject => ({
  $retainKeys: Object.keys(modified).sort(),
  ...patch,
});

function changePrimitives(key: string, original: unknown[], modified: unknown[], current: unknown[]): JsonObject {
  const added = modified.filter((each) => !current.includes(each));
  const removed = original.filter((each) => !modified.includes(each) && current.includes(each));
  if (added.length === 0 && removed.length === 0) return {};
  return {
    ...(added.length > 0 ? { [key]: added } : {}),
    ...(removed.length > 0 ? { [`$deleteFromPrimitiveList/${key}`]: removed } : {}),
    [`$setElementOrder/${key}`]: modified,
  };
}

type Keyed = MergeField & { mergeKey: string };

function changeKeyed(
  key: string,
  original: unknown[],
  modified: unknown[],
  current: unknown[],
  field: Keyed,
): JsonObject {
  const { mergeKey, schema, strategies } = field;
  const find = (list: unknown[], value: unknown): JsonObject | undefined =>
    list.filter(isObject).find((item) => item[mergeKey] === value);
  const items: JsonObject[] = [];
  for (const item of modified.filter(isObject)) {
    const live = find(current, item[mergeKey]);
    const patch = live ? threeWayPatch(find(original, item[mergeKey]) ?? {}, item, live, schema) : item;
    if (isEmpty(patch)) continue;
    const retained = live && strategies.includes('retainKeys') ? withRetainedKeys(patch, item) : patch;
    items.push({ [mergeKey]: item[mergeKey], ...retained });
  }
  for (const item of original.filter(isObject)) {
    const value = item[mergeKey];
    if (!find(modified, value) && find(current, value)) items.push({ $patch: 'delete', [mergeKey]: value });
  }
  const order = modified.filter(isObject).map((item) => ({ [mergeKey]: item[mergeKey] }));
  const moved = !isEqual(keysIn(current, order, mergeKey), keysIn(modified, order, mergeKey));
  if (items.length === 0 && !moved) return {};
  return { [`$setElementOrder/${key}`]: order, ...(items.length > 0 ? { [key]: items } : {}) };
}

/** The keys of `order` in the sequence in which the list has them. */
const keysIn = (list: unknown[], order: JsonObject[], mergeKey: string): unknown[] => {
  const wanted = new Set(order.map((item) => item[mergeKey]));
  return list
    .filter(isObject)
    .map((item) => item[mergeKey])
    .filter((value) => wanted.has(value));
};
