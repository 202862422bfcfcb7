/**
 * The message for a pod that fits on no node.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/types.go (FitError)
 */
import type { NodeVerdicts } from './plugin.ts';

/** Counts by reason, sorted as text like upstream: `1 node(s) were unschedulable, 2 Insufficient cpu`. */
function histogram({ byNode, absent }: NodeVerdicts, nodeCount: number): string {
  const counts = new Map<string, number>();
  const count = (reason: string, by: number): void => void counts.set(reason, (counts.get(reason) ?? 0) + by);
  for (const { reasons } of byNode.values()) for (const reason of reasons) count(reason, 1);
  const left = nodeCount - byNode.size;
  if (left > 0) for (const reason of absent.reasons) count(reason, left);
  return [...counts]
    .map(([reason, times]) => `${times} ${reason}`)
    .sort((a, b) => (a < b ? -1 : 1))
    .join(', ');
}

/** `0/3 nodes are available: 1 ..., 2 ....`, without a trailing space. */
export function fitMessage(verdicts: NodeVerdicts, nodeCount: number): string {
  const reasons = histogram(verdicts, nodeCount);
  return `0/${nodeCount} nodes are available:${reasons ? ` ${reasons}.` : ''}`;
}

/** The message when PreFilter rejected the pod on all nodes at once. */
export const preFilterMessage = (reasons: readonly string[], nodeCount: number): string =>
  `0/${nodeCount} nodes are available: ${reasons.join(', ')}.`;
