/** A generator of pseudo-random numbers in [0, 1); one seed always gives the same numbers. Mulberry32. */
import { fnv32a } from '../../../api/hash.ts';

export function createRandom(seed: string): () => number {
  let state = fnv32a(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
