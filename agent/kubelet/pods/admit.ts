/** Whether the node takes a pod, asked once: the answer is remembered, and told where it is no. */
import type { Node } from '../../api/types.ts';
import type { Recorder } from '../../client/recorder.ts';
import { isTerminal } from '../spec/pod.ts';
import { rejectionOf } from './admission.ts';
import { podAnnouncer } from './events.ts';
import type { PodMemory } from './memory.ts';

/** One that was taken before this agent started stays. */
const isTaken = ({ admitted, pod }: PodMemory): boolean => admitted || pod.status?.startTime !== undefined;

/**
 * In the order in which the pods came, and within one turn, so that two pods do not stand in each other's way.
 * `node` is undefined where it is not known yet.
 */
export function admit(memory: PodMemory, all: Iterable<PodMemory>, node: Node | undefined, recorder: Recorder): void {
  const { pod, end } = memory;
  const asked = node && !end.gone && !isTaken(memory) && !isTerminal(pod);
  const counted = function* () {
    for (const other of all) {
      if (other !== memory && isTaken(other) && !other.end.gone && !isTerminal(other.pod)) yield other.pod;
    }
  };
  const rejection = asked ? rejectionOf(pod, node, counted()) : undefined;
  memory.admitted = !rejection;
  if (!rejection) return;
  const { reason, message } = rejection;
  end.failure = { reason, message: `Pod was rejected: ${message}`, rejected: true };
  podAnnouncer(recorder, memory)('Warning', reason, message);
}
