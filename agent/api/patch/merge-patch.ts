/** JSON Merge Patch. https://www.rfc-editor.org/rfc/rfc7386 */
import { isObject, type JsonObject } from '../json/value.ts';
import { own, setOwn, shallowCopy } from '../own.ts';

/** A new document. Null removes; lists are replaced. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(document) ? shallowCopy(document) : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else setOwn(result, key, applyMergePatch(own(result, key), value));
  }
  return result;
}
