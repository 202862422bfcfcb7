/**
 * Where several API servers share a store, one may not have seen yet what another has written. A request waits until
 * its server has seen everything that was written before it came. Upstream reads such lists and objects from etcd, or
 * from its cache once that is as recent as etcd:
 * https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/2340-Consistent-reads-from-cache
 */
import type { Clock } from '../clock.ts';
import { type Store, StoreUnavailableError } from '../store/store.ts';
import { serverTimeout } from './errors.ts';
import { within } from './request-deadline.ts';
import type { State } from './state/state.ts';

/** Milliseconds that a server may be behind the store. */
const patience = 10_000;

/**
 * Undefined where nothing has to be waited for: there is no other server, or the path does not show objects. Rejects
 * with 500, to be tried again, where the store does not answer, and with 504 where its changes do not come in time.
 */
export type CatchUp = (pathname: string) => Promise<void> | undefined;

export function createCatchUp(store: Store, state: State, clock: Clock): CatchUp {
  if (!store.isShared) return () => undefined;
  const caughtUp = async (pathname: string) => {
    try {
      await state.reached(await store.revision());
    } catch (error) {
      throw error instanceof StoreUnavailableError ? serverTimeout('read', pathname) : error;
    }
  };
  return (pathname) => (pathname.startsWith('/api') ? within(patience, caughtUp(pathname), clock) : undefined);
}
