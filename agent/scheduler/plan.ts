/** Where a pod goes, or why nowhere: filters, then scores. */
import type { Node } from '../api/types.ts';
import { filters } from './filters/all.ts';
import type { NodeInfo, PodInfo, Unfit } from './framework.ts';
import { scores } from './scores/all.ts';

export type Placement = { kind: 'node'; name: string } | { kind: 'none'; message: string };

type Candidate = NodeInfo & { node: Node };

function firstObjection(pod: PodInfo, node: Candidate): Unfit | undefined {
  for (const plugin of filters) {
    const verdict = plugin.filter(pod, node);
    if (verdict !== 'fits') return verdict;
  }
  return undefined;
}

/** The best one; among equals the one with the fewest pods, then by name. */
function best(pod: PodInfo, nodes: readonly Candidate[]): Candidate | undefined {
  if (nodes.length <= 1) return nodes[0];
  const totals = nodes.map(() => 0);
  for (const plugin of scores) {
    plugin.score(pod, nodes).forEach((score, i) => {
      totals[i] = (totals[i] ?? 0) + score * plugin.weight;
    });
  }
  const ranked = nodes.map((node, i) => ({ node, total: Math.round(totals[i] ?? 0) }));
  ranked.sort(
    (a, b) => b.total - a.total || a.node.pods.size - b.node.pods.size || (a.node.name < b.node.name ? -1 : 1),
  );
  return ranked[0]?.node;
}

/** `2 Insufficient cpu, 1 node(s) were unschedulable`, sorted as upstream's FitError sorts. */
function histogram(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort((a, b) => (a < b ? -1 : 1))
    .join(', ');
}

/** https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/scheduler/framework/types.go (FitError) */
function fitError(pod: PodInfo, objections: readonly Unfit[]): string {
  const head = `0/${objections.length} nodes are available`;
  const reasons = histogram(objections.flatMap((objection) => objection.reasons));
  if (pod.pod.spec.preemptionPolicy === 'Never') {
    return `${head}: ${reasons}. preemption: not eligible due to preemptionPolicy=Never.`;
  }
  const preemption = histogram(
    objections.map(({ unresolvable }) =>
      unresolvable ? 'Preemption is not helpful for scheduling' : 'No preemption victims found for incoming pod',
    ),
  );
  return `${head}: ${reasons}. preemption: ${head}: ${preemption}.`;
}

const exists = (info: NodeInfo): info is Candidate => info.node !== undefined;

export function place(pod: PodInfo, infos: Iterable<NodeInfo>): Placement {
  const feasible: Candidate[] = [];
  const objections: Unfit[] = [];
  for (const info of infos) {
    if (!exists(info)) continue;
    const objection = firstObjection(pod, info);
    if (objection) objections.push(objection);
    else feasible.push(info);
  }
  const chosen = best(pod, feasible);
  if (chosen) return { kind: 'node', name: chosen.name };
  if (objections.length === 0) return { kind: 'none', message: 'no nodes available to schedule pods' };
  return { kind: 'none', message: fitError(pod, objections) };
}
