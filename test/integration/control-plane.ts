/** API server, controllers, scheduler and hollow nodes in one process, and kubectl beside them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { core } from '../../agent/api/types.ts';
import { type Client, createClient } from '../../agent/client/client.ts';
import { createInformers, type Informers } from '../../agent/client/informer.ts';
import { type Clock, systemClock } from '../../agent/clock.ts';
import { startControllers } from '../../agent/controllers/manager.ts';
import { createLogger, type Logger } from '../../agent/log.ts';
import { createProcessMetrics } from '../../agent/metrics/process.ts';
import { componentClient, controllerClient } from '../../agent/roles/control-plane.ts';
import { startScheduler } from '../../agent/scheduler/scheduler.ts';
import type { Store } from '../../agent/store/store.ts';
import { type HollowKubelets, startHollowKubelets } from '../fakes/hollow-kubelet.ts';
import { createFakeNodeFolders, type FakeNodeFolders } from '../fakes/node-folders.ts';
import { kubectls } from '../obstacles.ts';
import { startTestApiServer, type TestApiServer, type TestApiServerOptions } from './harness.ts';

const run = promisify(execFile);
const binary = kubectls.at(-1)?.path ?? 'kubectl';

export interface ControlPlane {
  api: TestApiServer;
  client: Client;
  informers: Informers;
  kubelets: HollowKubelets;
  folders: FakeNodeFolders;
  /** Resolves with the output; rejects on a failure with what kubectl said. */
  kubectl(...args: string[]): Promise<string>;
  /** Applies a manifest given as text or object. */
  apply(manifest: unknown): Promise<string>;
  /** Nobody but clients writes from here on. */
  stopComponents(): void;
  close(): Promise<void>;
}

const threeNodes: Record<string, core.NodeSpec> = {
  'control-plane': { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] },
  worker: {},
  worker2: {},
};

/** Set SKIFF_TEST_LOG to see what the components say. */
const write = (line: string): void => {
  if (process.env.SKIFF_TEST_LOG) process.stderr.write(`${line}\n`);
};

export interface ControlPlaneOptions {
  nodes?: Record<string, core.NodeSpec>;
  /** What time the controllers and the scheduler think it is; nobody else. */
  clock?: Clock;
  /** In memory where none is given. */
  store?: Store;
  server?: TestApiServerOptions['server'];
  /** Of the controllers and the scheduler, among those of the same store. */
  identity?: string;
}

export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { nodes = threeNodes, clock = systemClock, identity = 'control-plane' } = options;
  const metrics = createProcessMetrics();
  const api = await startTestApiServer({
    server: { metrics, ...options.server },
    ...(options.store ? { store: options.store } : {}),
  });
  const stop = new AbortController();
  const { signal } = stop;
  const client = createClient(api.transport);
  const log: Logger = createLogger('test', write);
  const manager = componentClient(api.server, 'kube-controller-manager');
  const informers = createInformers(manager, { clock: systemClock, log, signal, metrics });
  const deps = { informers, kinds: api.server.kinds, metrics, clock, log, signal, leader: { identity } };
  const clientFor = (account: string) => controllerClient(api.server, account);
  const folders = createFakeNodeFolders();
  startControllers({ ...deps, client: manager, clientFor, rootCA: api.ca, authority: api.authority, folders });
  startScheduler({ ...deps, client: componentClient(api.server, 'kube-scheduler') });
  const kubelets = await startHollowKubelets(client, informers, log, signal, nodes);

  const kubectl = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(binary, args, { env: { ...process.env, KUBECONFIG: api.kubeconfig } });
    return stdout;
  };
  return {
    api,
    client,
    informers,
    kubelets,
    folders,
    kubectl,
    apply: (manifest) =>
      new Promise((resolve, reject) => {
        const child = execFile(
          binary,
          ['apply', '-f', '-'],
          { env: { ...process.env, KUBECONFIG: api.kubeconfig } },
          (error, stdout) => (error ? reject(error) : resolve(stdout)),
        );
        child.stdin?.end(typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
      }),
    stopComponents: () => stop.abort(),
    close: async () => {
      stop.abort();
      await api.close();
    },
  };
}
