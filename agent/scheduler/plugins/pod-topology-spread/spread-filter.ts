/**
 * Required constraints: no domain may exceed the emptiest domain by more than `maxSkew` pods.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/podtopologyspread/filtering.go
 */
import { type CycleState, stateKey } from '../../framework/cycle-state.ts';
import type { NodeInfo, PodInfo, Snapshot } from '../../framework/info.ts';
import { fits, neverFit, type PreFilterExtensions, unfit, type Verdict } from '../../framework/plugin.ts';
import { type Constraint, countPods, hasAllKeys, includes } from './constraints.ts';
import { createDomains, type Domains } from './domains.ts';

interface Spread {
  constraint: Constraint;
  domains: Domains;
  /** 1 if the pod itself counts in its domain, otherwise 0. */
  self: number;
}

const spreads = stateKey<readonly Spread[]>('PodTopologySpread filter', (all) =>
  all.map((spread) => ({ ...spread, domains: spread.domains.clone() })),
);

const mismatch = "node(s) didn't match pod topology spread constraints";

const domainOf = ({ node }: NodeInfo, { topologyKey }: Constraint): string | undefined =>
  node.metadata.labels?.[topologyKey];

/** Counts the pods that each constraint selects, on every node that has all the topology keys. */
export function countSpreads(
  { pod }: PodInfo,
  constraints: readonly Constraint[],
  { nodes }: Snapshot,
  state: CycleState,
): void {
  const all = constraints.map((constraint): Spread => {
    const self = constraint.labelsMatch(pod.metadata.labels) ? 1 : 0;
    return { constraint, domains: createDomains(), self };
  });
  for (const info of nodes) {
    if (!hasAllKeys(info.node, constraints)) continue;
    for (const { constraint, domains } of all) {
      const domain = domainOf(info, constraint);
      if (domain === undefined || !includes(constraint, pod, info.node)) continue;
      domains.add(domain, countPods(info, constraint));
    }
  }
  state.write(spreads, all);
}

export function filterSpreads(info: NodeInfo, state: CycleState): Verdict {
  for (const { constraint, domains, self } of state.read(spreads) ?? []) {
    const domain = domainOf(info, constraint);
    if (domain === undefined) return neverFit(`${mismatch} (missing required label)`);
    // With fewer domains than `minDomains`, the smallest count is 0.
    const smallest = domains.size < constraint.minDomains ? 0 : domains.smallest;
    if (domains.get(domain) + self - smallest > constraint.maxSkew) return unfit(mismatch);
  }
  return fits;
}

function change(pod: PodInfo, other: PodInfo, info: NodeInfo, state: CycleState, by: number): void {
  const all = state.read(spreads) ?? [];
  const { namespace, labels } = other.pod.metadata;
  const keyed = hasAllKeys(
    info.node,
    all.map(({ constraint }) => constraint),
  );
  if (namespace !== pod.pod.metadata.namespace || !keyed) return;
  for (const { constraint, domains } of all) {
    const domain = domainOf(info, constraint);
    if (domain === undefined || !constraint.labelsMatch(labels) || !includes(constraint, pod.pod, info.node)) continue;
    domains.add(domain, by);
  }
}

export const spreadChanges: PreFilterExtensions = {
  addPod: (pod, added, node, state) => change(pod, added, node, state, 1),
  removePod: (pod, removed, node, state) => change(pod, removed, node, state, -1),
};
