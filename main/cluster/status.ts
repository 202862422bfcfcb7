/** The current status of a profile: its containers, and what its API server answers. */
import { messageOf } from '../../agent/api/errors.ts';
import { kubernetesVersion } from '../../agent/api/version.ts';
import type { ClusterStatus, ExposedPort } from '../contract/clusters.ts';
import type { CallError } from '../contract/reply.ts';
import type { ContainerSummary, Engine } from '../engine/engine.ts';
import { readJson } from '../kube/client.ts';
import type { KubeConnection } from '../kube/connection.ts';
import { connectAsAdmin } from './admin.ts';
import { contextOf, labels, ofProfile } from './names.ts';
import type { ClusterPki } from './pki.ts';
import type { Profile } from './profile.ts';

/** Milliseconds. A server that is up answers in a few of them. */
const patience = 2000;

export const absent = (profile: string): ClusterStatus => ({
  profile,
  state: 'absent',
  context: contextOf(profile),
  runtime: 'docker',
  kubernetesVersion: kubernetesVersion.git,
  nodes: [],
  unhealthyPods: 0,
  exposed: [],
});

/** The status of a profile whose own files cannot be read. */
export const damaged = (profile: string, { code, message, hint }: CallError): ClusterStatus => ({
  ...absent(profile),
  state: 'error',
  error: { code, message, ...(hint ? { hint } : {}) },
});

/** The status of a profile whose engine does not answer. */
export const unreachable = (profile: Profile, error: CallError): ClusterStatus => ({
  ...damaged(profile.name, error),
  server: `https://127.0.0.1:${profile.apiPort}`,
  nodes: profile.nodes.map(({ name, role, ip }) => ({ name, role, ip, state: 'missing', ready: false })),
});

interface Item {
  metadata: { name: string; creationTimestamp: string };
  status?: {
    phase?: string;
    conditions?: { type: string; status: string }[];
    containerStatuses?: { ready: boolean }[];
  };
}

const isReady = ({ status }: Item): boolean =>
  status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;

/** Milliseconds that a pod may take to start before it counts as unhealthy. */
const startingTime = 15_000;

const isUnhealthy = (pod: Item): boolean =>
  pod.status?.phase !== 'Succeeded' &&
  !isReady(pod) &&
  Date.now() - Date.parse(pod.metadata.creationTimestamp) > startingTime;

export interface Answers {
  readyNodes: Set<string>;
  unhealthyPods: number;
}

async function askApi(connection: KubeConnection, signal: AbortSignal): Promise<Answers> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  const [nodes, pods] = await Promise.all([
    readJson<{ items: Item[] }>(connection, '/api/v1/nodes', within),
    readJson<{ items: Item[] }>(connection, '/api/v1/pods', within),
  ]);
  return {
    readyNodes: new Set(nodes.items.filter(isReady).map(({ metadata }) => metadata.name)),
    unhealthyPods: pods.items.filter(isUnhealthy).length,
  };
}

/** The labels of a port container say what it publishes. */
function exposedPorts(containers: ContainerSummary[]): ExposedPort[] {
  return containers
    .filter(({ Labels, State }) => Labels[labels.role] === 'port' && State === 'running')
    .flatMap(({ Labels, Ports }) => {
      const [namespace = '', service = ''] = (Labels[labels.service] ?? '').split('/');
      return Ports.filter(({ IP, PublicPort }) => PublicPort && (IP === '127.0.0.1' || !IP)).map(
        (port): ExposedPort => {
          const protocol = port.Type === 'udp' ? 'UDP' : 'TCP';
          return {
            namespace,
            service,
            port: port.PublicPort,
            protocol,
            ...(protocol === 'TCP' ? { url: `http://127.0.0.1:${port.PublicPort}` } : {}),
          };
        },
      );
    })
    .sort((a, b) => a.port - b.port);
}

function stateOf(profile: Profile, running: number, answers: Answers | undefined): ClusterStatus['state'] {
  if (running === 0) return 'stopped';
  if (!answers || running < profile.nodes.length) return 'degraded';
  return profile.nodes.every(({ name }) => answers.readyNodes.has(name)) ? 'running' : 'degraded';
}

/** What was read about a profile, whichever platform runs it. */
export interface Findings {
  state: ClusterStatus['state'];
  nodeState(name: string): ClusterStatus['nodes'][number]['state'];
  /** The API server's answers, if it was asked and answered. */
  answers: Answers | undefined;
  exposed: ExposedPort[];
  error: CallError | undefined;
}

export const statusOf = (profile: Profile, { state, nodeState, answers, exposed, error }: Findings): ClusterStatus => ({
  profile: profile.name,
  state,
  context: contextOf(profile.name),
  runtime: profile.runtime,
  server: `https://127.0.0.1:${profile.apiPort}`,
  kubernetesVersion: kubernetesVersion.git,
  nodes: profile.nodes.map(({ name, role, ip }) => ({
    name,
    role,
    ip,
    state: nodeState(name),
    // The cluster takes a node for lost some time after it has stopped.
    ready: nodeState(name) === 'running' && (answers?.readyNodes.has(name) ?? false),
  })),
  unhealthyPods: answers?.unhealthyPods ?? 0,
  exposed,
  ...(error ? { error } : {}),
});

export async function readStatus(
  engine: Engine,
  profile: Profile,
  pki: ClusterPki | undefined,
  signal: AbortSignal,
): Promise<ClusterStatus> {
  const containers = await engine.containers([ofProfile(profile.name)], signal);
  const states = new Map(
    containers
      .filter(({ Labels }) => Labels[labels.role] === 'node')
      .map(({ Labels, State }) => [Labels[labels.node], State === 'running' ? 'running' : 'stopped'] as const),
  );
  const running = [...states.values()].filter((state) => state === 'running').length;
  const asked = running && pki ? await tryApi(profile, pki, signal) : {};
  return statusOf(profile, {
    state: stateOf(profile, running, asked.answers),
    nodeState: (name) => states.get(name) ?? 'missing',
    answers: asked.answers,
    exposed: exposedPorts(containers),
    error: asked.problem,
  });
}

export async function tryApi(
  profile: Profile,
  pki: ClusterPki,
  signal: AbortSignal,
): Promise<{ answers?: Answers; problem?: CallError }> {
  const connection = connectAsAdmin(profile, pki);
  try {
    return { answers: await askApi(connection, signal) };
  } catch (error) {
    signal.throwIfAborted();
    const reason = messageOf(error);
    return { problem: { code: 'ApiUnreachable', message: `the API server does not answer: ${reason}` } };
  } finally {
    connection.close();
  }
}
