/** A node's counts as pods come and go: of the cache, and of copies on which preemption tries changes. */
import type { Node } from '../../api/types.ts';
import { amountsOf, type NodeInfo, type PodInfo } from './info.ts';

/** A node that can change. `node` is absent where pods are there but the node is not (yet, or any more). */
export interface NodeState extends Omit<NodeInfo, 'node'> {
  node?: Node;
  allocatable: NodeInfo['allocatable'];
  requested: Record<string, number>;
  usual: { cpu: number; memory: number };
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
  usual: { cpu: 0, memory: 0 },
  pods: new Map(),
  podsWithAffinity: new Map(),
  podsWithRequiredAntiAffinity: new Map(),
  images: new Map(),
  generation: 0,
});

export function setNode(state: NodeState, node: Node): void {
  state.node = node;
  state.allocatable = amountsOf((node.status?.allocatable ?? {}) as Record<string, string>);
  const images = node.status?.images ?? [];
  state.images = new Map(images.flatMap(({ names = [], sizeBytes = 0 }) => names.map((name) => [name, sizeBytes])));
}

function count(state: NodeState, { requests, usual }: PodInfo, sign: 1 | -1): void {
  for (const name in requests) state.requested[name] = (state.requested[name] ?? 0) + sign * (requests[name] ?? 0);
  state.usual.cpu += sign * usual.cpu;
  state.usual.memory += sign * usual.memory;
}

/** Puts what is known of a pod in the place of what was, without counting it. */
export function replacePod(state: NodeState, info: PodInfo): void {
  const { uid } = info.pod.metadata;
  state.pods.set(uid, info);
  if (info.requiredAntiAffinity.length > 0) state.podsWithRequiredAntiAffinity.set(uid, info);
  const terms = [info.requiredAffinity, info.requiredAntiAffinity, info.preferredAffinity, info.preferredAntiAffinity];
  if (terms.some((each) => each.length > 0)) state.podsWithAffinity.set(uid, info);
}

export function addPod(state: NodeState, info: PodInfo): void {
  replacePod(state, info);
  count(state, info, 1);
}

/** The pod that was there, if it was. */
export function removePod(state: NodeState, uid: string): PodInfo | undefined {
  const info = state.pods.get(uid);
  if (!info) return undefined;
  state.pods.delete(uid);
  state.podsWithAffinity.delete(uid);
  state.podsWithRequiredAntiAffinity.delete(uid);
  count(state, info, -1);
  return info;
}

/** A copy that can change without the original. */
export const copyNode = <T extends NodeInfo | NodeState>(from: T): NodeState & Pick<T, 'node'> => ({
  name: from.name,
  node: from.node,
  allocatable: from.allocatable,
  requested: { ...from.requested },
  usual: { ...from.usual },
  pods: new Map(from.pods),
  podsWithAffinity: new Map(from.podsWithAffinity),
  podsWithRequiredAntiAffinity: new Map(from.podsWithRequiredAntiAffinity),
  images: from.images,
  generation: from.generation,
});
