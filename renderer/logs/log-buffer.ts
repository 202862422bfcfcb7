/** The lines of a log, outside React: a million of them must neither be copied nor rendered. */
import type { CallError } from '../../main/contract/reply.ts';
import type { LogLine } from './log-line.ts';
import { type LogSource, openStream } from './log-stream.ts';

const most = 1_000_000;
/** Dropped at once when there are too many, so that it is rarely done. */
const excess = 50_000;
/** Of how many versions it is remembered what they changed. */
const remembered = 256;

const keyOf = ({ pod, container }: LogSource): string => `${pod}/${container}`;

interface OpenStream {
  close(): void;
  uid: string | undefined;
  ended: boolean;
  error?: CallError;
}

/** Lines are numbered from the first that ever came, so that a number stays when older lines are dropped. */
export class LogBuffer {
  readonly lines: LogLine[] = [];
  /** How many were dropped from the beginning: the number of the first that is there. */
  dropped = 0;
  version = 0;
  /** In the order in which they first came: it gives them their colours. */
  readonly pods: string[] = [];
  private readonly changes: number[] = [];
  private readonly streams = new Map<string, OpenStream>();
  private readonly listeners = new Set<() => void>();

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getVersion = (): number => this.version;

  /** The number after the last line's. */
  get end(): number {
    return this.dropped + this.lines.length;
  }

  /** The line with a number, where it is still there. */
  line(number: number): LogLine | undefined {
    return this.lines[number - this.dropped];
  }

  /** Lines with a smaller number are as they were at that version (or dropped). */
  changedSince(version: number): number {
    const missed = this.version - version;
    if (missed === 0) return this.end;
    return missed > this.changes.length ? 0 : Math.min(...this.changes.slice(-missed));
  }

  /** Lines are of several pods. */
  get isMerged(): boolean {
    return this.pods.length > 1;
  }

  /** Whether nothing more will come. */
  get ended(): boolean {
    return this.streams.size > 0 && [...this.streams.values()].every(({ ended }) => ended);
  }

  get error(): CallError | undefined {
    return [...this.streams.values()].find(({ error }) => error)?.error;
  }

  /** Opens what is new, a pod that came back under its old name included. What has gone keeps its lines. */
  follow(sources: readonly LogSource[]): void {
    for (const source of sources) {
      const key = keyOf(source);
      const known = this.streams.get(key);
      if (known && known.uid === source.uid) continue;
      if (known && !known.ended) {
        // It goes on by itself with whatever pod has the name.
        known.uid = source.uid;
        continue;
      }
      known?.close();
      const stream: OpenStream = { close: () => undefined, uid: source.uid, ended: false };
      this.streams.set(key, stream);
      stream.close = openStream(source, ({ lines, ended, error }) => {
        Object.assign(stream, { ended, error });
        for (const line of lines) line.pod = source.pod;
        this.add(lines);
      });
    }
  }

  close(): void {
    for (const { close } of this.streams.values()) close();
    this.streams.clear();
  }

  clear(): void {
    this.dropped += this.lines.length;
    this.lines.length = 0;
    this.changed(this.dropped);
  }

  /** Several pods' lines are put in the order of their stamps: those of one come in bursts after those of another. */
  add(lines: readonly LogLine[]): void {
    const first = lines[0];
    let at = this.lines.length;
    if (first?.pod) {
      if (!this.pods.includes(first.pod)) this.pods.push(first.pod);
      // One pod's own lines stay in the order in which it wrote them.
      if (this.isMerged) at = placeAfter(this.lines, first.stamp);
    }
    const later = this.lines.splice(at);
    for (const line of later.length > 0 ? merge(later, lines) : lines) this.lines.push(line);
    const changedFrom = this.dropped + at;
    if (this.lines.length > most) {
      const tooMany = this.lines.length - most + excess;
      this.lines.splice(0, tooMany);
      this.dropped += tooMany;
    }
    this.changed(changedFrom);
  }

  private changed(from: number): void {
    this.version += 1;
    this.changes.push(from);
    if (this.changes.length > 2 * remembered) this.changes.splice(0, remembered);
    for (const listener of [...this.listeners]) listener();
  }
}

/** The index before which all lines are as old as the stamp or older. */
function placeAfter(lines: readonly LogLine[], stamp: string): number {
  if ((lines.at(-1)?.stamp ?? '') <= stamp) return lines.length;
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((lines[middle]?.stamp ?? '') <= stamp) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Both stay in their own order: one pod's lines may share a stamp. */
function merge(older: readonly LogLine[], newer: readonly LogLine[]): LogLine[] {
  const merged: LogLine[] = [];
  let at = 0;
  for (const line of newer) {
    for (let next = older[at]; next && next.stamp <= line.stamp; next = older[++at]) merged.push(next);
    merged.push(line);
  }
  for (; at < older.length; at++) merged.push(older[at] as LogLine);
  return merged;
}
