/**
 * Selects the victims on one node by trial on a copy.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go
 * (SelectVictimsOnNode)
 */
import type { Pod } from '../../../api/types.ts';
import type { CycleState } from '../../framework/cycle-state.ts';
import type { DisruptionBudget, Handle } from '../../framework/handle.ts';
import { type NodeInfo, type PodInfo, priorityOf } from '../../framework/info.ts';
import { addPod, copyNode, removePod } from '../../framework/node-state.ts';
import type { Rejection } from '../../framework/plugin.ts';
import { splitByBudgets } from './budgets.ts';

export interface Candidate {
  nodeName: string;
  /** The victims, the most important first. */
  victims: readonly PodInfo[];
  /** How many victims a budget protects. */
  violations: number;
}

export const startOf = ({ status }: Pod, now: number): number =>
  status?.startTime ? Date.parse(status.startTime) : now;

/** Higher priority first, then the longer-running pod. */
const byImportance =
  (now: number) =>
  (a: PodInfo, b: PodInfo): number =>
    priorityOf(b.pod) - priorityOf(a.pod) || startOf(a.pod, now) - startOf(b.pod, now);

type Trial = Pick<Handle, 'framework' | 'now'>;

/** The fewest and least important pods whose eviction makes room, or why eviction does not help on this node. */
export function selectVictims(
  pod: PodInfo,
  node: NodeInfo,
  cycle: CycleState,
  budgets: readonly DisruptionBudget[],
  { framework, now }: Trial,
): Candidate | Rejection {
  const { filterWithNominated, ...run } = framework();
  const state = cycle.clone();
  const trial = copyNode(node);
  const lower = [...node.pods.values()].filter((other) => priorityOf(other.pod) < priorityOf(pod.pod));
  if (lower.length === 0) {
    const reasons = ['No preemption victims found for incoming pod'];
    return { plugin: 'DefaultPreemption', reasons, unresolvable: true };
  }
  const remove = (info: PodInfo): void => {
    removePod(trial, info.pod.metadata.uid);
    run.removePod(pod, info, trial, state);
  };
  for (const info of lower) remove(info);
  const rejection = filterWithNominated(pod, trial, state);
  if (rejection) return rejection;

  const victims: PodInfo[] = [];
  /** Returns true if the pod also fits without evicting this one. */
  const reprieve = (info: PodInfo): boolean => {
    addPod(trial, info);
    run.addPod(pod, info, trial, state);
    if (!filterWithNominated(pod, trial, state)) return true;
    remove(info);
    victims.push(info);
    return false;
  };
  lower.sort(byImportance(now()));
  const { violating, others } = splitByBudgets(lower, budgets);
  const violations = violating.filter((info) => !reprieve(info)).length;
  for (const info of others) reprieve(info);
  return { nodeName: node.name, victims: victims.sort(byImportance(now())), violations };
}
