/** Finds the lines that match, a few milliseconds at a time, also while more lines come. */
import type { LogBuffer } from './log-buffer.ts';

export interface Search {
  pattern: RegExp | undefined;
  /** The expression does not parse. */
  invalid: boolean;
}

const special = /[.*+?^${}()|[\]\\]/g;

export function parseSearch(text: string, isRegex: boolean, caseSensitive = false): Search {
  if (!text) return { pattern: undefined, invalid: false };
  try {
    const pattern = new RegExp(isRegex ? text : text.replace(special, '\\$&'), caseSensitive ? 'g' : 'gi');
    return { pattern, invalid: false };
  } catch (error) {
    if (error instanceof SyntaxError) return { pattern: undefined, invalid: true };
    throw error;
  }
}

export interface Turns {
  now(): number;
  /** Calls back once the window has had a turn; returns what prevents it. */
  next(work: () => void): () => void;
}

const windowTurns: Turns = {
  now: () => performance.now(),
  next(work) {
    const timer = setTimeout(work, 0);
    return () => clearTimeout(timer);
  },
};

/** Of a frame of 16 ms, what the search may take; lines are looked at this many at a time. */
const budget = 6;
const atOnce = 500;

/** The numbers of the lines that match one pattern: what was looked at once is not looked at again. */
export class Matches {
  version = 0;
  private found: number[] = [];
  /** Of `found`, how many have been dropped from the buffer since. */
  private gone = 0;
  private seen = -1;
  /** The number of the line that is looked at next. */
  private next: number;
  private cancel: (() => void) | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly buffer: LogBuffer;
  private readonly pattern: RegExp | undefined;
  private readonly turns: Turns;

  constructor(buffer: LogBuffer, pattern: RegExp | undefined, turns: Turns = windowTurns) {
    this.buffer = buffer;
    this.pattern = pattern;
    this.turns = turns;
    this.next = buffer.dropped;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    const forget = this.pattern ? this.buffer.subscribe(() => this.plan()) : () => undefined;
    this.plan();
    return () => {
      this.listeners.delete(listener);
      forget();
      if (this.listeners.size > 0) return;
      this.cancel?.();
      this.cancel = undefined;
    };
  };

  getVersion = (): number => this.version;

  get count(): number {
    return this.found.length - this.gone;
  }

  /** Not every line has been looked at yet. */
  get isSearching(): boolean {
    return this.pattern !== undefined && this.next < this.buffer.end;
  }

  /** The line of a match, counted from 0. */
  at(match: number): number | undefined {
    return this.found[this.gone + match];
  }

  /** How many matches are in lines before this one. */
  before(line: number): number {
    return lowerBound(this.found, line) - this.gone;
  }

  private plan(): void {
    if (this.pattern) this.cancel ??= this.turns.next(() => this.work(this.pattern));
  }

  private work(pattern: RegExp | undefined): void {
    this.cancel = undefined;
    if (!pattern) return;
    const { buffer } = this;
    const changed = this.seen < 0 ? buffer.dropped : buffer.changedSince(this.seen);
    this.seen = buffer.version;
    if (changed < this.next) this.found.length = lowerBound(this.found, changed);
    this.next = Math.max(buffer.dropped, Math.min(this.next, changed));
    this.gone = lowerBound(this.found, buffer.dropped);
    const until = this.turns.now() + budget;
    while (this.next < buffer.end && this.turns.now() < until)
      this.look(pattern, Math.min(buffer.end, this.next + atOnce));
    this.version += 1;
    for (const listener of [...this.listeners]) listener();
    if (this.next < buffer.end) this.plan();
  }

  private look(pattern: RegExp, end: number): void {
    const { lines, dropped } = this.buffer;
    for (; this.next < end; this.next++) {
      pattern.lastIndex = 0;
      if (pattern.test(lines[this.next - dropped]?.text ?? '')) this.found.push(this.next);
    }
  }
}

/** The first place in ascending numbers that is not below a value. */
function lowerBound(numbers: readonly number[], value: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The text in pieces; every second one is a match. */
export function splitMatches(text: string, pattern: RegExp): string[] {
  const pieces: string[] = [];
  let from = 0;
  pattern.lastIndex = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '') continue;
    pieces.push(text.slice(from, match.index), match[0]);
    from = match.index + match[0].length;
  }
  pieces.push(text.slice(from));
  return pieces;
}
