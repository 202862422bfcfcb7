/** How long the longest turn is that something costs the server each time. */
import type { MeteredServer } from './client.ts';

/**
 * CPU milliseconds: what a turn is to take at most, as `test/bench/hostile.ts` measures it on a machine that is quiet.
 */
const aim = 50;
/**
 * Where other work shares the caches and the cores, CPU time counts up to double. What grows with the square is far
 * above.
 */
export const tolerated = 2 * aim;
const tries = 5;

/** Of a few tries: what a body costs it costs each time, and what the machine adds to one of them does not count. */
export async function leastTurn(server: MeteredServer, send: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < tries && least > aim; attempt += 1) {
    await server.longestTurn();
    await send();
    least = Math.min(least, await server.longestTurn());
  }
  return least;
}
