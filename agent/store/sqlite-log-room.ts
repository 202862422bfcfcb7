/**
 * Keeps the write-ahead log longer than what is written to it. A commit that lengthens a file waits until the file
 * system has written its own journal, for everybody who writes to that disk: on a busy machine ten times as long as a
 * commit into blocks that are there. SQLite takes no notice of what follows its last frame: it is left from before, or
 * zeros. https://www.sqlite.org/walformat.html#walfile
 */
import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/** Bytes: at most so many are flushed at once, and so seldom is the file lengthened. */
const step = 1 << 20;

export class LogRoom {
  readonly #file: number;
  /** Bytes of the file after the last call. */
  #size = 0;

  /** `path`: of the log, which must exist. POSIX locks, which closing it would drop, are on other files of SQLite's. */
  constructor(path: string) {
    this.#file = openSync(path, 'r+');
  }

  /** Lengthens the log where SQLite has: no transaction may be open. */
  grow(): void {
    const { size } = fstatSync(this.#file);
    if (size === this.#size) return;
    this.#size = size + this.#lengthen(size);
  }

  /** By a step, or not at all: a disk with less room than that keeps it for what is written. */
  #lengthen(from: number): number {
    try {
      if (writeSync(this.#file, Buffer.alloc(step), 0, step, from) === step) return step;
      ftruncateSync(this.#file, from);
    } catch {
      // Room only saves time. What is wrong with the disk is told to whoever writes next, with its cause.
    }
    return 0;
  }

  close(): void {
    closeSync(this.#file);
  }
}
