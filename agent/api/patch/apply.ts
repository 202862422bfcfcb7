/** The three kinds of patch by their content type. */

import { ApiError } from '../errors.ts';
import { isObject } from '../json/value.ts';
import { mediaType, type PatchType } from '../media-types.ts';
import { applyJsonPatch } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import type { MergeSchema } from './merge-schema.ts';
import { applyStrategicMergePatch } from './strategic.ts';

/** A new object; neither argument is modified. Throws `ApiError` 400 or 422 where the patch does not apply. */
export function applyPatch(type: PatchType, object: object, patch: unknown, schema: MergeSchema | undefined): unknown {
  if (type === mediaType.jsonPatch) return applyJsonPatch(object, patch);
  if (!isObject(patch)) {
    const found = Array.isArray(patch) ? 'array' : typeof patch;
    const detail = `json: cannot unmarshal ${found} into Go value of type map[string]interface {}`;
    throw new ApiError(400, 'BadRequest', `error decoding patch: ${detail}`);
  }
  return type === mediaType.mergePatch
    ? applyMergePatch(object, patch)
    : applyStrategicMergePatch({ ...object }, patch, schema);
}
