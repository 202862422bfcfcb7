/** Opens the store of a control plane, in a file of its own: its thread starts before the code of the rest is loaded. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
// biome-ignore lint/style/noRestrictedImports: the composition root opens the store that the API server is given.
import { createSqliteStore } from '../store/sqlite.ts';
// biome-ignore lint/style/noRestrictedImports: see above.
import type { Store } from '../store/store.ts';

export interface OpenedStore {
  store: Store;
  folder: string;
}

/**
 * Must start the thread before it waits for anything: whoever loads code next holds the event loop. The result may
 * be awaited late; until then a failure is kept in it.
 */
export function openStore(dataFolder: string): Promise<OpenedStore> {
  const folder = join(dataFolder, 'store');
  mkdirSync(folder, { recursive: true });
  const opened = createSqliteStore({ path: join(folder, 'state.db') }).then((store) => ({ store, folder }));
  // Node ends a process whose promise fails before anybody awaits it.
  opened.catch(() => undefined);
  return opened;
}
