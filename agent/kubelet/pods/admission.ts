/**
 * Decides whether this node accepts a pod that was assigned to it. Pods whose author sets `nodeName` bypass the
 * scheduler, so the node checks again. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/lifecycle/predicate.go
 */
import { qosClass } from '../../api/pods.ts';
import { findUntolerated } from '../../api/taints.ts';
import type { Node, Pod } from '../../api/types.ts';
import { createCache } from '../../scheduler/cache.ts';
import { CycleState } from '../../scheduler/framework/cycle-state.ts';
import { type Amounts, podInfo } from '../../scheduler/framework/info.ts';
import { nodeAffinity } from '../../scheduler/plugins/node-affinity.ts';
import { nodePorts } from '../../scheduler/plugins/node-ports.ts';
import { conditionMessage } from '../eviction/messages.ts';
import type { Pressure } from '../eviction/thresholds.ts';
import { isCritical } from '../spec/pod.ts';

export interface Rejection {
  reason: string;
  message: string;
}

/** The first resource that does not suffice. Resources that the node does not declare are ignored. */
function shortage(requests: Amounts, used: Amounts, capacity: Amounts): Rejection | undefined {
  for (const [name, amount] of Object.entries(requests)) {
    const [has, most] = [used[name] ?? 0, capacity[name]];
    if (most === undefined || amount === 0 || amount + has <= most) continue;
    const detail = `${name}, requested: ${amount}, used: ${has}, capacity: ${most}`;
    return { reason: `OutOf${name}`, message: `Node didn't have enough resource: ${detail}` };
  }
  return undefined;
}

const failed = (predicate: string, reason: string): Rejection => ({
  reason: predicate,
  message: `Predicate ${predicate} failed: ${reason}`,
});

/** Why the node rejects the pod; undefined if it accepts it. `others` are the pods already on the node. */
export function rejectionOf(pod: Pod, node: Node, others: Iterable<Pod>): Rejection | undefined {
  const cache = createCache();
  cache.setNode(node);
  for (const other of others) cache.setPod(other, node.metadata.name);
  const [info] = cache.snapshot().nodes;
  if (!info) return undefined;
  const wanted = podInfo(pod);
  const lack = shortage({ pods: 1, ...wanted.requests }, { ...info.requested, pods: info.pods.size }, info.allocatable);
  if (lack) return lack;
  for (const { name, filter } of [nodeAffinity(), nodePorts]) {
    const verdict = filter(wanted, info, new CycleState());
    if (verdict !== 'fits') return failed(name, verdict.reasons.join(', '));
  }
  return findUntolerated(node.spec.taints, pod.spec.tolerations, ['NoExecute'])
    ? failed('TaintToleration', "node(s) had taints that the pod didn't tolerate")
    : undefined;
}

const memoryTaint = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' };

/**
 * Why a node that is short of something rejects the pod. One that is short of memory alone takes pods that ask for some.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/eviction/eviction_manager.go (Admit)
 */
export function refusedUnder(pod: Pod, pressure: ReadonlySet<Pressure>): Rejection | undefined {
  if (pressure.size === 0 || isCritical(pod)) return undefined;
  const memoryOnly = pressure.size === 1 && pressure.has('MemoryPressure');
  const asks = qosClass(pod) !== 'BestEffort';
  if (memoryOnly && (asks || !findUntolerated([memoryTaint], pod.spec.tolerations, ['NoSchedule']))) return undefined;
  return { reason: 'Evicted', message: conditionMessage(pressure) };
}
