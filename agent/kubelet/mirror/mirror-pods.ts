/**
 * Shows the components inside this process as pods of kube-system, where people look for them. The pods follow the
 * conventions of kubeadm's static pods.
 * https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/
 */

import { findCondition, isConditionTrue } from '../../api/conditions.ts';
import { pods } from '../../api/core/pod.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../api/errors.ts';
import { mediaType } from '../../api/media-types.ts';
import type { core, Draft, Node, Pod } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import { type Clock, timestamp } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { type NodeConfig, nodeIPsOf } from '../../node-config.ts';

/** The scheme of the container ids of components; the component's name follows it. */
export const componentScheme = 'skiff';
const namespace = 'kube-system';
const mirrorAnnotation = 'kubernetes.io/config.mirror';

export const componentsOf = (role: NodeConfig['role'], onEveryNode: readonly string[]): string[] => [
  ...(role === 'control-plane' ? controlPlane : []),
  ...onEveryNode,
];

const controlPlane = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

const appLabels: Record<string, Record<string, string>> = {
  coredns: { 'k8s-app': 'kube-dns' },
  'kube-proxy': { 'k8s-app': 'kube-proxy' },
  'skiff-ingress': { 'app.kubernetes.io/name': 'skiff-ingress', 'app.kubernetes.io/managed-by': 'skiff' },
};
const labelsOf = (component: string): Record<string, string> =>
  appLabels[component] ?? { component, tier: 'control-plane' };

const dnsPorts = [
  { name: 'dns', containerPort: 53, hostPort: 53, protocol: 'UDP' },
  { name: 'dns-tcp', containerPort: 53, hostPort: 53, protocol: 'TCP' },
] as core.ContainerPort[];

interface PodFacts {
  component: string;
  config: NodeConfig;
  /** Of its own on the pod network; undefined: the node's. */
  address: string | undefined;
}

function mirrorPod({ component, config, address }: PodFacts, node: Node, hash: string, now: number): Draft<Pod> {
  const owner = { apiVersion: 'v1', kind: 'Node', name: node.metadata.name, uid: node.metadata.uid, controller: true };
  const annotations = {
    'kubernetes.io/config.hash': hash,
    [mirrorAnnotation]: hash,
    'kubernetes.io/config.seen': timestamp(now),
    'kubernetes.io/config.source': 'file',
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${component}-${config.nodeName}`,
      namespace,
      labels: labelsOf(component),
      annotations,
      ownerReferences: [owner],
    },
    spec: {
      nodeName: config.nodeName,
      ...(address === undefined ? { hostNetwork: true } : {}),
      enableServiceLinks: false,
      priority: 2_000_001_000,
      priorityClassName: 'system-node-critical',
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: component,
          image: config.nodeImage,
          imagePullPolicy: 'IfNotPresent',
          ...(component === 'coredns' ? { ports: dnsPorts } : {}),
        },
      ],
    },
  };
}

const conditionTypes = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];

/** The start time of the component's process, from its pod's status. */
const runningSince = (pod: Pod | undefined): string | undefined =>
  pod?.status?.containerStatuses?.[0]?.state?.running?.startedAt;

/** False if an earlier process wrote the status, or if the pod was marked not ready while the node was silent. */
const isCurrent = (pod: Pod, since: string): boolean =>
  runningSince(pod) === since && conditionTypes.every((type) => isConditionTrue(pod.status?.conditions, type));

interface StatusFacts extends PodFacts {
  /** When the component's process started. */
  since: string;
  now: string;
}

/** The status of a component's pod. A status that an earlier process wrote adds one to the restart count. */
function mirrorStatus(pod: Pod, { component, config, address, since, now }: StatusFacts): core.PodStatus {
  const hostIPs = nodeIPsOf(config);
  const podIPs = address ? [address] : hostIPs;
  const before = pod.status?.containerStatuses?.[0];
  const known = runningSince(pod);
  const trueSince = (type: string): string => {
    const condition = findCondition(pod.status?.conditions, type);
    if (known !== since || !condition) return since;
    return condition.status === 'True' ? (condition.lastTransitionTime ?? since) : now;
  };
  const restarts = before ? before.restartCount + (known && known !== since ? 1 : 0) : 0;
  return {
    phase: 'Running',
    conditions: conditionTypes.map((type) => ({ type, status: 'True', lastTransitionTime: trueSince(type) })),
    hostIP: hostIPs[0],
    hostIPs: hostIPs.map((ip) => ({ ip })),
    podIP: podIPs[0],
    podIPs: podIPs.map((ip) => ({ ip })),
    startTime: since,
    qosClass: 'BestEffort',
    containerStatuses: [
      {
        name: component,
        image: config.nodeImage,
        imageID: '',
        containerID: `${componentScheme}://${component}`,
        ready: true,
        started: true,
        restartCount: restarts,
        state: { running: { startedAt: since } },
        lastState: {},
      },
    ],
  };
}

