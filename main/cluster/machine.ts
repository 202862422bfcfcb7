/** Puts this machine's engine, clusters and kubeconfig together, for the window and for `skiff`. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Services } from '../calls/services.ts';
import { findEngine } from '../engine/find.ts';
import { installEngine } from '../engine/install.ts';
import { Connections } from '../kube/client.ts';
import { Kubeconfig } from '../kube/kubeconfig.ts';
import { Clusters } from './clusters.ts';
import { type Home, skiffHome } from './home.ts';
import { Profiles } from './profile.ts';

export interface MachineOptions {
  env?: NodeJS.ProcessEnv;
  /** Folder with `dist/` and `agent/image/`. */
  root?: string;
  /** Lines for a terminal. */
  say?(line: string): void;
}

export interface Machine extends Pick<Services, 'engine' | 'kube'> {
  home: Home;
  kubeconfig: Kubeconfig;
  clusters: Clusters;
  /** True until a cluster has been started on this machine. */
  firstRun(): Promise<boolean>;
  close(): void;
}

/** Seen from `main/cluster/` as well as from `dist/main/`. */
const ownRoot = resolve(import.meta.dirname, '../..');

/** Node 24 for Linux: from the platform package, else the Node that runs this, if it is one. */
export function nodeBinary(root: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const packaged = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin/node');
  if (existsSync(packaged)) return packaged;
  const own = !process.versions.electron && Number(process.versions.node.split('.')[0]) >= 24;
  return own ? process.execPath : undefined;
}

export function createMachine({ env = process.env, root = ownRoot, say = () => {} }: MachineOptions = {}): Machine {
  const home = skiffHome(env);
  const kubeconfig = new Kubeconfig({ env, home: homedir(), backupFolder: home.backups });
  const connections = new Connections(kubeconfig);
  const clusters = new Clusters({
    home,
    kubeconfig,
    say,
    imageSources: {
      dist: join(root, 'dist'),
      imageFolder: join(root, 'agent/image'),
      cacheFolder: home.cache,
      nodeBinary: nodeBinary(root),
      env,
    },
  });
  const contexts = () => kubeconfig.contexts();
  return {
    home,
    kubeconfig,
    clusters,
    engine: {
      status: async (signal) => (await findEngine(signal)).status,
      install: (signal) => installEngine(say, signal),
    },
    kube: {
      contexts,
      use: (context) => kubeconfig.use(context),
      onChanged: (listener) =>
        kubeconfig.onChanged(() => {
          contexts().then(listener, (error: Error) => say(error.message));
        }),
      connection: (context) => connections.get(context),
      path: () => kubeconfig.path(),
    },
    firstRun: async () => (await new Profiles(home).names()).length === 0,
    close() {
      clusters.close();
      connections.close();
    },
  };
}
