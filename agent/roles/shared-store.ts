/** Opens the store that several control planes share: starts this one's member of etcd and waits for the others. */
import { join } from 'node:path';
import { messageOf } from '../api/errors.ts';
// biome-ignore lint/style/noRestrictedImports: the composition root opens the store that the API server is given.
import { createEtcdStore } from '../store/etcd.ts';
import { etcdUrl, runEtcdMember } from './etcd-member.ts';
import type { NodeOptions } from './node-options.ts';
import type { OpenedStore } from './open-store.ts';

/** Milliseconds between two looks whether most of the members are there. */
const lookEvery = 100;
/** Looks until the log says that others are missing. */
const looksUntilTold = 50;

/** Resolves once most of the members are up: alone, none can promise anything. */
export async function openSharedStore(options: NodeOptions): Promise<OpenedStore> {
  const { files, dataFolder, clock, logFor, logs, signal } = options;
  const { config, folder, text } = files;
  const log = logFor('etcd');
  const ending = new AbortController();
  const running = runEtcdMember({
    config,
    configFolder: folder,
    dataFolder,
    clock,
    log,
    write: (line) => logs.write('etcd', line),
    signal: ending.signal,
  });
  const tls = { ca: text('etcd-ca.crt'), cert: text('etcd.crt'), key: text('etcd.key') };
  const store = createEtcdStore({ url: etcdUrl, tls, log });
  for (let looks = 0; ; looks += 1) {
    try {
      await store.check();
      break;
    } catch (error) {
      if (looks % looksUntilTold === looksUntilTold - 1) {
        log.warn('Most of the members of etcd are not up yet', { error: messageOf(error) });
      }
      await clock.sleep(lookEvery, signal);
    }
  }
  const close = async () => {
    await store.close();
    ending.abort();
    await running;
  };
  return { store: { ...store, close }, folder: join(dataFolder, 'etcd') };
}
