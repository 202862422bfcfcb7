/** JSON from clients. */
import { ApiError } from '../errors.ts';
import { mostLevels, mostValues, tooDeep } from './limits.ts';
import { scanJson } from './scan.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Throws `SyntaxError` where the text is no JSON or nested too deep, and `ApiError` 413 where it holds too many values,
 * both before anything is made of it.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const { levels, values } = scanJson(bytes, mostLevels, mostValues);
  if (levels > mostLevels) throw new SyntaxError(`invalid character '{' ${tooDeep}`);
  if (values > mostValues) {
    throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${mostValues} values`);
  }
  return JSON.parse(decoder.decode(bytes));
}
