/**
 * Frames of one watch on their way out. A connection gets one write for many of them: a write of its own for each event
 * costs both ends more than the event. A watcher to whom little happens hears of it at the end of the turn; where much
 * happens, the rest of it waits for some milliseconds and goes out together.
 */

/** Milliseconds from one write to the next. */
const gap = 4;

/** When to write: the server's clock stands for the time of the cluster, and this is how fast a connection takes bytes. */
export interface Pace {
  /** Milliseconds. */
  now(): number;
  /** Calls back at the end of this turn of the event loop. */
  soon(call: () => void): void;
  later(call: () => void, milliseconds: number): void;
}

const realPace: Pace = {
  now: () => performance.now(),
  soon: (call) => void setImmediate(call),
  later: (call, milliseconds) => void setTimeout(call, milliseconds),
};

export class Outbox {
  readonly #write: (frames: Buffer) => void;
  readonly #pace: Pace;
  #frames: Buffer[] = [];
  #isScheduled = false;
  #written = Number.NEGATIVE_INFINITY;

  /** `write` takes one or more whole frames. */
  constructor(write: (frames: Buffer) => void, pace: Pace = realPace) {
    this.#write = write;
    this.#pace = pace;
  }

  /** Sends the frame soon, behind those that came before. */
  add(frame: Buffer): void {
    this.#frames.push(frame);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const send = () => {
      this.#isScheduled = false;
      this.flush();
    };
    const wait = this.#written + gap - this.#pace.now();
    if (wait > 0) this.#pace.later(send, wait);
    else this.#pace.soon(send);
  }

  /** Sends now what waits. */
  flush(): void {
    const [first, ...rest] = this.#frames;
    if (!first) return;
    this.#frames = [];
    this.#written = this.#pace.now();
    this.#write(rest.length === 0 ? first : Buffer.concat([first, ...rest]));
  }

  /** Nobody reads any more. */
  drop(): void {
    this.#frames = [];
  }
}
