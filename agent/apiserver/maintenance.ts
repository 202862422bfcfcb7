/** What the server does by itself from time to time: bookmarks, compaction, and the end of expired objects and old history. */
import type { Kind } from '../api/kind.ts';
import type { KindRegistry } from '../api/registry.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { StoredRecord } from './state/record.ts';
import { keyOf, type State } from './state/state.ts';

export interface MaintenanceOptions {
  state: State;
  store: Store;
  kinds: KindRegistry;
  clock: Clock;
  log: Logger;
}

const minute = 60_000;
/** As upstream's --etcd-compaction-interval. */
const compactionInterval = 5 * minute;

function forgetHistory({ state, kinds, clock }: MaintenanceOptions): void {
  for (const kind of kinds.list()) state.of(kind).forget(clock.now());
}

function sendBookmarks({ state, kinds }: MaintenanceOptions): void {
  for (const kind of kinds.list()) for (const watcher of state.of(kind).watchers) watcher.progress?.(state.revision);
}

async function removeExpired(kind: Kind, { state, store, clock }: MaintenanceOptions): Promise<void> {
  const now = clock.now();
  const isExpired = ({ object }: StoredRecord) => (kind.expiresAt?.(object) ?? Number.POSITIVE_INFINITY) < now;
  const old = [...state.of(kind).objects.list('')].filter(isExpired);
  // One that was written in the meantime is not as old as it seemed: the store then refuses, as it should.
  await Promise.all(old.map(({ namespace, name, revision }) => store.delete(keyOf(kind, namespace, name), revision)));
}

/** Returns what stops it. */
export function startMaintenance(options: MaintenanceOptions): () => void {
  const { state, store, kinds, clock, log } = options;
  let revisionThen = state.revision;
  let minutes = 0;
  let cancel = () => {};

  const tidy = async () => {
    const expiring = kinds.list().filter(({ expiresAt }) => expiresAt);
    await Promise.all(expiring.map((kind) => removeExpired(kind, options)));
    // What was current an interval ago: whoever watches from there or later is not disturbed.
    await store.compact(revisionThen);
    revisionThen = state.revision;
  };
  const tick = () => {
    cancel = clock.after(minute, tick);
    sendBookmarks(options);
    forgetHistory(options);
    minutes += 1;
    if ((minutes * minute) % compactionInterval !== 0) return;
    tidy().catch((error: unknown) => log.error('Could not compact the store', { error }));
  };
  cancel = clock.after(minute, tick);
  return () => cancel();
}
