/**
 * What etcd cannot do while its members choose a new leader is asked again, for as long as that takes and some more.
 * Upstream leaves that to clients, who get the refusal as an error of the server.
 * https://github.com/etcd-io/etcd/blob/main/api/v3rpc/rpctypes/error.go
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { EtcdRefusal } from './etcd-gateway.ts';
import { StoreUnavailableError } from './store.ts';

/** Milliseconds between two attempts, and after which the last one has begun. A leader takes a second or two. */
const pause = 250;
const patience = 10_000;

/** `etcdserver: request timed out, possibly due to previous leader failure`, and its like. */
const isWithoutLeader = (error: unknown): boolean =>
  error instanceof EtcdRefusal && /leader changed|no leader|request timed out/.test(error.message);

/** `isRepeated`: an attempt before this one was refused, and may have been carried out nevertheless. */
export async function untilThereIsLeader<T>(attempt: (isRepeated: boolean) => Promise<T>): Promise<T> {
  const start = performance.now();
  for (let isRepeated = false; ; isRepeated = true) {
    try {
      return await attempt(isRepeated);
    } catch (error) {
      if (!isWithoutLeader(error)) throw error;
      if (performance.now() - start > patience) {
        throw new StoreUnavailableError(`etcd has no leader: ${(error as Error).message}`, { cause: error });
      }
    }
    await sleep(pause);
  }
}
