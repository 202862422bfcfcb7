/**
 * Pods of thousands of containers: the work of a pass grows with their number alone, and other pods are not behind it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodes } from '../../../../../agent/api/core/node.ts';
import { pods } from '../../../../../agent/api/core/pod.ts';
import { services } from '../../../../../agent/api/core/service.ts';
import { serviceAccounts } from '../../../../../agent/api/core/service-account.ts';
import type { core, Pod } from '../../../../../agent/api/types.ts';
import { type Client, createClient } from '../../../../../agent/client/client.ts';
import { createInformer, createInformers } from '../../../../../agent/client/informer.ts';
import { systemClock } from '../../../../../agent/clock.ts';
import { startKubelet } from '../../../../../agent/kubelet/kubelet.ts';
import { createComponentLogs } from '../../../../../agent/kubelet/mirror/component-logs.ts';
import { plan } from '../../../../../agent/kubelet/pods/plan.ts';
import { statusOf } from '../../../../../agent/kubelet/pods/status.ts';
import type { Runtime } from '../../../../../agent/kubelet/runtime/runtime.ts';
import { createSimulatedRuntime } from '../../../../../agent/kubelet/runtime/simulated/simulated.ts';
import { createSimulatedVolumes } from '../../../../../agent/kubelet/volumes/simulated.ts';
import { createLogger } from '../../../../../agent/log.ts';
import { createSimulatedNetwork } from '../../../../../agent/roles/platforms/simulated-network.ts';
import { theConfig } from '../../../../builders/node.ts';
import { aKubeletPod, anExit, aRun, aView } from '../../../../builders/pod-view.ts';
import { startApi, type TestApi } from '../../apiserver/api.ts';

describe('what a pass looks at', () => {
  /**
   * How often the names of containers, runs and statuses are read: what is looked up one by one is read again and
   * again.
   */
  function readsFor(count: number, more: (names: readonly string[]) => Parameters<typeof aView>[0]): number {
    let reads = 0;
    const counted = <T extends { name: string }>(object: T): T => {
      const { name } = object;
      const get = () => {
        reads += 1;
        return name;
      };
      return Object.defineProperty({ ...object }, 'name', { enumerable: true, get });
    };
    const names = Array.from({ length: count }, (_, at) => `c${at}`);
    const containers = names.map((name) => counted({ name, image: 'web:1.0' }));
    const containerStatuses = names.map((name) =>
      counted({ name, containerID: `docker://${name}-0`, ready: true, restartCount: 0 } as core.ContainerStatus),
    );
    const status = { containerStatuses } as core.PodStatus;
    const given = more(names);
    const pod = { ...aKubeletPod({ containers, ...given?.pod?.spec }), status };
    const view = aView({ ...given, pod: { ...pod, spec: { ...pod.spec, containers } } });
    const seen = { ...view, containers: view.containers.map(counted) };
    plan(seen, 4000);
    statusOf(seen, { runtimeName: 'docker', terminationMessages: new Map(), hostIP: '', seenAt: 0 }, 4000);
    return reads;
  }

  it.each<[string, (names: readonly string[]) => Parameters<typeof aView>[0]]>([
    ['run', (names) => ({ containers: names.map((name) => aRun(name)) })],
    ['are to be started', () => ({})],
    [
      'crashed for the second time',
      (names) => ({
        containers: names.flatMap((name) => [anExit(name, 1), anExit(name, 1, { attempt: 1, id: `${name}-1` })]),
      }),
    ],
    [
      'ended for good',
      (names) => ({
        pod: aKubeletPod({ restartPolicy: 'Never' }),
        containers: names.map((name) => anExit(name, 0)),
      }),
    ],
    ['never will run', () => ({ failure: { reason: 'Evicted', message: '' } })],
  ])('grows with the containers and not with their square, where they %s', (_, more) => {
    expect(readsFor(2000, more) / readsFor(500, more)).toBeLessThan(4.5);
  });
});

