/** Admits each pod once: remembers the decision and announces a rejection. */
import type { Node, Pod } from '../../api/types.ts';
import type { Recorder } from '../../client/recorder.ts';
import type { Pressure } from '../eviction/thresholds.ts';
import { isTerminal } from '../spec/pod.ts';
import { type Rejection, refusedUnder, rejectionOf } from './admission.ts';
import { podAnnouncer } from './events.ts';
import type { PodMemory } from './memory.ts';
import { securityRejection } from './security-admission.ts';

/** A pod that an earlier process of this agent admitted stays admitted. */
const isTaken = ({ admitted, pod }: PodMemory): boolean => admitted || pod.status?.startTime !== undefined;

/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/nodeshutdown/nodeshutdown_manager_linux.go
 * (Admit)
 */
const refusedInShutdown = (shuttingDown: boolean): Rejection | undefined =>
  shuttingDown ? { reason: 'NodeShutdown', message: 'Pod was rejected as the node is shutting down.' } : undefined;

/** The node that decides, and what it is short of. */
export interface Place {
  node: Node | undefined;
  pressure: ReadonlySet<Pressure>;
  shuttingDown: boolean;
  hasAppArmor: boolean;
}

/** The pods that count when the node decides on `memory`, with what they were given. */
export function* residents(all: Iterable<PodMemory>, memory: PodMemory): Generator<Pod> {
  for (const other of all) {
    if (other !== memory && isTaken(other) && !other.end.gone && !isTerminal(other.pod)) yield other.pod;
  }
}

/**
 * Decides on pods in their order of arrival, each within one turn of the event loop, so that two pods cannot block each
 * other. `node` is undefined while it is not known; the pod is then admitted.
 */
export function admit(
  memory: PodMemory,
  all: Iterable<PodMemory>,
  { node, pressure, shuttingDown, hasAppArmor }: Place,
  recorder: Recorder,
): void {
  const { pod, end } = memory;
  const asked = node && !end.gone && !isTaken(memory) && !isTerminal(pod);
  const rejection = asked
    ? (refusedInShutdown(shuttingDown) ??
      refusedUnder(pod, pressure) ??
      securityRejection(pod, { hasAppArmor }) ??
      rejectionOf(pod, node, residents(all, memory)))
    : undefined;
  memory.admitted = !rejection;
  if (!rejection) return;
  const { reason, message } = rejection;
  end.failure = { reason, message: `Pod was rejected: ${message}`, rejected: true };
  podAnnouncer(recorder, memory)('Warning', reason, message);
}
