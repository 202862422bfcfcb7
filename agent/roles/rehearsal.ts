/**
 * Runs what each start of a control plane runs, with a store that is thrown away and without a network. After that Node
 * has compiled all of it, and keeps the result where `NODE_COMPILE_CACHE` says: the node image carries it.
 */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceAccounts } from '../api/core/service-account.ts';
import { builtInKinds } from '../api/kinds.ts';
import { createKindRegistry } from '../api/registry.ts';
import { type CommonObject, findCommonObjects } from '../apiserver/common-objects.ts';
import type { Clock } from '../clock.ts';
import { createProcessMetrics } from '../metrics/process.ts';
import type { NodeConfig } from '../node-config.ts';
// biome-ignore lint/style/noRestrictedImports: the composition root opens the store that the API server is given.
import { createMemoryStore } from '../store/memory.ts';
// biome-ignore lint/style/noRestrictedImports: see above.
import type { Store } from '../store/store.ts';
import { type BuiltFiles, openApiServer, startManagers } from './control-plane.ts';
import { openStore } from './open-store.ts';
import type { Platform } from './platforms/platform.ts';

const config: NodeConfig = {
  profile: 'rehearsal',
  nodeName: 'rehearsal',
  role: 'control-plane',
  runtime: 'docker',
  nodeIP: '127.0.0.1',
  podCIDR: '10.244.0.0/24',
  clusterCIDR: '10.244.0.0/16',
  serviceCIDR: '10.96.0.0/12',
  dnsIP: '10.96.0.10',
  clusterDomain: 'cluster.local',
  apiServer: 'https://127.0.0.1:6443',
  nodeImage: '',
  network: '',
  engineSocket: '',
  dataOnEngine: '',
  capacity: { cpu: 1, memory: 2 ** 30, pods: 110 },
};

/** The one file that is read without a network. */
function signingKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** Of a control plane that has no network. */
const optionsOf = (store: Store, built: BuiltFiles, platform: Platform, clock: Clock, signal: AbortSignal) => ({
  files: { config, folder: '', text: (name: string) => (name === 'service-account.key' ? signingKey() : '') },
  platform,
  store,
  kinds: createKindRegistry(builtInKinds),
  metrics: createProcessMetrics(),
  built,
  clock,
  logFor: () => silent,
  signal,
});

/** Resolves when the server has made what a cluster starts with, and the controllers what follows from it. */
export async function rehearse(built: BuiltFiles, platform: Platform, clock: Clock): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'skiff-rehearsal-'));
  const stopping = new AbortController();
  const { store } = await openStore(folder);
  const options = optionsOf(store, built, platform, clock, stopping.signal);
  const server = await openApiServer(options);
  const { informers, ended } = startManagers(server, options);
  const accounts = informers.for(serviceAccounts);
  await new Promise<void>((resolve) => {
    const look = () => {
      if (accounts.get('default/default')) resolve();
    };
    accounts.onChange(look);
    void accounts.synced.then(look);
  });
  stopping.abort();
  await ended;
  await server.close();
  await store.close();
  await rm(folder, { recursive: true });
}

/** As unlike the first as one of ours can be, so that only what all clusters share is the same in both. */
const elsewhere: NodeConfig = {
  ...config,
  profile: 'elsewhere',
  nodeName: 'elsewhere',
  serviceCIDR: '10.96.0.0/16',
  dnsIP: '10.96.0.53',
  clusterDomain: 'elsewhere.local',
};

/** What `common-objects.json` holds: see agent/apiserver/common-objects.ts. */
export function makeCommonObjects(schemaFolder: string, platform: Platform, clock: Clock): Promise<CommonObject[]> {
  const built = { schemaFolder, commonObjects: undefined };
  const begin = (cluster: NodeConfig) => async (store: Store, now: number) => {
    const options = optionsOf(store, built, platform, { ...clock, now: () => now }, new AbortController().signal);
    const { text } = options.files;
    const files = {
      ...options.files,
      config: cluster,
      text: (name: string) => text(name) || `${name} of ${cluster.profile}`,
    };
    const server = await openApiServer({ ...options, files });
    await server.close();
  };
  return findCommonObjects(createMemoryStore, [begin(config), begin(elsewhere)]);
}