describe('a pod of thousands of containers', () => {
  const { nodeName } = theConfig;
  let api: TestApi;
  let folder: string;
  let stop: AbortController;
  let admin: Client;
  beforeEach(async () => {
    api = await startApi({ clock: systemClock });
    folder = await mkdtemp(join(tmpdir(), 'large-pods-'));
    stop = new AbortController();
    admin = createClient(api.server.transport({ username: 'admin', groups: ['system:masters'] }));
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } };
    await admin.resource(serviceAccounts).create(account);
  });
  afterEach(async () => {
    stop.abort();
    await api.close();
    await rm(folder, { recursive: true, force: true });
  });

  function start(runtime: Runtime): void {
    const { signal } = stop;
    const client = createClient(
      api.server.transport({ username: `system:node:${nodeName}`, groups: ['system:nodes'] }),
    );
    const log = createLogger('kubelet', () => {});
    const deps = { clock: systemClock, log, signal };
    startKubelet({
      ...deps,
      client,
      config: theConfig,
      platform: {
        scheme: 'simulated',
        runtime,
        network: createSimulatedNetwork(theConfig.podCIDR),
        volumes: createSimulatedVolumes,
        ownUsage: async () => ({ cpuUsage: 0, memory: 0, memoryUsage: 0, rss: 0, processes: 0 }),
        probeOnce: async () => ({ success: true, output: '' }),
        runHook: async () => {},
        findManagedFile: async (file) => file,
        nodeLabels: {},
        components: [],
      },
      recorder: { event: () => {} },
      services: createInformers(client, deps).for(services),
      nodes: createInformer(client, nodes, { fieldSelector: `metadata.name=${nodeName}` }, deps),
      dataFolder: folder,
      system: {
        kernelVersion: '6.1',
        osImage: 'none',
        architecture: 'amd64',
        machineID: 'm',
        bootID: 'b',
        storage: 2 ** 30,
      },
      nodeResolvConf: '',
      nodeHosts: '',
      kubeletVersion: 'v0',
      logs: createComponentLogs(folder, systemClock.now),
      startedAt: 0,
      serverPort: Promise.resolve(10250),
    });
  }

  const create = (name: string, count: number) => {
    const containers = Array.from({ length: count }, (_, at) => ({ name: `c${at}`, image: 'web:1.0' }));
    const spec = { nodeName, containers, automountServiceAccountToken: false, tolerations: [{ operator: 'Exists' }] };
    const metadata = { name, namespace: 'default' };
    return admin.resource(pods).create({ apiVersion: 'v1', kind: 'Pod', metadata, spec } as Pod);
  };
  const phaseOf = async (name: string) => (await admin.resource(pods).get(name, 'default')).status?.phase;

  it('has a few of them made at a time, and another pod runs meanwhile', async () => {
    const runtime = createSimulatedRuntime({ clock: systemClock });
    const release = Promise.withResolvers<void>();
    const asked = new Set<string>();
    start({
      ...runtime,
      // An engine that takes for ever over what the large pod asks of it.
      async createContainer(sandbox, config, signal) {
        if (config.pod.name === 'large') {
          asked.add(config.name);
          await release.promise;
        }
        return runtime.createContainer(sandbox, config, signal);
      },
    });
    await create('large', 3000);
    await expect.poll(() => asked.size).toBe(16);
    await create('small', 2);
    await expect.poll(() => phaseOf('small')).toBe('Running');
    expect([asked.size, await phaseOf('large')]).toEqual([16, 'Pending']);
    release.resolve();
    await expect.poll(() => asked.size).toBeGreaterThan(1000);
  });

  it('runs in the end, and goes when it is deleted', async () => {
    const runtime = createSimulatedRuntime({ clock: systemClock });
    let [removing, most] = [0, 0];
    start({
      ...runtime,
      async removeContainer(id, signal) {
        removing += 1;
        most = Math.max(most, removing);
        await new Promise(setImmediate);
        await runtime.removeContainer(id, signal);
        removing -= 1;
      },
    });
    await create('large', 1000);
    await expect.poll(() => phaseOf('large')).toBe('Running');
    const { status } = await admin.resource(pods).get('large', 'default');
    expect(status?.containerStatuses?.filter(({ state }) => state?.running)).toHaveLength(1000);
    await admin.resource(pods).delete('large', 'default', { gracePeriodSeconds: 1 });
    await expect.poll(async () => (await runtime.listContainers(stop.signal)).length).toBe(0);
    expect(most).toBe(16);
  });
});
