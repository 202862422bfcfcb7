/** One priority level: who has a seat, and who waits for one. */
import type { PriorityLevelConfiguration } from '../../api/types.ts';
import { type Place, Queues, type Start } from './queues.ts';
import type { Seats } from './seats.ts';

/** Gives the seat back; may be called more than once. */
export type Leave = () => void;

export class Level {
  configuration: PriorityLevelConfiguration;
  seats: Seats = { nominal: 0, least: 0, most: 0 };
  /** Requests that have a seat. */
  taken = 0;
  #queues: Queues | undefined;
  #queuing = '';

  constructor(configuration: PriorityLevelConfiguration) {
    this.configuration = configuration;
  }

  get isExempt(): boolean {
    return this.configuration.spec.type === 'Exempt';
  }

  get hasWaiting(): boolean {
    return this.#queues !== undefined && !this.#queues.isEmpty;
  }

  /** Seats beyond those that are the level's own whatever happens. */
  get borrowed(): number {
    return Math.max(0, this.taken - this.seats.least);
  }

  /** Returns whoever waits in queues that are not there any more. */
  configure(configuration: PriorityLevelConfiguration): Start[] {
    this.configuration = configuration;
    const queuing = configuration.spec.limited?.limitResponse?.queuing;
    const text = JSON.stringify(queuing ?? null);
    if (text === this.#queuing) return [];
    const waiting = this.takeAll();
    this.#queuing = text;
    this.#queues = queuing && new Queues(queuing);
    return waiting;
  }

  get mayQueue(): boolean {
    return this.#queues !== undefined;
  }

  /** Undefined where nobody may wait, or too many do. */
  wait(flow: string, start: Start): Place | undefined {
    return this.#queues?.add(flow, start);
  }

  takeNext(): Start | undefined {
    return this.#queues?.take();
  }

  takeAll(): Start[] {
    const all: Start[] = [];
    for (let next = this.takeNext(); next; next = this.takeNext()) all.push(next);
    return all;
  }
}
