/** Services whose engine and clusters are what a test says: for every state that the window can be met in. */
import type { Services } from '../../../main/calls/services.ts';
import type {
  BootProgress,
  BootStepProgress,
  ClusterStatus,
  EngineStatus,
  StartOptions,
} from '../../../main/contract/clusters.ts';
import { fakeServices } from '../../unit/main/fake-services.ts';

export const noEngine: EngineStatus = {
  found: false,
  looked: [
    { source: 'DOCKER_HOST', endpoint: 'tcp://10.0.0.4:2375', outcome: 'refused the connection' },
    { source: 'docker context', endpoint: 'unix:///var/run/docker.sock', outcome: 'not there' },
    { source: 'Podman', endpoint: 'unix:///run/user/1000/podman/podman.sock', outcome: 'not there' },
    { source: 'Colima', endpoint: 'unix:///home/me/.colima/default/docker.sock', outcome: 'not there' },
  ],
  remedy: {
    title: 'Docker is installed but does not run. This starts it:',
    command: 'sudo systemctl start docker',
    canRun: true,
  },
};

export const engineFound: EngineStatus = {
  found: true,
  name: 'Docker 28.3.1',
  endpoint: 'unix:///var/run/docker.sock',
  cpus: 8,
  memory: 16 * 2 ** 30,
  looked: [],
};

export const titles = [
  'Reserve the name',
  'Find the node image',
  'Create the network',
  'Start the nodes',
  'Wait for the API server',
  'Join the workers',
  'Write the kubeconfig',
];

/** The steps of a start of which `done` are done and the next is in a state. */
export const stepsAt = (done: number, state: BootStepProgress['state'] = 'running'): BootStepProgress[] =>
  titles.map((title, at) => ({
    title,
    state: at < done ? 'done' : at === done ? state : 'waiting',
    elapsed: at <= done ? 130 + 370 * at : 0,
  }));

export const report = (change: Partial<BootProgress>): BootProgress => ({
  profile: 'skiff',
  operation: 'start',
  steps: stepsAt(3),
  finished: false,
  ...change,
});

const node = (name: string, role: 'control-plane' | 'worker', ready = true) => ({
  name,
  role,
  ip: '172.18.0.2',
  state: 'running' as const,
  ready,
});

export const cluster = (change: Partial<ClusterStatus> = {}): ClusterStatus => ({
  profile: 'skiff',
  state: 'running',
  context: 'skiff',
  runtime: 'docker',
  server: 'https://127.0.0.1:6443',
  kubernetesVersion: 'v1.36.3',
  nodes: [
    node('skiff-control-plane', 'control-plane'),
    node('skiff-worker', 'worker'),
    node('skiff-worker2', 'worker'),
  ],
  unhealthyPods: 0,
  exposed: [],
  ...change,
});

export function scriptedClusters(engine: EngineStatus, clusters: ClusterStatus[] = []) {
  const progressed = new Set<(report: BootProgress) => void>();
  const changed = new Set<(clusters: ClusterStatus[]) => void>();
  const started: { profile: string; options: StartOptions }[] = [];
  const cancelled: string[] = [];
  let list = clusters;
  let status = engine;
  const fake = fakeServices();
  const services: Services = {
    ...fake,
    engine: { status: async () => status, install: async () => status },
    clusters: {
      ...fake.clusters,
      list: async () => list,
      start: (profile, options) => {
        started.push({ profile, options });
        return new Promise(() => undefined);
      },
      cancel: async (profile) => void cancelled.push(profile),
      onProgress: (listener) => {
        progressed.add(listener);
        return () => progressed.delete(listener);
      },
      onChanged: (listener) => {
        changed.add(listener);
        return () => changed.delete(listener);
      },
    },
  };
  return {
    services,
    started,
    cancelled,
    report: (change: Partial<BootProgress>) => progressed.forEach((listener) => void listener(report(change))),
    become(next: ClusterStatus[]) {
      list = next;
      changed.forEach((listener) => void listener(next));
    },
    findEngine(next: EngineStatus) {
      status = next;
    },
  };
}
