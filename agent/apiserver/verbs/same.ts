import { isObject } from '../../api/json/value.ts';

/** Whether two values are the same JSON; a field that is undefined is absent, as on the wire. */
export function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((each, at) => isSame(each, right[at]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  for (const key of Object.keys(left)) {
    const other = Object.hasOwn(right, key) ? right[key] : undefined;
    if (!isSame(left[key], other)) return false;
  }
  for (const key of Object.keys(right)) {
    if (right[key] !== undefined && !Object.hasOwn(left, key)) return false;
  }
  return true;
}
