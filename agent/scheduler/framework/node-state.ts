/** Updates a node's counts as pods come and go, in the cache and in the copies on which preemption tries changes. */
import { fullImageName } from '../../api/image-name.ts';
import type { Node } from '../../api/types.ts';
import { amountsOf, type NodeInfo, type PodInfo } from './info.ts';

/** A mutable node. `node` is absent if its pods are known but the node is not, or no longer. */
export interface NodeState extends Omit<NodeInfo, 'node'> {
  node?: Node;
  allocatable: NodeInfo['allocatable'];
  requested: Record<string, number>;
  nonZeroRequests: { cpu: number; memory: number };
  pods: Map<string, PodInfo>;
  podsWithAffinity: Map<string, PodInfo>;
  podsWithRequiredAntiAffinity: Map<string, PodInfo>;
  images: NodeInfo['images'];
  generation: number;
}

export const emptyNode = (name: string): NodeState => ({
  name,
  allocatable: {},
  requested: {},
  nonZeroRequests: { cpu: 0, memory: 0 },
  pods: new Map(),
  podsWithAffinity: new Map(),
  podsWithRequiredAntiAffinity: new Map(),
  images: new Map(),
  generation: 0,
});

/** Sets or replaces the node's object and its allocatable resources. */
export function setNode(state: NodeState, node: Node): void {
  state.node = node;
  state.allocatable = amountsOf((node.status?.allocatable ?? {}) as Record<string, string>);
  const images = node.status?.images ?? [];
  state.images = new Map(
    images.flatMap(({ names = [], sizeBytes = 0 }) => names.map((name) => [fullImageName(name), sizeBytes])),
  );
}

function count(state: NodeState, { requests, nonZeroRequests }: PodInfo, sign: 1 | -1): void {
  for (const name in requests) state.requested[name] = (state.requested[name] ?? 0) + sign * (requests[name] ?? 0);
  state.nonZeroRequests.cpu += sign * nonZeroRequests.cpu;
  state.nonZeroRequests.memory += sign * nonZeroRequests.memory;
}

/** Replaces a pod's info without changing the counts. */
export function replacePod(state: NodeState, info: PodInfo): void {
  const { uid } = info.pod.metadata;
  state.pods.set(uid, info);
  if (info.requiredAntiAffinity.length > 0) state.podsWithRequiredAntiAffinity.set(uid, info);
  const terms = [info.requiredAffinity, info.requiredAntiAffinity, info.preferredAffinity, info.preferredAntiAffinity];
  if (terms.some((each) => each.length > 0)) state.podsWithAffinity.set(uid, info);
}

/** Adds a pod and counts its requests. */
export function addPod(state: NodeState, info: PodInfo): void {
  replacePod(state, info);
  count(state, info, 1);
}

/** Removes a pod and returns it; undefined if it was not there. */
export function removePod(state: NodeState, uid: string): PodInfo | undefined {
  const info = state.pods.get(uid);
  if (!info) return undefined;
  state.pods.delete(uid);
  state.podsWithAffinity.delete(uid);
  state.podsWithRequiredAntiAffinity.delete(uid);
  count(state, info, -1);
  return info;
}

/** A copy that can be changed independently of the original. */
export const copyNode = <T extends NodeInfo | NodeState>(from: T): NodeState & Pick<T, 'node'> => ({
  name: from.name,
  node: from.node,
  allocatable: from.allocatable,
  requested: { ...from.requested },
  nonZeroRequests: { ...from.nonZeroRequests },
  pods: new Map(from.pods),
  podsWithAffinity: new Map(from.podsWithAffinity),
  podsWithRequiredAntiAffinity: new Map(from.podsWithRequiredAntiAffinity),
  images: from.images,
  generation: from.generation,
});
