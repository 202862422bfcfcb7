/**
 * Frames of one watch on their way out. Where many objects are written in one turn of the event loop, a connection gets
 * one write for all of them: a write of its own for each event costs more than the event.
 */
export class Outbox {
  readonly #write: (frames: Buffer) => void;
  #frames: Buffer[] = [];

  /** `write` takes one or more whole frames. */
  constructor(write: (frames: Buffer) => void) {
    this.#write = write;
  }

  /** Sends the frame at the end of this turn, behind those that came before. */
  add(frame: Buffer): void {
    if (this.#frames.length === 0) setImmediate(() => this.flush());
    this.#frames.push(frame);
  }

  /** Sends now what waits. */
  flush(): void {
    const [first, ...rest] = this.#frames;
    if (!first) return;
    this.#frames = [];
    this.#write(rest.length === 0 ? first : Buffer.concat([first, ...rest]));
  }

  /** Nobody reads any more. */
  drop(): void {
    this.#frames = [];
  }
}
