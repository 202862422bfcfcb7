/**
 * Where several API servers share a store, one may not have seen yet what another has written. A request waits until
 * its server has seen everything that was written before it came. Upstream reads such lists and objects from etcd, or
 * from its cache once that is as recent as etcd:
 * https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/2340-Consistent-reads-from-cache
 */
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { within } from './request-deadline.ts';
import type { State } from './state/state.ts';

/** Milliseconds that a server may be behind the store. */
const patience = 10_000;

/**
 * Undefined where nothing has to be waited for: there is no other server, or the path does not show objects. Rejects
 * where the store does not answer, and with 504 where its changes do not come in time.
 */
export type CatchUp = (pathname: string) => Promise<void> | undefined;

export function createCatchUp(store: Store, state: State, clock: Clock): CatchUp {
  if (!store.isShared) return () => undefined;
  const caughtUp = async () => state.reached(await store.revision());
  return (pathname) => (pathname.startsWith('/api') ? within(patience, caughtUp(), clock) : undefined);
}
