/**
 * Plans one pod for each wanted node, and none elsewhere. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/daemon/daemon_controller.go
 * (podsShouldBeOnNode)
 */
import { isPodReady, isPodTerminal } from '../../api/pods.ts';
import type { Pod } from '../../api/types.ts';
import { isLeaving, maySurge, type Situation } from './situation.ts';

export interface Presence {
  /** The nodes that miss a pod. */
  nodes: string[];
  remove: Pod[];
  /** Pods that have failed or succeeded: a daemon never ends, so another one takes the place of each. */
  ended: { node: string; pod: Pod }[];
}

/**
 * Of the pods on one node the oldest updated one stays, and the oldest other one beside it until that one is available.
 */
function surplusOfSurge({ isUpdated, isAvailable }: Situation, pods: readonly Pod[]): Pod[] {
  const [fresh, ...moreFresh] = pods.filter(isUpdated);
  const [old, ...moreOld] = pods.filter((pod) => !isUpdated(pod));
  const isReplaced = fresh && old && (!isPodReady(old) || isAvailable(fresh));
  return [...moreFresh, ...moreOld, ...(isReplaced ? [old] : [])];
}

function planOccupied(situation: Situation, node: string, pods: readonly Pod[], plan: Presence): void {
  const ended = pods.filter(isPodTerminal);
  const running = pods.filter((pod) => !isPodTerminal(pod));
  plan.ended.push(...ended.map((pod) => ({ node, pod })));
  if (!maySurge(situation.daemonSet)) {
    plan.remove.push(...running.slice(1));
    return;
  }
  // A surge need not wait until the pod that leaves is gone.
  if (pods.length === 0 && situation.placements.get(node) === 'run') plan.nodes.push(node);
  plan.remove.push(...surplusOfSurge(situation, running));
}

export function planPresence(situation: Situation): Presence {
  const plan: Presence = { nodes: [], remove: [], ended: [] };
  for (const [node, placement] of situation.placements) {
    const pods = situation.pods.get(node) ?? [];
    const staying = pods.filter((pod) => !isLeaving(pod));
    if (placement === 'none') plan.remove.push(...staying);
    else if (pods.length > 0) planOccupied(situation, node, staying, plan);
    else if (placement === 'run') plan.nodes.push(node);
  }
  // The pod garbage collector removes bound pods of missing nodes, and nobody else removes those that never bind.
  for (const [node, pods] of situation.pods) {
    if (situation.placements.has(node)) continue;
    plan.remove.push(...pods.filter((pod) => !pod.spec.nodeName && !isLeaving(pod)));
  }
  return plan;
}
