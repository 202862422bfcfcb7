/** Opens the store of a control plane, in a file of its own: its thread starts while the code of the rest is loaded. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
// biome-ignore lint/style/noRestrictedImports: the composition root opens the store that the API server is given.
import { createSqliteStore } from '../store/sqlite.ts';
// biome-ignore lint/style/noRestrictedImports: see above.
import type { Store } from '../store/store.ts';
import type { NodeOptions } from './node-options.ts';

export async function openStore({ dataFolder, logFor }: Pick<NodeOptions, 'dataFolder' | 'logFor'>): Promise<Store> {
  const folder = join(dataFolder, 'store');
  await mkdir(folder, { recursive: true });
  const store = await createSqliteStore({ path: join(folder, 'state.db') });
  logFor('etcd').info('The store is open', { folder, revision: await store.revision() });
  return store;
}
