/**
 * A patch whose outcome is no object of the kind: the patch is what is invalid.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/endpoints/handlers/patch.go and
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/runtime/converter.go
 */

import { goText } from '../../api/json/go-text.ts';
import { mediaType } from '../../api/media-types.ts';
import { Undecodable } from '../../api/schema/conform.ts';
import { invalidPatch } from '../errors.ts';

/** What upstream's decoder calls a JSON type, and what its converter does. */
const reflected: Record<string, string> = { object: 'map', array: 'slice', number: 'int64' };
const scalar = /^(string|bool|u?int\d*|float\d+)$/;

/** A strategic merge is not decoded but converted, which fails in other words. */
export function converterText(detail: string): string {
  const [, found = '', fraction, type = ''] =
    /^json: cannot unmarshal (\w+)( \S+)? into Go \S+(?: field \S+)? of type (.+)$/.exec(detail) ?? [];
  if (!type) return detail;
  const given = fraction ? 'float64' : (reflected[found] ?? found);
  if (scalar.test(type)) {
    const number = given === 'int64' || given === 'float64';
    return number && type === 'string' ? `cannot convert ${given} to string` : `unrecognized type: ${type}`;
  }
  if (type.startsWith('[]')) return `cannot restore slice from ${given}`;
  if (type.startsWith('map[')) return `cannot restore map from ${given}`;
  return `cannot restore struct from: ${given}`;
}

/** The error to answer a PATCH with. `outcome` is what the patch made of the object. */
export function patchError(error: unknown, patchType: string, patch: unknown, outcome: unknown): unknown {
  if (!(error instanceof Undecodable)) return error;
  if (patchType === mediaType.strategicMergePatch) {
    return invalidPatch(goText(patch), converterText(error.detail));
  }
  return invalidPatch(JSON.stringify(outcome), error.detail);
}
