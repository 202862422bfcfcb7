/** Works on what has changed, by name: one at a time, and each as it is when its turn comes. */
export class NameQueue {
  readonly #work: (name: string) => Promise<void>;
  readonly #failed: (name: string, error: unknown) => void;
  readonly #signal: AbortSignal;
  readonly #waiting = new Set<string>();
  #working = false;

  /** `failed` is told of what `work` rejects with, unless the signal has aborted; the next name has its turn all the same. */
  constructor(
    work: (name: string) => Promise<void>,
    failed: (name: string, error: unknown) => void,
    signal: AbortSignal,
  ) {
    this.#work = work;
    this.#failed = failed;
    this.#signal = signal;
  }

  /** Returns at once. */
  add(names: Iterable<string>): void {
    for (const name of names) this.#waiting.add(name);
    if (!this.#working) void this.#run();
  }

  async #run(): Promise<void> {
    this.#working = true;
    for (const name of this.#waiting) {
      this.#waiting.delete(name);
      if (this.#signal.aborted) break;
      await this.#work(name).catch((error: unknown) => {
        if (!this.#signal.aborted) this.#failed(name, error);
      });
    }
    this.#working = false;
  }
}
