/**
 * Strategic merge patch: maps merge, lists merge by their key where the schema has one, and directives do the rest.
 * https://github.com/kubernetes/apimachinery/blob/release-1.33/pkg/util/strategicpatch/patch.go
 */
import { ApiError } from '../errors.ts';
import { isObject, type JsonObject } from './json-value.ts';
import { fieldOf, type MergeField, type MergeSchema } from './merge-schema.ts';

const directive = '$patch';
const retainKeys = '$retainKeys';
const orderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

const bad = (message: string): ApiError => new ApiError(400, 'BadRequest', message);

const isDirective = (key: string): boolean =>
  key === directive || key === retainKeys || key.startsWith(orderPrefix) || key.startsWith(deletePrefix);

/** What a new value looks like: directives and nulls mean nothing where there is nothing yet. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter((each) => !isObject(each) || !(directive in each)).map(plain);
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, field]) => !isDirective(key) && field !== null)
      .map(([key, field]) => [key, plain(field)]),
  );
}

const listOf = (value: unknown, key: string): unknown[] => {
  if (!Array.isArray(value)) throw bad(`invalid patch format of ${key}: expected a list`);
  return value;
};

/** A new object. Throws `ApiError` 400 on a malformed patch. */
export function applyStrategicMergePatch(original: JsonObject, patch: JsonObject, schema?: MergeSchema): JsonObject {
  const { [directive]: action } = patch;
  if (action === 'replace') return plain(patch) as JsonObject;
  if (action === 'delete') return {};
  if (action !== undefined && action !== 'merge') throw bad(`unknown patch type found: ${String(action)}`);
  const result = retained(original, patch);
  deleteFromPrimitives(result, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (isDirective(key)) continue;
    if (value === null) delete result[key];
    else result[key] = mergeValue(result[key], value, fieldOf(schema, key), patch[orderPrefix + key]);
  }
  for (const key of Object.keys(patch).filter((each) => each.startsWith(orderPrefix))) {
    reorderOnly(result, patch, key.slice(orderPrefix.length), schema);
  }
  return result;
}

/** `$retainKeys` clears what it does not name: members of a union. */
function retained(original: JsonObject, patch: JsonObject): JsonObject {
  if (!(retainKeys in patch)) return { ...original };
  const keep = new Set(listOf(patch[retainKeys], retainKeys));
  for (const [key, value] of Object.entries(patch)) {
    if (!isDirective(key) && value !== null && !keep.has(key)) {
      throw bad(`invalid patch format of ${retainKeys}: ${key} is not in the list`);
    }
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => keep.has(key)));
}

function deleteFromPrimitives(result: JsonObject, patch: JsonObject): void {
  for (const [key, value] of Object.entries(patch)) {
    if (!key.startsWith(deletePrefix)) continue;
    const field = key.slice(deletePrefix.length);
    const gone = new Set(listOf(value, key));
    const current = result[field];
    if (Array.isArray(current)) result[field] = current.filter((each) => !gone.has(each));
  }
}

/** An order for a list that the patch does not change otherwise. */
function reorderOnly(result: JsonObject, patch: JsonObject, key: string, schema: MergeSchema | undefined): void {
  const current = result[key];
  if (key in patch || !Array.isArray(current)) return;
  const { mergeKey } = fieldOf(schema, key);
  result[key] = ordered(current, current, listOf(patch[orderPrefix + key], orderPrefix + key), mergeKey);
}

function mergeValue(original: unknown, patch: unknown, field: MergeField, order: unknown): unknown {
  if (Array.isArray(patch)) {
    if (!field.strategies.includes('merge')) return patch;
    const merged = mergeList(Array.isArray(original) ? original : [], patch, field);
    if (order === undefined) return merged;
    const before = Array.isArray(original) ? original : [];
    return ordered(merged, before, listOf(order, '$setElementOrder'), field.mergeKey);
  }
  if (!isObject(patch)) return patch;
  if (!isObject(original) || field.strategies.includes('replace')) return plain(patch);
  return applyStrategicMergePatch(original, patch, field.schema);
}

/** Keys are compared as text, as upstream does. */
function keyOf(item: unknown, mergeKey: string | undefined): string {
  if (mergeKey === undefined || !isObject(item)) return String(item);
  const value = item[mergeKey];
  if (value === undefined) throw bad(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
  return String(value);
}

function mergeList(original: unknown[], patch: unknown[], { mergeKey, schema }: MergeField): unknown[] {
  if (!mergeKey || !patch.some(isObject)) return [...new Set([...original, ...patch])];
  const replaces = patch.some((item) => isObject(item) && item[directive] === 'replace');
  if (replaces) return plain(patch) as unknown[];
  const has = (key: string) => (item: unknown) => isObject(item) && mergeKey in item && keyOf(item, mergeKey) === key;
  let result = [...original];
  for (const item of patch) {
    if (!isObject(item)) throw bad('invalid patch: a list of objects holds something else');
    const key = keyOf(item, mergeKey);
    const action = item[directive];
    if (action === 'delete') {
      result = result.filter((each) => !has(key)(each));
      continue;
    }
    if (action !== undefined && action !== 'merge') throw bad(`unknown patch type found: ${String(action)}`);
    const at = result.findIndex(has(key));
    const current = result[at];
    if (isObject(current)) result[at] = applyStrategicMergePatch(current, item, schema);
    else result.push(plain(item));
  }
  return result;
}

/**
 * Items that `order` names come in that order; what only the server has keeps its place relative to those that the
 * server had before (`before`).
 */
function ordered(merged: unknown[], before: unknown[], order: unknown[], mergeKey: string | undefined): unknown[] {
  const rank = new Map(order.map((item, index) => [keyOf(item, mergeKey), index]));
  const place = new Map(before.map((item, index) => [keyOf(item, mergeKey), index]));
  const key = (item: unknown) => keyOf(item, mergeKey);
  const named = merged
    .filter((item) => rank.has(key(item)))
    .sort((left, right) => (rank.get(key(left)) ?? 0) - (rank.get(key(right)) ?? 0));
  const server = merged.filter((item) => !rank.has(key(item)));
  const result: unknown[] = [];
  for (const item of named) {
    const at = place.get(key(item));
    while (at !== undefined && server.length > 0 && (place.get(key(server[0])) ?? Infinity) < at) {
      result.push(server.shift());
    }
    result.push(item);
  }
  return [...result, ...server];
}
