import type { Node, Pod } from '../../api/types.ts';
import { type Amounts, amountsOf, podInfo } from '../framework/info.ts';
import { type Filter, fits, type Plugin, type Score } from '../framework/plugin.ts';
import { defaultResources, type ScoringStrategy, scorer } from './resource-scoring.ts';

export interface NodeResourcesFitArgs {
  scoringStrategy?: ScoringStrategy;
  /** Extended resources that an extender manages. */
  ignoredResources?: readonly string[];
  /** Ignores all resources of a group, e.g. `example.com`. */
  ignoredResourceGroups?: readonly string[];
}

/** True if the node could take the pod without any other pods. */
function fitsAlone(pod: Pod, node: Node): boolean {
  const allocatable = amountsOf((node.status?.allocatable ?? {}) as Record<string, string>);
  return Object.entries(podInfo(pod).requests).every(([name, amount]) => amount <= (allocatable[name] ?? 0));
}

/** True if the node has more of something that the pod requests, or room for more pods. */
function hasMore(pod: Pod, before: Node, after: Node): boolean {
  const [old, now] = [before, after].map(
    ({ status }): Amounts => amountsOf((status?.allocatable ?? {}) as Record<string, string>),
  );
  const asked = Object.entries(podInfo(pod).requests).filter(([, amount]) => amount > 0);
  return ['pods', ...asked.map(([name]) => name)].some((name) => (now?.[name] ?? 0) > (old?.[name] ?? 0));
}

/** True if the other pod is gone, or requests less of something that this pod requests. */
const frees = (pod: Pod, before: Pod, after: Pod | undefined): boolean => {
  if (!after) return true;
  const [wanted, old, now] = [podInfo(pod).requests, podInfo(before).requests, podInfo(after).requests];
  return Object.entries(wanted).some(([name, amount]) => amount > 0 && (now[name] ?? 0) < (old[name] ?? 0));
};

/**
 * Requires enough of everything that the pod requests. Scores by the strategy; by default the emptiest node is best.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/noderesources/fit.go
 */
export function nodeResourcesFit(args: NodeResourcesFitArgs = {}): Plugin & Filter & Score {
  const { ignoredResources = [], ignoredResourceGroups = [] } = args;
  const isIgnored = (name: string): boolean =>
    name.includes('/') &&
    (ignoredResources.includes(name) || ignoredResourceGroups.includes(name.slice(0, name.indexOf('/'))));
  const score = scorer(args.scoringStrategy ?? { type: 'LeastAllocated', resources: defaultResources });
  return {
    name: 'NodeResourcesFit',
    eventsToRegister: () => [
      {
        resource: 'AssignedPod',
        actions: ['delete', 'scale-down'],
        hint: (pod, { old, object }) => (old && frees(pod, old, object) ? 'queue' : 'skip'),
      },
      { resource: 'UnscheduledPod', actions: ['scale-down'] },
      {
        resource: 'Node',
        actions: ['add', 'allocatable'],
        hint: (pod, { old, object }) =>
          object && fitsAlone(pod, object) && (!old || hasMore(pod, old, object)) ? 'queue' : 'skip',
      },
    ],
    filter({ requests }, { allocatable, requested, pods }) {
      let reasons: string[] | undefined;
      let unresolvable = false;
      if (pods.size + 1 > (allocatable.pods ?? 0)) reasons = ['Too many pods'];
      for (const name in requests) {
        const amount = requests[name] ?? 0;
        const most = allocatable[name] ?? 0;
        if (amount === 0 || amount + (requested[name] ?? 0) <= most || isIgnored(name)) continue;
        reasons = [...(reasons ?? []), `Insufficient ${name}`];
        unresolvable ||= amount > most;
      }
      return reasons ? { reasons, unresolvable } : fits;
    },
    score: (pod, node) => score(pod, node),
  };
}
