/**
 * What the server does by itself from time to time: bookmarks, compaction, and the end of expired objects and old
 * history.
 */
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { StoredRecord } from './state/record.ts';
import type { ResourceState } from './state/resource-state.ts';
import { keyOf, type State } from './state/state.ts';

export interface MaintenanceOptions {
  state: State;
  store: Store;
  clock: Clock;
  log: Logger;
  /**
   * Whether this server tidies the store, which several may share: upstream lets one of them compact in each interval.
   * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/storage/etcd3/compact.go
   */
  tidiesStore(): boolean;
}

const minute = 60_000;
/** As upstream's --etcd-compaction-interval. */
const compactionInterval = 5 * minute;

function forgetHistory({ state, clock }: MaintenanceOptions): void {
  for (const resource of state.all()) resource.forget(clock.now());
}

function sendBookmarks({ state }: MaintenanceOptions): void {
  for (const { watchers } of state.all()) for (const watcher of watchers) watcher.progress?.(state.revision);
}

async function removeExpired({ kind, objects }: ResourceState, { store, clock }: MaintenanceOptions): Promise<void> {
  if (!kind.expiresAt) return;
  const now = clock.now();
  const isExpired = ({ object }: StoredRecord) => (kind.expiresAt?.(object) ?? Number.POSITIVE_INFINITY) < now;
  const old = [...objects.list('')].filter(isExpired);
  // One that was written in the meantime is not as old as it seemed: the store then refuses, as it should.
  await Promise.all(old.map(({ namespace, name, revision }) => store.delete(keyOf(kind, namespace, name), revision)));
}

/** Returns what stops it. */
export function startMaintenance(options: MaintenanceOptions): () => void {
  const { state, store, clock, log } = options;
  let revisionThen = state.revision;
  let minutes = 0;
  let cancel = () => {};

  const tidy = async () => {
    if (options.tidiesStore()) {
      await Promise.all([...state.all()].map((resource) => removeExpired(resource, options)));
      // What was current an interval ago: whoever watches from there or later is not disturbed.
      await store.compact(revisionThen);
    }
    state.compact(revisionThen);
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
