/**
 * Preferred constraints: the fewer pods in a node's domains, the better its score.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/podtopologyspread/scoring.go
 */
import type { Pod } from '../../../api/types.ts';
import { type CycleState, sharedKey } from '../../framework/cycle-state.ts';
import type { NodeInfo, PodInfo, Snapshot } from '../../framework/info.ts';
import { maxScore } from '../../framework/scores.ts';
import { type Constraint, countPods, hasAllKeys, includes } from './constraints.ts';

const hostname = 'kubernetes.io/hostname';

interface Weighted {
  constraint: Constraint;
  /** Pods by domain, for the domains of the candidate nodes; hosts are counted one by one during scoring. */
  domains: Map<string, number>;
  /** Grows with the number of domains, so that many small domains (hosts) matter as much as few large ones (zones). */
  weight: number;
}

interface Spreads {
  all: readonly Weighted[];
  /** Nodes that lack a topology key; their score is 0. */
  ignored: ReadonlySet<string>;
}

const spreads = sharedKey<Spreads>('PodTopologySpread score');

function weigh(constraint: Constraint, nodes: readonly NodeInfo[]): Weighted {
  const domains = new Map<string, number>();
  if (constraint.topologyKey !== hostname) {
    for (const { node } of nodes) domains.set(node.metadata.labels?.[constraint.topologyKey] ?? '', 0);
  }
  const size = constraint.topologyKey === hostname ? nodes.length : domains.size;
  return { constraint, domains, weight: Math.log(size + 2) };
}

function count({ constraint, domains }: Weighted, pod: Pod, info: NodeInfo): void {
  const domain = info.node.metadata.labels?.[constraint.topologyKey] ?? '';
  const known = domains.get(domain);
  if (known === undefined || !includes(constraint, pod, info.node)) return;
  domains.set(domain, known + countPods(info, constraint));
}

/** `needsAllKeys`: leave out nodes that lack one of the topology keys. */
export function weighSpreads(
  { pod }: PodInfo,
  constraints: readonly Constraint[],
  nodes: readonly NodeInfo[],
  snapshot: Snapshot,
  state: CycleState,
  needsAllKeys: boolean,
): void {
  const counts = (info: NodeInfo): boolean => !needsAllKeys || hasAllKeys(info.node, constraints);
  const eligible = nodes.filter(counts);
  const all = constraints.map((constraint) => weigh(constraint, eligible));
  const shared = all.filter(({ domains }) => domains.size > 0);
  if (shared.length > 0) {
    for (const info of snapshot.nodes.filter(counts)) for (const weighted of shared) count(weighted, pod, info);
  }
  const ignored = new Set(nodes.filter((info) => !counts(info)).map(({ name }) => name));
  state.write(spreads, { all, ignored });
}

export function scoreSpread(info: NodeInfo, state: CycleState): number {
  const { all = [], ignored } = state.read(spreads) ?? {};
  if (ignored?.has(info.name)) return 0;
  let score = 0;
  for (const { constraint, domains, weight } of all) {
    const domain = info.node.metadata.labels?.[constraint.topologyKey];
    if (domain === undefined) continue;
    const pods = constraint.topologyKey === hostname ? countPods(info, constraint) : (domains.get(domain) ?? 0);
    // With a larger allowed skew, small differences matter less.
    score += pods * weight + constraint.maxSkew - 1;
  }
  return Math.round(score);
}

/** Reverses the scale: the lowest score becomes the best. */
export function normalizeSpread(scores: readonly number[], nodes: readonly NodeInfo[], state: CycleState): number[] {
  const ignored = state.read(spreads)?.ignored;
  const isIgnored = (i: number): boolean => Boolean(ignored?.has(nodes[i]?.name ?? ''));
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  scores.forEach((score, i) => {
    if (isIgnored(i)) return;
    least = Math.min(least, score);
    most = Math.max(most, score);
  });
  return scores.map((score, i) => {
    if (isIgnored(i)) return 0;
    return most === 0 ? maxScore : Math.trunc((maxScore * (most + least - score)) / most);
  });
}
