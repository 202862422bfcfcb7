/**
 * Ranks a controller's pods for deletion when there are too many. Pure.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/controller_utils.go (ActivePodsWithRanks)
 */
import { isPodReady } from '../../api/pods.ts';
import type { Pod } from '../../api/types.ts';
import { readySince } from './pods.ts';

const phaseRank: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 };
/**
 * The annotated cost: a 32-bit integer without a plus sign or leading zeros. Anything else counts as zero.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/helper/helpers.go
 * (GetDeletionCostFromPodAnnotations)
 */
function deletionCost({ metadata }: Pod): number {
  const text = metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? '';
  const cost = /^(0|[1-9]\d{0,9}|-\d{1,10})$/.test(text) ? Number(text) : 0;
  return cost === (cost | 0) ? cost : 0;
}

function maxRestarts(pod: Pod): number {
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  return statuses.reduce((most, { restartCount }) => Math.max(most, restartCount), 0);
}

/** Groups ages in powers of two, so that of pods of about the same age not always the same one is deleted. */
const ageBucket = (since: number, now: number): number => (now - since <= 0 ? 0 : Math.floor(Math.log2(now - since)));

/** Orders the later time first, by the magnitude of the age; equal ones by uid. */
function newerFirst(a: Pod, b: Pod, since: (pod: Pod) => number, now: number): number {
  const difference = ageBucket(since(a), now) - ageBucket(since(b), now);
  if (difference !== 0) return difference;
  return a.metadata.uid < b.metadata.uid ? -1 : Number(a.metadata.uid > b.metadata.uid);
}

/**
 * Ranks pods for deletion, the first to delete first: unassigned, pending, not ready, cheap (`pod-deletion-cost`), on a
 * crowded node, ready for a short time, often restarted, young. Upstream's ActivePodsWithRanks.
 */
export function rankForDeletion(pods: readonly Pod[], related: readonly Pod[], now: number): Pod[] {
  const podsByNode = new Map<string, number>();
  for (const { spec } of related)
    if (spec.nodeName) podsByNode.set(spec.nodeName, (podsByNode.get(spec.nodeName) ?? 0) + 1);
  const podsOnNode = (pod: Pod) => podsByNode.get(pod.spec.nodeName ?? '') ?? 0;
  const rules: ((a: Pod, b: Pod) => number)[] = [
    (a, b) => Number(Boolean(a.spec.nodeName)) - Number(Boolean(b.spec.nodeName)),
    (a, b) => (phaseRank[a.status?.phase ?? 'Pending'] ?? 0) - (phaseRank[b.status?.phase ?? 'Pending'] ?? 0),
    (a, b) => Number(isPodReady(a)) - Number(isPodReady(b)),
    (a, b) => deletionCost(a) - deletionCost(b),
    (a, b) => podsOnNode(b) - podsOnNode(a),
    (a, b) => {
      const [since, other] = [readySince(a), readySince(b)];
      if (since === undefined || other === undefined || since === other) return 0;
      return newerFirst(a, b, (pod) => readySince(pod) ?? 0, now);
    },
    (a, b) => maxRestarts(b) - maxRestarts(a),
    (a, b) => newerFirst(a, b, (pod) => Date.parse(pod.metadata.creationTimestamp), now),
  ];
  return [...pods].sort((a, b) => {
    for (const rule of rules) {
      const order = rule(a, b);
      if (order !== 0) return order;
    }
    return 0;
  });
}
