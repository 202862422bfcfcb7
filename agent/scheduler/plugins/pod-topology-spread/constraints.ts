/**
 * Compiled topology spread constraints.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/podtopologyspread/common.go
 */
import { withLabelKeys } from '../../../api/label-keys.ts';
import { matchesRequired } from '../../../api/node-selector.ts';
import { findUntolerated } from '../../../api/taints.ts';
import type { core, meta, Node, Pod } from '../../../api/types.ts';
import type { NodeInfo } from '../../framework/info.ts';
import { compileSelector, type LabelMatcher } from '../../framework/selector.ts';

export type Action = 'DoNotSchedule' | 'ScheduleAnyway';

export interface Constraint {
  maxSkew: number;
  minDomains: number;
  topologyKey: string;
  /** Of the pods that count: the pod's own. */
  namespace: string | undefined;
  labelsMatch: LabelMatcher;
  /** Of the pod's namespace and the selector: constraints with the same one select the same pods. */
  selection: string;
  /** An empty selector counts none of the existing pods, although the pod itself matches it. */
  selectsNothing: boolean;
  nodeAffinityPolicy: 'Honor' | 'Ignore';
  nodeTaintsPolicy: 'Honor' | 'Ignore';
}

/** A constraint of the profile, which has no selector of its own. */
export type DefaultConstraint = Pick<core.TopologySpreadConstraint, 'maxSkew' | 'topologyKey' | 'whenUnsatisfiable'>;

const isEmpty = ({ matchLabels = {}, matchExpressions = [] }: meta.LabelSelector): boolean =>
  Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;

const policy = (text: string | undefined, otherwise: 'Honor' | 'Ignore') =>
  text === 'Honor' || text === 'Ignore' ? text : otherwise;

function compile(pod: Pod, constraint: core.TopologySpreadConstraint): Constraint {
  const { maxSkew, minDomains = 1, topologyKey, labelSelector, matchLabelKeys } = constraint;
  const selector = withLabelKeys(labelSelector, pod.metadata.labels, { match: matchLabelKeys });
  return {
    maxSkew,
    minDomains,
    topologyKey,
    namespace: pod.metadata.namespace,
    labelsMatch: compileSelector(selector),
    selection: JSON.stringify([pod.metadata.namespace, selector]),
    selectsNothing: !selector || isEmpty(selector),
    nodeAffinityPolicy: policy(constraint.nodeAffinityPolicy, 'Honor'),
    nodeTaintsPolicy: policy(constraint.nodeTaintsPolicy, 'Ignore'),
  };
}

export interface Defaults {
  constraints: readonly DefaultConstraint[];
  /** The selector of the pods that belong together with this one; undefined if there is none. */
  selectorOf(pod: Pod): meta.LabelSelector | undefined;
}

/** The pod's own constraints with this action, or the profile's if the pod has no constraints at all. */
export function constraintsOf(pod: Pod, action: Action, defaults: Defaults): Constraint[] {
  const own = pod.spec.topologySpreadConstraints ?? [];
  if (own.length > 0) {
    return own.filter((each) => each.whenUnsatisfiable === action).map((each) => compile(pod, each));
  }
  const chosen = defaults.constraints.filter((each) => each.whenUnsatisfiable === action);
  if (chosen.length === 0) return [];
  const labelSelector = defaults.selectorOf(pod);
  if (!labelSelector || isEmpty(labelSelector)) return [];
  return chosen.map((each) => compile(pod, { ...each, labelSelector }));
}

export const hasAllKeys = ({ metadata }: Node, constraints: readonly Constraint[]): boolean =>
  constraints.every(({ topologyKey }) => metadata.labels?.[topologyKey] !== undefined);

/** True if the constraint's policies for affinity and taints include the node. */
export const includes = (constraint: Constraint, pod: Pod, node: Node): boolean =>
  (constraint.nodeAffinityPolicy === 'Ignore' || matchesRequired(pod, node)) &&
  (constraint.nodeTaintsPolicy === 'Ignore' ||
    !findUntolerated(node.spec.taints, pod.spec.tolerations, ['NoSchedule', 'NoExecute']));

function count({ pods }: NodeInfo, { namespace, labelsMatch }: Constraint): number {
  let found = 0;
  for (const { pod } of pods.values()) {
    const { metadata } = pod;
    if (metadata.namespace !== namespace || metadata.deletionTimestamp) continue;
    if (labelsMatch(metadata.labels)) found += 1;
  }
  return found;
}

const counts = new WeakMap<NodeInfo, Map<string, number>>();

/**
 * Counts the pods on a node of the snapshot that the constraint selects and that are not being deleted. Replicas of one owner ask the same of every node, and a node that has not changed is the same object in the
 * next cycle, so the answers are kept for as long as it.
 */
export function countPods(node: NodeInfo, constraint: Constraint): number {
  if (constraint.selectsNothing || node.pods.size === 0) return 0;
  let known = counts.get(node);
  if (!known) {
    known = new Map();
    counts.set(node, known);
  }
  let found = known.get(constraint.selection);
  if (found === undefined) {
    found = count(node, constraint);
    known.set(constraint.selection, found);
  }
  return found;
}
