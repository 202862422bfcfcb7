/**
 * Makes room for a pod that fits on no node by evicting pods of lower priority.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go
 */
import { findCondition } from '../../../api/conditions.ts';
import type { Pod } from '../../../api/types.ts';
import type { CycleState } from '../../framework/cycle-state.ts';
import { fitMessage } from '../../framework/fit-error.ts';
import type { Handle } from '../../framework/handle.ts';
import { type NodeInfo, type PodInfo, priorityOf, type Snapshot } from '../../framework/info.ts';
import {
  fits,
  type NodeVerdicts,
  neverFit,
  type Plugin,
  type PostFilter,
  type PreEnqueue,
  type Rejection,
  type Unfit,
} from '../../framework/plugin.ts';
import { chooseCandidate } from './choose.ts';
import { type Candidate, selectVictims } from './victims.ts';

export interface DefaultPreemptionArgs {
  /** The percentage of the nodes where evicting may help that are tried; 10 by default. */
  minCandidateNodesPercentage?: number;
  /** The minimum of nodes that are tried; 100 by default. */
  minCandidateNodesAbsolute?: number;
}

const name = 'DefaultPreemption';

const isBeingPreempted = ({ metadata, status }: Pod): boolean => {
  const target = findCondition(status?.conditions, 'DisruptionTarget');
  return Boolean(metadata.deletionTimestamp) && target?.status === 'True' && target.reason === 'PreemptionByScheduler';
};

/** Why the pod may not preempt now; undefined if it may. */
function ineligibility({ pod }: PodInfo, verdicts: NodeVerdicts, snapshot: Snapshot): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = pod.status?.nominatedNodeName;
  if (!nominated || (verdicts.byNode.get(nominated) ?? verdicts.absent).unresolvable) return undefined;
  const others = [...(snapshot.find(nominated)?.pods.values() ?? [])];
  const leaving = others.some((other) => priorityOf(other.pod) < priorityOf(pod) && isBeingPreempted(other.pod));
  return leaving ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

const mayHelp = (node: NodeInfo, { byNode, absent }: NodeVerdicts): boolean =>
  !(byNode.get(node.name) ?? absent).unresolvable;

const notHelpful: Unfit = { reasons: ['Preemption is not helpful for scheduling'], unresolvable: true };

export function defaultPreemption(handle: Handle, args: DefaultPreemptionArgs = {}): Plugin & PostFilter & PreEnqueue {
  const { minCandidateNodesPercentage = 10, minCandidateNodesAbsolute = 100 } = args;
  /** Uids of pods whose victims are being evicted. */
  const preempting = new Set<string>();

  /** Tries nodes, starting at a random one, until it has enough candidates. */
  const tryNodes = (pod: PodInfo, nodes: readonly NodeInfo[], state: CycleState) => {
    const percentage = Math.trunc((nodes.length * minCandidateNodesPercentage) / 100);
    const enough = Math.min(nodes.length, Math.max(percentage, minCandidateNodesAbsolute));
    const budgets = handle.disruptionBudgets();
    const offset = Math.trunc(handle.random() * nodes.length);
    const candidates: Candidate[] = [];
    const byNode = new Map<string, Rejection>();
    for (let i = 0; i < nodes.length && candidates.length < enough; i += 1) {
      const node = nodes[(offset + i) % nodes.length];
      if (!node) continue;
      const outcome = selectVictims(pod, node, state, budgets, handle);
      if ('victims' in outcome) candidates.push(outcome);
      else byNode.set(node.name, outcome);
    }
    return { candidates, byNode };
  };

  const evict = async (preemptor: Pod, { nodeName, victims }: Candidate): Promise<void> => {
    const lower = handle.nominatedOn(nodeName).filter(({ pod }) => priorityOf(pod) < priorityOf(preemptor));
    await Promise.all([
      ...lower.map(({ pod }) => handle.api.clearNomination(pod)),
      ...victims
        .filter(({ pod }) => !handle.rejectWaiting(pod.metadata.uid, name, 'preempted'))
        .map(({ pod }) => handle.api.preempt(pod, preemptor, nodeName)),
    ]);
  };
  const start = (preemptor: Pod, candidate: Candidate): void => {
    const { uid } = preemptor.metadata;
    preempting.add(uid);
    const ended = (error?: unknown): void => {
      preempting.delete(uid);
      handle.preemptionEnded(preemptor, error);
    };
    evict(preemptor, candidate).then(() => ended(), ended);
  };

  return {
    name,
    eventsToRegister: () => [],
    preEnqueue: ({ metadata }) =>
      preempting.has(metadata.uid) ? neverFit('waiting for the preemption for this pod to be finished') : fits,
    postFilter(pod, verdicts, snapshot, state) {
      const ineligible = ineligibility(pod, verdicts, snapshot);
      if (ineligible) handle.preempted(0);
      if (ineligible) return { message: `preemption: ${ineligible}` };
      const nodes = snapshot.nodes.filter((node) => mayHelp(node, verdicts));
      const { candidates, byNode } = tryNodes(pod, nodes, state);
      const chosen = chooseCandidate(candidates, handle.now());
      handle.preempted(chosen?.victims.length ?? 0);
      if (!chosen) {
        const message = fitMessage({ byNode, absent: notHelpful }, snapshot.nodes.length);
        return { message: `preemption: ${message}`, nominate: '' };
      }
      start(pod.pod, chosen);
      return { message: '', nominate: chosen.nodeName };
    },
  };
}
