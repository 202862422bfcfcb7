/**
 * What a body may ask for. Every walk over a decoded value is recursive; these limits keep each one far from the end of
 * the stack, and short enough that nobody else has to wait for it.
 */
import { ApiError } from '../errors.ts';

/**
 * Levels of lists and maps inside each other. Upstream's decoder stops at 10,000, where the recursions of JavaScript
 * have long overflowed (`structuredClone` at 2,000); no object of any kind comes near either.
 * https://github.com/kubernetes-sigs/json (internal/golang/encoding/json/scanner.go, maxNestingDepth)
 */
export const mostLevels = 1000;
export const tooDeep = 'exceeded max depth';

/** Looks no deeper than that many levels. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((each) => isDeeperThan(each, levels - 1));
}

/**
 * Items and members in one body. Decoding that many takes some tens of milliseconds; the largest objects that are known,
 * custom resource definitions with every field documented, have a third of it within upstream's 1.5 MiB of storage.
 */
export const mostValues = 100_000;

export const tooManyValues = (): ApiError =>
  new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${mostValues} values`);
