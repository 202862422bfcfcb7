/** One evaluation: its variables, and what it has cost so far. */
import type { Meter } from './operations.ts';
import type { Value } from './values.ts';

/** Where variables come from. Undefined: there is none of the name. */
export type Activation = (name: string) => Value | undefined;

/** No other operand makes good for this error. */
export class CostExceeded extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}

/**
 * Cost after which an evaluation lets others go on: about a millisecond of work, ten of what costs more than it says.
 */
const perStep = 1_000;

/** Parts of values that one expression may look at, beside what it costs: a second or two. */
const mostWork = 10_000_000;
/** The same at once: some 20 ms. What an object can have is much less; lists that are joined can be any length. */
const mostAtOnce = 150_000;
/** Of a text or bytes, in their units: a request has no room for a longer one. */
const longest = 2_000_000;
/** Looking at a part costs less than anything that is counted as 1. */
const perPart = 0.5;

export class Frame implements Meter {
  /** Of the variables of macros. */
  readonly slots: Value[] = [];
  readonly activation: Activation;
  readonly #limit: number;
  #cost = 0;
  #work = 0;
  #workAtOnce = 0;
  #nextPause = perStep;

  constructor(activation: Activation, limit: number) {
    this.activation = activation;
    this.#limit = limit;
  }

  get cost(): number {
    return this.#cost;
  }

  spend(cost: number): void {
    this.#cost += cost;
    if (this.#cost > this.#limit) throw new CostExceeded();
  }

  work(parts: number): void {
    this.#work += parts;
    this.#workAtOnce += parts;
    if (this.#work > mostWork || this.#workAtOnce > mostAtOnce) throw new CostExceeded();
  }

  make(length: number): void {
    if (length > longest) throw new CostExceeded();
  }

  /** Whether it is time to let others go on, which whoever asks does then. */
  isDue(): boolean {
    const spent = this.#cost + this.#work * perPart;
    if (spent < this.#nextPause) return false;
    this.#nextPause = spent + perStep;
    this.#workAtOnce = 0;
    return true;
  }
}
