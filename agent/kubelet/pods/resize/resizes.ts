/**
 * Gives the pods of a node what they ask for, as far as the node has room.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/allocation/allocation_manager.go
 */
import { isDeepStrictEqual } from 'node:util';
import type { Node } from '../../../api/types.ts';
import type { Recorder } from '../../../client/recorder.ts';
import type { Clock } from '../../../clock.ts';
import { isTerminal } from '../../spec/pod.ts';
import { residents } from '../admit.ts';
import { podAnnouncer } from '../events.ts';
import { give, type PodMemory } from '../memory.ts';
import { allocationOf, isAllocated } from './allocation.ts';
import { refusalOf } from './decide.ts';
import { resizeMessage } from './events.ts';
import { inOrder } from './order.ts';

export interface ResizesOptions {
  /** All pods of the node. */
  memories(): Iterable<PodMemory>;
  node(): Node | undefined;
  recorder: Recorder;
  clock: Clock;
  /** Requests a pass over a pod whose resize was decided on. */
  touch(podUid: string): void;
}

export interface Resizes {
  /** The pod has changed, or is gone: decides on it, and again on all pods that wait. */
  consider(memory: PodMemory): void;
}

export function createResizes({ memories, node, recorder, clock, touch }: ResizesOptions): Resizes {
  const waiting = new Set<PodMemory>();

  const wants = ({ asked, resize, admitted, end }: PodMemory): boolean =>
    admitted && !end.gone && !end.failure && !isTerminal(asked) && !isAllocated(asked, resize.allocation);

  const grant = (memory: PodMemory, generation: number): void => {
    memory.resize = { allocation: allocationOf(memory.asked), progress: { generation } };
    give(memory);
    const message = resizeMessage('Pod resize started', memory.asked, generation);
    podAnnouncer(recorder, memory)('Normal', 'ResizeStarted', message);
    touch(memory.uid);
  };

  const decide = (memory: PodMemory, present: Node): void => {
    const { asked, resize, uid } = memory;
    const { pending } = resize;
    const generation = Number(asked.metadata.generation ?? 0);
    if (pending?.reason === 'Infeasible' && pending.generation === generation) return;
    const refusal = refusalOf(asked, present, residents(memories(), memory));
    if (!refusal) {
      waiting.delete(memory);
      grant(memory, generation);
      return;
    }
    const since = pending?.reason === refusal.reason ? pending.since : clock.now();
    const now = { ...refusal, generation, since };
    if (isDeepStrictEqual(pending, now)) return;
    resize.pending = now;
    const message = resizeMessage(`Pod resize ${refusal.reason}`, asked, generation, refusal.message);
    podAnnouncer(recorder, memory)('Warning', `Resize${refusal.reason}`, message);
    touch(uid);
  };

  return {
    consider(memory) {
      if (wants(memory)) waiting.add(memory);
      else {
        waiting.delete(memory);
        delete memory.resize.pending;
      }
      const present = node();
      if (waiting.size === 0 || !present) return;
      const queue = [...waiting].map((each) => ({
        memory: each,
        asked: each.asked,
        given: each.pod,
        since: each.resize.pending?.since ?? clock.now(),
      }));
      for (const { memory: next } of inOrder(queue)) decide(next, present);
    },
  };
}
