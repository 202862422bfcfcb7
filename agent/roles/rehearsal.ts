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
import type { Clock } from '../clock.ts';
import { createProcessMetrics } from '../metrics/process.ts';
import type { NodeConfig } from '../node-config.ts';
import { openApiServer, startManagers } from './control-plane.ts';
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

/** Resolves when the server has made what a cluster starts with, and the controllers what follows from it. */
export async function rehearse(schemaFolder: string, platform: Platform, clock: Clock): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'skiff-rehearsal-'));
  const stopping = new AbortController();
  const key = signingKey();
  const logFor = () => silent;
  const { store } = await openStore(folder);
  const options = {
    files: { config, text: (name: string) => (name === 'service-account.key' ? key : '') },
    platform,
    store,
    kinds: createKindRegistry(builtInKinds),
    metrics: createProcessMetrics(),
    schemaFolder,
    clock,
    logFor,
    signal: stopping.signal,
  };
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
