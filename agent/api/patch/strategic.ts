/**
 * Strategic merge patch: maps merge, lists merge by their key where the schema has one, and directives do the rest.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/strategicpatch/patch.go
 */
import { ApiError } from '../errors.ts';
import { goText } from '../json/go-text.ts';
import { isObject, type JsonObject } from '../json/value.ts';
import { own, setOwn, shallowCopy } from '../own.ts';
import { fieldOf, type MergeField, type MergeSchema } from './merge-schema.ts';

const directive = '$patch';
const retainKeys = '$retainKeys';
const orderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

const bad = (message: string): ApiError => new ApiError(400, 'BadRequest', message);

const unknownDirective = (action: unknown, map: JsonObject): ApiError =>
  bad(`unknown patch type: ${String(action)} in map: ${goText(map)}`);

const isDirective = (key: string): boolean =>
  key === directive || key === retainKeys || key.startsWith(orderPrefix) || key.startsWith(deletePrefix);

/** A value as the patch writes it, without directives and nulls: both mean nothing where nothing is merged. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter((each) => !isObject(each) || !(directive in each)).map(withoutDirectives);
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, field]) => !isDirective(key) && field !== null)
      .map(([key, field]) => [key, withoutDirectives(field)]),
  );
}

/**
 * A value of a field that the original lacks. A map that holds a directive is about something that is not there:
 * undefined.
 */
function newValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(newValue).filter((each) => each !== undefined);
  if (!isObject(value)) return value;
  if (directive in value) return undefined;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, field]) => !isDirective(key) && field !== null)
      .map(([key, field]) => [key, newValue(field)])
      .filter(([, field]) => field !== undefined),
  );
}

const listOf = (value: unknown, key: string): unknown[] => {
  if (!Array.isArray(value)) throw bad(`invalid patch format of ${key}: expected a list`);
  return value;
};

/** A new object. Throws `ApiError` 400 on a malformed patch. */
export function applyStrategicMergePatch(original: JsonObject, patch: JsonObject, schema?: MergeSchema): JsonObject {
  const { [directive]: action } = patch;
  if (action === 'replace') return withoutDirectives(patch) as JsonObject;
  if (action === 'delete') return {};
  if (action !== undefined) throw unknownDirective(action, patch);
  const result = retained(original, patch);
  deleteFromPrimitives(result, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (isDirective(key)) continue;
    const merged = value === null ? undefined : mergeValue(own(result, key), value, fieldOf(schema, key));
    if (merged === undefined) delete result[key];
    else setOwn<unknown>(result, key, merged);
  }
  for (const key of Object.keys(patch).filter((each) => each.startsWith(orderPrefix))) {
    setElementOrder(result, original, patch, key.slice(orderPrefix.length), schema);
  }
  return result;
}

/** `$retainKeys` clears what it does not name: members of a union. */
function retained(original: JsonObject, patch: JsonObject): JsonObject {
  if (!(retainKeys in patch)) return shallowCopy(original);
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
    const current = own(result, field);
    if (Array.isArray(current)) result[field] = current.filter((each) => !gone.has(each));
  }
}

/** The order that the patch asks for, of a list that it may change as well. */
function setElementOrder(
  result: JsonObject,
  original: JsonObject,
  patch: JsonObject,
  key: string,
  schema: MergeSchema | undefined,
): void {
  const order = listOf(patch[orderPrefix + key], orderPrefix + key);
  const merged = own(result, key);
  if (!Array.isArray(merged)) return;
  const { mergeKey } = fieldOf(schema, key);
  if (Array.isArray(patch[key])) checkOrder(listOf(patch[key], key), order, mergeKey);
  const before = own(original, key);
  const live = Array.isArray(before) ? before : [];
  result[key] = ordered(merged, mergeKey ? withPlacesTaken(live, merged, mergeKey) : live, order, mergeKey);
}

/**
 * The live list as the order sees it: as many items as the patch deletes, it adds in their place. Upstream reuses the
 * memory of the deleted ones, and its table of cases fixes what follows from that.
 */
function withPlacesTaken(live: unknown[], merged: unknown[], mergeKey: string): unknown[] {
  const keys = (list: unknown[]) => new Set(list.map((item) => keyOf(item, mergeKey)));
  const [liveKeys, mergedKeys] = [keys(live), keys(merged)];
  const remaining = live.filter((item) => mergedKeys.has(keyOf(item, mergeKey)));
  const added = merged.filter((item) => !liveKeys.has(keyOf(item, mergeKey)));
  return [...remaining, ...added.slice(0, live.length - remaining.length)];
}

