/**
 * Classifies the change of an object as events.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/events.go
 * (NodeSchedulingPropertiesChange, PodSchedulingPropertiesChange)
 */

import { findCondition } from '../api/conditions.ts';
import { canonicalJson } from '../api/hash.ts';
import { podRequests } from '../api/pods.ts';
import type { Node, Pod } from '../api/types.ts';
import type { NodeAction, PodAction } from './framework/events.ts';
import { amountsOf } from './framework/info.ts';

const differ = (a: unknown, b: unknown): boolean => a !== b && canonicalJson(a) !== canonicalJson(b);

/** The conditions without their heartbeat times. */
const conditionsOf = ({ status }: Node) => (status?.conditions ?? []).map(({ type, status: value }) => [type, value]);

/** The parts of a node that changed, as far as they matter for scheduling. */
export function nodeActions(before: Node, after: Node): NodeAction[] {
  const taintsDiffer =
    differ(before.spec.taints, after.spec.taints) ||
    Boolean(before.spec.unschedulable) !== Boolean(after.spec.unschedulable);
  const changes: Record<Exclude<NodeAction, 'add' | 'delete'>, boolean> = {
    allocatable: differ(before.status?.allocatable, after.status?.allocatable),
    labels: differ(before.metadata.labels, after.metadata.labels),
    taints: taintsDiffer,
    conditions: differ(conditionsOf(before), conditionsOf(after)),
    annotations: differ(before.metadata.annotations, after.metadata.annotations),
  };
  return (Object.keys(changes) as (keyof typeof changes)[]).filter((action) => changes[action]);
}

/** Its node may still hold what it no longer asks for. */
const isResizing = ({ status }: Pod): boolean => findCondition(status?.conditions, 'PodResizeInProgress') !== undefined;

function requestsLess(before: Pod, after: Pod): boolean {
  const [old, now] = [amountsOf(podRequests(before)), amountsOf(podRequests(after))];
  return Object.entries(old).some(([name, amount]) => (now[name] ?? 0) < amount);
}

/** The parts of a pod that changed, as far as they matter for scheduling. */
export function podActions(before: Pod, after: Pod): PodAction[] {
  const specChanged = differ(before.spec, after.spec);
  const gatesOf = ({ spec }: Pod): number => (spec.schedulingGates ?? []).length;
  const changes: Record<Exclude<PodAction, 'add' | 'delete'>, boolean> = {
    labels: differ(before.metadata.labels, after.metadata.labels),
    'scale-down': (specChanged || (isResizing(before) && !isResizing(after))) && requestsLess(before, after),
    tolerations: specChanged && differ(before.spec.tolerations, after.spec.tolerations),
    'gates-eliminated': gatesOf(before) > 0 && gatesOf(after) === 0,
  };
  return (Object.keys(changes) as (keyof typeof changes)[]).filter((action) => changes[action]);
}