export interface MirrorPodsOptions {
  client: Client;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  config: NodeConfig;
  nodes: Informer<Node>;
  /** When this process started, in milliseconds. */
  startedAt: number;
  informer: Informer<Pod>;
  /** The components that run in the agent besides those of a control plane. */
  components: readonly string[];
  /** Of components that have one of their own on the pod network. */
  addresses?: Readonly<Record<string, string>>;
}

/** Creates the mirror pods of this node's components and keeps their status current until the signal aborts. */
export function startMirrorPods(options: MirrorPodsOptions): void {
  const { client, clock, log, signal, config, nodes, informer, startedAt, addresses = {} } = options;
  const resource = client.resource(pods);
  const since = timestamp(startedAt);
  const factsOf = (component: string): PodFacts => ({ component, config, address: addresses[component] });
  const hashOf = (component: string, node: Node) => `${component}-${config.nodeName}-${node.metadata.uid}`;

  const ensure = async (component: string): Promise<void> => {
    const name = `${component}-${config.nodeName}`;
    const node = nodes.get(config.nodeName);
    // Like upstream, create no mirror pod before its node: a pod with no owner would be deleted.
    if (!node) return;
    const known = informer.get(`${namespace}/${name}`);
    const hash = hashOf(component, node);
    const stale =
      known && (known.metadata.deletionTimestamp || known.metadata.annotations?.[mirrorAnnotation] !== hash);
    if (stale) {
      await remove(known);
      return;
    }
    if (known && isCurrent(known, since)) return;
    const pod = known ?? (await create(component, node));
    if (!pod) return;
    const status = mirrorStatus(pod, { ...factsOf(component), since, now: timestamp(clock.now()) });
    const patch = { metadata: { uid: pod.metadata.uid }, status };
    const options = { subresource: 'status' };
    await resource.patch(name, namespace, mediaType.mergePatch, patch, options, signal);
  };
  const create = async (component: string, node: Node): Promise<Pod | undefined> => {
    try {
      return await resource.create(mirrorPod(factsOf(component), node, hashOf(component, node), clock.now()), signal);
    } catch (error) {
      // The watch will deliver the existing pod.
      if (isAlreadyExists(error)) return undefined;
      throw error;
    }
  };
  const remove = async ({ metadata }: Pod): Promise<void> => {
    const preconditions = { uid: metadata.uid };
    try {
      await resource.delete(metadata.name, namespace, { gracePeriodSeconds: 0, preconditions }, signal);
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  };

  const components = componentsOf(config.role, options.components);
  const queue = createWorkQueue({
    name: 'mirror-pods',
    clock,
    log,
    signal,
    concurrency: components.length,
    backoff: { base: 100, max: 10_000 },
    reconcile: ensure,
  });
  informer.onChange(({ object }) => {
    const component = components.find((name) => object.metadata.name === `${name}-${config.nodeName}`);
    if (component && object.metadata.namespace === namespace) queue.add(component);
  });
  nodes.onChange(({ type, object, old }) => {
    const isNew = type !== 'deleted' && object.metadata.uid !== old?.metadata.uid;
    if (isNew && object.metadata.name === config.nodeName) components.forEach(queue.add);
  });
  void Promise.all([informer.synced, nodes.synced]).then(() => components.forEach(queue.add));
}