/** Throws unless the items of the patch stand in the sequence that its order names. */
function checkOrder(items: unknown[], order: unknown[], mergeKey: string | undefined): void {
  const kept = items.filter((item) => !isObject(item) || !(directive in item)).map((item) => keyOf(item, mergeKey));
  if (order.length === 0) return;
  let at = 0;
  for (const item of order) if (at < kept.length && keyOf(item, mergeKey) === kept[at]) at += 1;
  if (at === kept.length) return;
  throw bad(`The order in patch list:\n${goText(items)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`);
}

function mergeValue(original: unknown, patch: unknown, field: MergeField): unknown {
  if (Array.isArray(patch)) {
    if (!Array.isArray(original)) return newValue(patch);
    return field.strategies.includes('merge') ? mergeList(original, patch, field) : patch;
  }
  if (!isObject(patch)) return patch;
  if (!isObject(original)) return newValue(patch);
  return field.strategies.includes('replace')
    ? withoutDirectives(patch)
    : applyStrategicMergePatch(original, patch, field.schema);
}

/** Keys are compared as text, as upstream does. */
function keyOf(item: unknown, mergeKey: string | undefined): string {
  if (mergeKey === undefined || !isObject(item)) return String(item);
  const value = item[mergeKey];
  if (value === undefined) throw bad(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
  return String(value);
}

/** The key of an item that the server has; undefined where it has none, so that it equals no other. */
const presentKey = (item: unknown, mergeKey: string): string | undefined =>
  isObject(item) && mergeKey in item ? keyOf(item, mergeKey) : undefined;

function mergeList(original: unknown[], patch: unknown[], { mergeKey, schema }: MergeField): unknown[] {
  if (!patch.some(isObject)) return ordered([...new Set([...original, ...patch])], original, patch, mergeKey);
  if (mergeKey === undefined) throw bad('cannot merge lists without merge key');
  const items = patch.map((item) => {
    if (!isObject(item)) throw bad('invalid patch: a list of objects holds something else');
    return item;
  });
  const changes = items.filter((item) => !(directive in item));
  const deleted = deletedKeys(items, mergeKey);
  if (items.some((item) => item[directive] === 'replace')) return changes.map(withoutDirectives);
  const remaining = original.filter((item) => !deleted.has(presentKey(item, mergeKey)));
  const merged = [...remaining];
  const places = new Map(remaining.map((item, at) => [presentKey(item, mergeKey), at] as const).reverse());
  for (const item of changes) {
    const key = keyOf(item, mergeKey);
    const at = places.get(key) ?? merged.length;
    const current = merged[at];
    merged[at] = isObject(current) ? applyStrategicMergePatch(current, item, schema) : withoutDirectives(item);
    places.set(key, at);
  }
  return ordered(merged, remaining, changes, mergeKey);
}

/** Keys of the items that the patch deletes. */
function deletedKeys(items: readonly JsonObject[], mergeKey: string): Set<string | undefined> {
  const deleted = new Set<string | undefined>();
  for (const item of items) {
    const action = item[directive];
    if (action === 'delete') deleted.add(keyOf(item, mergeKey));
    else if (action === 'merge') throw bad('merging lists cannot yet be specified in the patch');
    else if (action !== undefined && action !== 'replace') throw unknownDirective(action, item);
  }
  return deleted;
}

/**
 * Sorts items that `order` names in that order. An item that only the server has goes before the first of them that it
 * preceded on the server (`before`), else after all of them: so an item that the patch adds comes first.
 */
function ordered(merged: unknown[], before: unknown[], order: unknown[], mergeKey: string | undefined): unknown[] {
  const firstPlaces = (list: unknown[]) =>
    new Map(list.map((item, index) => [keyOf(item, mergeKey), index] as const).reverse());
  const [rank, place] = [firstPlaces(order), firstPlaces(before)];
  const key = (item: unknown) => keyOf(item, mergeKey);
  const named = merged
    .filter((item) => rank.has(key(item)))
    .sort((left, right) => (rank.get(key(left)) ?? 0) - (rank.get(key(right)) ?? 0));
  const server = merged.filter((item) => !rank.has(key(item)));
  const result: unknown[] = [];
  let taken = 0;
  for (const item of named) {
    const at = place.get(key(item));
    for (; at !== undefined && taken < server.length; taken += 1) {
      if ((place.get(key(server[taken])) ?? Infinity) >= at) break;
      result.push(server[taken]);
    }
    result.push(item);
  }
  return [...result, ...server.slice(taken)];
}
