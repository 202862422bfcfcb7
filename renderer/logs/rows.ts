/**
 * Which rows of the screen the lines of a log take, as text wraps at a number of columns like in a terminal. Sums are
 * kept per chunk of lines, so that a million lines are found in a few hundred steps and need next to no memory.
 */
import type { LogBuffer } from './log-buffer.ts';
import type { LogLine } from './log-line.ts';

export interface Rows {
  readonly total: number;
  /** The row in which a line begins; of the index after the last: the total. */
  rowOf(index: number): number;
  /** The line that a row belongs to. */
  indexAt(row: number): number;
  /** How many rows one line takes. */
  height(index: number): number;
}

export const flatRows = (count: number): Rows => ({
  total: count,
  rowOf: (index) => index,
  indexAt: (row) => Math.max(0, Math.min(count - 1, row)),
  height: () => 1,
});

const chunkSize = 256;

const rowsFor = (line: LogLine | undefined, columns: number): number =>
  Math.max(1, Math.ceil((line?.cells ?? 0) / columns));

export class WrappedRows {
  private readonly buffer: LogBuffer;
  private readonly columns: number;
  /** Rows before each chunk of the lines that are there. */
  private before: number[] = [0];
  private version = -1;
  private dropped = 0;
  /** Lines that the sums speak of. */
  private upTo = 0;

  constructor(buffer: LogBuffer, columns: number) {
    this.buffer = buffer;
    this.columns = Math.max(1, columns);
  }

  /** As the buffer is now, its first `count` lines. */
  now(count: number): Rows {
    this.update();
    const total = this.rowOf(count);
    return {
      total,
      rowOf: (index) => this.rowOf(index),
      indexAt: (row) => Math.max(0, Math.min(count - 1, this.indexAt(row))),
      height: (index) => this.height(index),
    };
  }

  private height(index: number): number {
    return rowsFor(this.buffer.lines[index], this.columns);
  }

  private update(): void {
    const { buffer } = this;
    if (buffer.version === this.version) return;
    const isShifted = buffer.dropped !== this.dropped;
    const changed = this.version < 0 || isShifted ? 0 : buffer.changedSince(this.version) - buffer.dropped;
    const from = Math.floor(Math.max(0, Math.min(changed, this.upTo)) / chunkSize);
    this.before.length = from + 1;
    let rows = this.before[from] ?? 0;
    const { lines } = buffer;
    for (let index = from * chunkSize; index < lines.length; index++) {
      rows += this.height(index);
      if ((index + 1) % chunkSize === 0) this.before.push(rows);
    }
    this.version = buffer.version;
    this.dropped = buffer.dropped;
    this.upTo = lines.length;
  }

  private rowOf(index: number): number {
    const chunk = Math.floor(index / chunkSize);
    let rows = this.before[chunk] ?? 0;
    for (let at = chunk * chunkSize; at < index; at++) rows += this.height(at);
    return rows;
  }

  private indexAt(row: number): number {
    let [low, high] = [0, this.before.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.before[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    let index = low * chunkSize;
    let rows = this.before[low] ?? 0;
    for (; index < this.buffer.lines.length; index++) {
      rows += this.height(index);
      if (rows > row) break;
    }
    return index;
  }
}
