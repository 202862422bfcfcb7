/**
 * Writers of one object, one after the other in the order in which they came. Without it, of many who change an object
 * at once all would decide on the same state, one would win, and the others would decide again, and again. The order
 * saves work and proves nothing: the store still compares revisions.
 */
export class WriteOrder {
  /** By key, those who wait for the one whose turn it is. */
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Resolves when it is the caller's turn; undefined: it is now. The caller passes the turn on once. */
  take(key: string): Promise<void> | undefined {
    const waiting = this.#waiting.get(key);
    if (waiting) return new Promise((resolve) => waiting.push(resolve));
    this.#waiting.set(key, []);
    return undefined;
  }

  passOn(key: string): void {
    const next = this.#waiting.get(key)?.shift();
    if (next) next();
    else this.#waiting.delete(key);
  }
}
