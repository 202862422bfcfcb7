/** A kubelet on simulated containers and the API server that it reports to, both in this process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodes } from '../../../../agent/api/core/node.ts';
import { pods } from '../../../../agent/api/core/pod.ts';
import { services } from '../../../../agent/api/core/service.ts';
import { serviceAccounts } from '../../../../agent/api/core/service-account.ts';
import type { core, Draft, Pod } from '../../../../agent/api/types.ts';
import { type Client, createClient } from '../../../../agent/client/client.ts';
import { createInformer, createInformers } from '../../../../agent/client/informer.ts';
import { systemClock } from '../../../../agent/clock.ts';
import { memoryStore } from '../../../../agent/kubelet/images/pulled-images.ts';
import { type Kubelet, type KubeletOptions, startKubelet } from '../../../../agent/kubelet/kubelet.ts';
import { createComponentLogs } from '../../../../agent/kubelet/mirror/component-logs.ts';
import type { KubeletPlatform } from '../../../../agent/kubelet/platform.ts';
import type { Runtime } from '../../../../agent/kubelet/runtime/runtime.ts';
import { noImageContent } from '../../../../agent/kubelet/volumes/image-content.ts';
import { createSimulatedVolumes } from '../../../../agent/kubelet/volumes/simulated.ts';
import { createLogger } from '../../../../agent/log.ts';
import { createSimulatedNetwork } from '../../../../agent/roles/platforms/simulated-network.ts';
import { theConfig, theFacts } from '../../../builders/node.ts';
import { startApi, type TestApi } from '../apiserver/api.ts';

export interface TestKubelet {
  api: TestApi;
  admin: Client;
  signal: AbortSignal;
  /** Where the node looks for the manifests of static pods; it exists from the start on. */
  manifests: string;
  /** The events that the kubelet recorded, as `REASON: message`. */
  events: string[];
  start(runtime: Runtime, more?: Partial<KubeletOptions>, platform?: Partial<KubeletPlatform>): Kubelet;
  /** Creates a pod of this node, with no token and every toleration. */
  create(name: string, spec: core.PodSpec): Promise<Pod>;
  get(name: string): Promise<Pod>;
  phaseOf(name: string): Promise<string | undefined>;
  close(): Promise<void>;
}

export async function testKubelet(): Promise<TestKubelet> {
  const { nodeName } = theConfig;
  const api = await startApi({ clock: systemClock });
  const folder = await mkdtemp(join(tmpdir(), 'kubelet-'));
  const stop = new AbortController();
  const { signal } = stop;
  const admin = createClient(api.server.transport({ username: 'admin', groups: ['system:masters'] }));
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } };
  await admin.resource(serviceAccounts).create(account);
  const events: string[] = [];
  const get = (name: string) => admin.resource(pods).get(name, 'default');

  return {
    api,
    admin,
    signal,
    manifests: join(folder, 'manifests'),
    events,
    start(runtime, more = {}, platform = {}) {
      const transport = api.server.transport({ username: `system:node:${nodeName}`, groups: ['system:nodes'] });
      const client = createClient(transport);
      const deps = { clock: systemClock, log: createLogger('kubelet', () => {}), signal };
      const { kernelVersion, osImage, architecture, machineID, bootID, storage, hasAppArmor } = theFacts;
      return startKubelet({
        ...deps,
        client,
        config: theConfig,
        platform: {
          scheme: 'simulated',
          runtime,
          network: createSimulatedNetwork([theConfig.podCIDR]),
          manifests: (dataFolder) => join(dataFolder, 'manifests'),
          volumes: createSimulatedVolumes,
          readInterfaces: async () => [],
          ownUsage: async () => ({ cpuUsage: 0, memory: 0, memoryUsage: 0, rss: 0, processes: 0 }),
          readSignals: async () => [],
          probeOnce: async () => ({ success: true, output: '' }),
          runHook: async () => {},
          pullRecords: memoryStore,
          imageContent: () => noImageContent,
          findManagedFile: async (file) => file,
          findRoot: async () => undefined,
          nodeLabels: {},
          components: [],
          ...platform,
        },
        recorder: { event: (_object, _type, reason, message) => void events.push(`${reason}: ${message}`) },
        services: createInformers(client, deps).for(services),
        nodes: createInformer(client, nodes, { fieldSelector: `metadata.name=${nodeName}` }, deps),
        dataFolder: folder,
        system: { kernelVersion, osImage, architecture, machineID, bootID, storage, hasAppArmor },
        nodeResolvConf: '',
        nodeHosts: '',
        kubeletVersion: 'v0',
        logs: createComponentLogs(folder, systemClock.now),
        startedAt: 0,
        serverPort: Promise.resolve(10250),
        ...more,
      });
    },
    create(name, spec) {
      const draft: Draft<Pod> = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: { nodeName, automountServiceAccountToken: false, tolerations: [{ operator: 'Exists' }], ...spec },
      };
      return admin.resource(pods).create(draft);
    },
    get,
    phaseOf: async (name) => (await get(name)).status?.phase,
    async close() {
      stop.abort();
      await api.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
