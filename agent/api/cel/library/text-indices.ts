/**
 * Places in texts, counted in code points as upstream does; JavaScript counts code units. Most texts have as many of
 * the one as of the other.
 */
import { EvaluationError } from '../values.ts';

const surrogates = /[\ud800-\udfff]/;
const isPlain = (text: string): boolean => !surrogates.test(text);

export function lengthOf(text: string): number {
  if (isPlain(text)) return text.length;
  let count = 0;
  for (const _character of text) count += 1;
  return count;
}

/** In code points, from a place in code units. */
export const toPoints = (text: string, units: number): number =>
  units < 0 || isPlain(text) ? units : lengthOf(text.slice(0, units));

/** In code units, from a place in code points. */
export function toUnits(text: string, points: number): number {
  if (isPlain(text)) return points;
  let units = 0;
  let left = points;
  for (const character of text) {
    if (left === 0) break;
    units += character.length;
    left -= 1;
  }
  return units;
}

/** Throws where the place is not in the text. `points`: how long it is. */
export function checkIndex(index: bigint, points: number): number {
  if (index < 0n || index > BigInt(points)) throw new EvaluationError(`index out of range: ${index}`);
  return Number(index);
}
