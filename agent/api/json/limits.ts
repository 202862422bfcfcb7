/**
 * What a body may ask for. Every walk over a decoded value is recursive; these limits keep each one far from the end of
 * the stack, and short enough that nobody else has to wait for it.
 */
import { ApiError } from '../errors.ts';
import type { AnyObject } from '../types.ts';
import type { Steps } from './steps.ts';

/**
 * Levels of lists and maps inside each other. Upstream's decoder stops at 10,000, where the recursions of JavaScript
 * have long overflowed (`structuredClone` at 2,000); no object of any kind comes near either.
 * https://github.com/kubernetes-sigs/json (internal/golang/encoding/json/scanner.go, maxNestingDepth)
 */
export const mostLevels = 1000;
export const tooDeep = 'exceeded max depth';

/** Members and items that one step looks at, or all of one map or list. */
const lookedAtInAStep = 10_000;

/** Whether the value is deeper than that many levels: it looks no deeper, and in steps. */
export function* isDeeperThan(value: unknown, levels: number, seen = { values: 0 }): Steps<boolean> {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (seen.values > lookedAtInAStep) {
    yield;
    seen.values = 0;
  }
  const inner = Object.values(value);
  seen.values += inner.length;
  for (const each of inner) {
    if (typeof each === 'object' && each !== null && (yield* isDeeperThan(each, levels - 1, seen))) return true;
  }
  return false;
}

export interface SizeLimits {
  bytes: number;
  /** Items of lists and members of maps. */
  values: number;
}

/**
 * Of an object, and of what `managedFields` says about it, where its kind declares nothing else. Each single step of a
 * write walks over as many within 50 ms, as `test/bench/hostile.ts` measures, even where all are keys of one map. A
 * slice of a thousand endpoints has 15,000, and so has a pod of five hundred containers with its status.
 */
export const mostValues = 20_000;

/** Of a body that is an object, with the fields' managers, or a patch. The bytes are upstream's. */
export const objectLimits = (most = mostValues): SizeLimits => ({ bytes: 3 << 20, values: 2 * most });

/**
 * Of what is answered and never stored, which everybody may send: questions about rights, options of a deletion. The
 * largest that are known ask about a user with some thousands of groups.
 */
export const questionLimits: SizeLimits = { bytes: 256 << 10, values: 5_000 };

export const tooManyValues = (limit: number): ApiError =>
  new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit} values`);

/** Items and members of a decoded value, up to one more than `most`. */
export function countUpTo(most: number, value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  for (const key in value) {
    count += 1 + countUpTo(most - count, Reflect.get(value, key));
    if (count > most) break;
  }
  return count;
}

/** Throws `ApiError` 413, of what a patch has made as well. */
export function checkValues(
  { metadata: { managedFields, ...metadata }, ...object }: AnyObject,
  most = mostValues,
): void {
  const own = countUpTo(most, object) + countUpTo(most, metadata);
  if (own > most || countUpTo(most, managedFields) > most) throw tooManyValues(most);
}
