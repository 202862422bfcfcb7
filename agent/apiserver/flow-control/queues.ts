/**
 * The requests that wait for a seat of one level. A flow is dealt a hand of queues and waits in the shortest of them,
 * so that one that sends much fills few queues; the queues take turns.
 * https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#queuing
 */
import { createHash } from 'node:crypto';
import type { flowcontrol } from '../../api/types.ts';

/** Called when a request gets its seat. */
export type Start = () => void;

/** The numbers of `handSize` different queues out of `queues`, the same for the same flow. */
export function handOf(flow: string, { queues = 1, handSize = 1 }: flowcontrol.QueuingConfiguration): number[] {
  let entropy = createHash('sha256').update(flow).digest().readBigUInt64LE();
  const dealt: number[] = [];
  while (dealt.length < Math.min(handSize, queues)) {
    const left = BigInt(queues - dealt.length);
    let queue = Number(entropy % left);
    // Of those that are left, counted from the first.
    for (const earlier of dealt.toSorted((a, b) => a - b)) if (queue >= earlier) queue += 1;
    dealt.push(queue);
    entropy /= left;
  }
  return dealt;
}

/** In a queue. */
export interface Place {
  /** Of the queue, with whoever has come. */
  length: number;
  /** Ends the waiting. */
  stop(): void;
}

export class Queues {
  readonly #queuing: flowcontrol.QueuingConfiguration;
  /** Those in which somebody waits, by number; the first has the next turn. */
  readonly #waiting = new Map<number, Start[]>();

  constructor(queuing: flowcontrol.QueuingConfiguration) {
    this.#queuing = queuing;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  #lengthOf(queue: number): number {
    return this.#waiting.get(queue)?.length ?? 0;
  }

  /** Undefined where the queue is full. */
  add(flow: string, start: Start): Place | undefined {
    const hand = handOf(flow, this.#queuing);
    const chosen = hand.reduce((best, queue) => (this.#lengthOf(queue) < this.#lengthOf(best) ? queue : best));
    if (this.#lengthOf(chosen) >= (this.#queuing.queueLengthLimit ?? 0)) return undefined;
    const queue = this.#waiting.get(chosen) ?? [];
    this.#waiting.set(chosen, queue);
    queue.push(start);
    const stop = (): void => {
      const at = queue.indexOf(start);
      if (at >= 0) queue.splice(at, 1);
      if (queue.length === 0 && this.#waiting.get(chosen) === queue) this.#waiting.delete(chosen);
    };
    return { length: queue.length, stop };
  }

  /** Takes the next out of its queue, which then has the last turn. */
  take(): Start | undefined {
    const [first] = this.#waiting;
    if (!first) return undefined;
    const [number, queue] = first;
    const start = queue.shift();
    this.#waiting.delete(number);
    if (queue.length > 0) this.#waiting.set(number, queue);
    return start;
  }
}
