/** A load that does not wait for the server: so many calls a second, however long each of them takes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { timed } from './statistics.ts';

/** Milliseconds between two looks at the clock, which may find several calls due. */
const step = 2;

export interface Paced {
  /** Milliseconds of each call. */
  latencies: number[];
  /** Calls a second that were answered. */
  rate: number;
}

/** Calls `send` with 0, 1, 2 ...; rejects where one of the calls does. */
export async function paced(
  perSecond: number,
  seconds: number,
  send: (at: number) => Promise<unknown>,
): Promise<Paced> {
  const latencies: number[] = [];
  const calls: Promise<unknown>[] = [];
  const start = performance.now();
  const all = Math.round(perSecond * seconds);
  while (calls.length < all) {
    const due = Math.min(all, Math.ceil(((performance.now() - start) * perSecond) / 1000));
    while (calls.length < due) {
      const at = calls.length;
      calls.push(timed(() => send(at)).then((milliseconds) => latencies.push(milliseconds)));
    }
    await sleep(step);
  }
  await Promise.all(calls);
  return { latencies, rate: (all * 1000) / (performance.now() - start) };
}
