/** The Node object: labels, taints, and the status that the kubelet posts. Pure. */
import { fullImageName } from '../../api/image-name.ts';
import type { core, Node } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import { type NodeConfig, nodeIPsOf } from '../../node-config.ts';
import type { Pressure } from '../eviction/thresholds.ts';
import type { ImageInfo } from '../runtime/runtime.ts';
import type { SystemFacts } from './system.ts';

export interface NodeFacts extends SystemFacts {
  config: NodeConfig;
  /** Labels of the node's platform. */
  platformLabels: Readonly<Record<string, string>>;
  /** E.g. `docker://20.10.24`. */
  runtimeVersion: string;
  kubeletVersion: string;
  images: readonly ImageInfo[];
  /** The runtimes that pods may ask for. */
  handlers: readonly string[];
  /** The port of the kubelet's server. */
  serverPort: number;
  /** What the node is short of. */
  pressure?: ReadonlySet<string>;
  /** Why the container runtime does not answer; absent if it does. */
  runtimeError?: string;
  /** The node is shutting down. */
  shuttingDown?: boolean;
}

export const kubeletPort = 10250;
const controlPlaneTaint = 'node-role.kubernetes.io/control-plane';

/** The labels that a kubelet may set on its node. Only the control plane may set the role label. */
export function nodeLabels({ config, architecture, platformLabels }: NodeFacts): Record<string, string> {
  return {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': config.nodeName,
    'kubernetes.io/os': 'linux',
    ...(config.role === 'control-plane' ? { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } : {}),
    ...platformLabels,
  };
}

export const nodeTaints = ({ role, taintControlPlane, taints = [] }: NodeConfig): core.Taint[] => [
  ...(role === 'control-plane' && taintControlPlane ? [{ key: controlPlaneTaint, effect: 'NoSchedule' } as const] : []),
  ...taints,
];

function resourcesOf({ config: { capacity }, storage }: NodeFacts): Record<string, string> {
  return {
    cpu: Number.isInteger(capacity.cpu) ? String(capacity.cpu) : `${Math.round(capacity.cpu * 1000)}m`,
    'ephemeral-storage': `${Math.floor(storage / 1024)}Ki`,
    memory: `${Math.floor(capacity.memory / 1024)}Ki`,
    pods: String(capacity.pods),
  };
}

type Verdict = readonly [type: string, status: string, reason: string, message: string];

type PressureRow = readonly [
  type: Pressure | 'PIDPressure',
  short: string,
  shortText: string,
  well: string,
  wellText: string,
];

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/nodestatus/setters.go */
const pressures: readonly PressureRow[] = [
  [
    'MemoryPressure',
    ...(['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available'] as const),
    ...(['KubeletHasSufficientMemory', 'kubelet has sufficient memory available'] as const),
  ],
  [
    'DiskPressure',
    ...(['KubeletHasDiskPressure', 'kubelet has disk pressure'] as const),
    ...(['KubeletHasNoDiskPressure', 'kubelet has no disk pressure'] as const),
  ],
  [
    'PIDPressure',
    ...(['KubeletHasInsufficientPID', 'kubelet has insufficient PID available'] as const),
    ...(['KubeletHasSufficientPID', 'kubelet has sufficient PID available'] as const),
  ],
];

const pressureVerdicts = ({ pressure }: NodeFacts): Verdict[] =>
  pressures.map(([type, short, shortText, well, wellText]) =>
    pressure?.has(type) ? [type, 'True', short, shortText] : [type, 'False', well, wellText],
  );

function readiness({ runtimeError, shuttingDown }: NodeFacts): Verdict {
  const errors = [
    ...(runtimeError === undefined ? [] : [`container runtime is down: ${runtimeError}`]),
    ...(shuttingDown ? ['node is shutting down'] : []),
  ];
  const [first, ...others] = errors;
  if (first === undefined) return ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'];
  return ['Ready', 'False', 'KubeletNotReady', others.length === 0 ? first : `[${errors.join(', ')}]`];
}

function conditionsOf(facts: NodeFacts, old: Node | undefined, now: number): core.NodeCondition[] {
  return [...pressureVerdicts(facts), readiness(facts)].map(([type, status, reason, message]) => {
    const known = old?.status?.conditions?.find((condition) => condition.type === type);
    const since = known?.status === status ? known.lastTransitionTime : timestamp(now);
    return { type, status, lastHeartbeatTime: timestamp(now), lastTransitionTime: since, reason, message };
  }) as core.NodeCondition[];
}

/** Upstream's nodeStatusMaxImages and MaxNamesPerImageInNodeStatus. */
const maxImages = 50;
const maxNames = 5;

/**
 * The largest images with their complete names, digests first.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/nodestatus/setters.go (Images)
 */
const imagesOf = (images: readonly ImageInfo[]): core.ContainerImage[] =>
  images
    .map(({ tags, digests = [], size }) => ({ names: [...digests, ...tags].map(fullImageName), sizeBytes: size }))
    .filter(({ names }) => names.length > 0)
    .sort((left, right) => right.sizeBytes - left.sizeBytes)
    .slice(0, maxImages)
    .map(({ names, sizeBytes }) => ({ names: names.slice(0, maxNames), sizeBytes }));

/** The default one has no name. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/#NodeStatus */
const handlersOf = ({ handlers }: NodeFacts): core.NodeStatus['runtimeHandlers'] =>
  ['', ...handlers].map((name) => ({ name, features: { recursiveReadOnlyMounts: false, userNamespaces: false } }));

/**
 * The node's status. `old` supplies transition times of unchanged conditions; `now` is in milliseconds since the epoch.
 */
export function nodeStatus(facts: NodeFacts, old: Node | undefined, now: number): core.NodeStatus {
  const { config, images } = facts;
  return {
    addresses: [
      ...nodeIPsOf(config).map((address) => ({ type: 'InternalIP', address })),
      { type: 'Hostname', address: config.nodeName },
    ],
    allocatable: resourcesOf(facts),
    capacity: resourcesOf(facts),
    conditions: conditionsOf(facts, old, now),
    features: { supplementalGroupsPolicy: true },
    runtimeHandlers: handlersOf(facts),
    daemonEndpoints: { kubeletEndpoint: { Port: facts.serverPort } },
    images: imagesOf(images),
    nodeInfo: {
      architecture: facts.architecture,
      bootID: facts.bootID,
      containerRuntimeVersion: facts.runtimeVersion,
      kernelVersion: facts.kernelVersion,
      kubeProxyVersion: '',
      kubeletVersion: facts.kubeletVersion,
      machineID: facts.machineID,
      operatingSystem: 'linux',
      osImage: facts.osImage,
      systemUUID: facts.machineID,
    },
  };
}
