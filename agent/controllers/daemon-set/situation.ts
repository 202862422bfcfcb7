/** What the plans of a daemon set are made from. Pure. */
import { scaledUp } from '../../api/int-or-string.ts';
import { isPodAvailable, isPodTerminal } from '../../api/pods.ts';
import type { DaemonSet, Node, Pod } from '../../api/types.ts';
import { type Placement, placementOf, targetNodeOf } from './placement.ts';
import { isUpdated } from './revision.ts';

export interface Situation {
  daemonSet: DaemonSet;
  /** By the name of the node. */
  placements: ReadonlyMap<string, Placement>;
  /** The pods by the node they are on or are made for; a node without any is absent. The longest bound come first. */
  pods: ReadonlyMap<string, readonly Pod[]>;
  isUpdated(pod: Pod): boolean;
  isAvailable(pod: Pod): boolean;
}

/** Bound pods come first, then older ones. Upstream's podByCreationTimestampAndPhase. */
function boundAndOldFirst(a: Pod, b: Pod): number {
  const unbound = ({ spec }: Pod) => Number(!spec.nodeName);
  const age = Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp);
  return unbound(a) - unbound(b) || age || (a.metadata.name < b.metadata.name ? -1 : 1);
}

/** A pod that has ended and is deleted is only waiting for its removal: another one may take its place. */
function podsByNode(pods: readonly Pod[]): Map<string, Pod[]> {
  const result = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = targetNodeOf(pod);
    if (node === undefined || (isPodTerminal(pod) && pod.metadata.deletionTimestamp)) continue;
    const others = result.get(node);
    if (others) others.push(pod);
    else result.set(node, [pod]);
  }
  for (const each of result.values()) each.sort(boundAndOldFirst);
  return result;
}

/** `now` in milliseconds since the epoch; `hash` is that of the revision that the pods shall have. */
export function assess(
  daemonSet: DaemonSet,
  hash: string,
  nodes: readonly Node[],
  pods: readonly Pod[],
  now: number,
): Situation {
  const placement = placementOf(daemonSet);
  return {
    daemonSet,
    placements: new Map(nodes.map((node) => [node.metadata.name, placement(node)])),
    pods: podsByNode(pods),
    isUpdated: isUpdated(daemonSet, hash),
    isAvailable: (pod) => isPodAvailable(pod, daemonSet.spec.minReadySeconds ?? 0, now),
  };
}

/** The nodes that shall have a pod. */
export const wantedNodes = ({ placements }: Situation): string[] =>
  [...placements].filter(([, placement]) => placement === 'run').map(([node]) => node);

export const isLeaving = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;

/**
 * How many pods may be unavailable, or be there beside their predecessors, while pods are replaced on `desired` nodes.
 * Both round up.
 */
export function updateLimits({ spec }: DaemonSet, desired: number): { surge: number; unavailable: number } {
  const { maxSurge = 0, maxUnavailable = 0 } = spec.updateStrategy?.rollingUpdate ?? {};
  const surge = scaledUp(maxSurge, desired);
  const unavailable = scaledUp(maxUnavailable, desired);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

export const isRolling = ({ spec }: DaemonSet): boolean => spec.updateStrategy?.type !== 'OnDelete';

export const maySurge = (daemonSet: DaemonSet): boolean => isRolling(daemonSet) && updateLimits(daemonSet, 1).surge > 0;
