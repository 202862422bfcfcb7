/**
 * Decides whether the node gives a pod what it asks for now. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/allocation/allocation_manager.go
 */
import { podAmounts } from '../../../api/pods.ts';
import { quantityMilliValue, quantityValue } from '../../../api/quantity.ts';
import type { Node, Pod } from '../../../api/types.ts';
import { rejectionOf } from '../admission.ts';

/** Why a pod keeps what it has: the node may have room later, or never. */
export interface Refusal {
  reason: 'Deferred' | 'Infeasible';
  message: string;
}

/** Memory comes first, as upstream. */
const counted = [
  ['memory', quantityValue],
  ['cpu', quantityMilliValue],
] as const;

function tooLarge(pod: Pod, node: Node): Refusal | undefined {
  const requests = podAmounts(pod, 'requests');
  for (const [name, read] of counted) {
    const [requested, capacity] = [read(requests[name]), read(node.status?.allocatable?.[name])];
    if (requested <= capacity) continue;
    const detail = `${name}, requested: ${requested}, capacity: ${capacity}`;
    return { reason: 'Infeasible', message: `Node didn't have enough capacity: ${detail}` };
  }
  return undefined;
}

/** Undefined if the pod gets it. `others` are the other pods of the node, with what they have. */
export function refusalOf(pod: Pod, node: Node, others: Iterable<Pod>): Refusal | undefined {
  const impossible = tooLarge(pod, node);
  if (impossible) return impossible;
  // What the pod has now, which its status says, does not matter.
  const { status: _, ...asked } = pod;
  const rejection = rejectionOf(asked, node, others);
  return rejection && { reason: 'Deferred', message: rejection.message };
}
