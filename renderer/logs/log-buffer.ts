/** The lines of a log, outside React: a million of them must neither be copied nor rendered. */
import type { CallError } from '../../main/contract.ts';
import type { LogLine } from './log-line.ts';
import { type LogSource, openStream, type StreamNews } from './log-stream.ts';

const most = 1_000_000;
/** Dropped at once when there are too many, so that it is rarely done. */
const excess = 50_000;

const keyOf = ({ pod, container }: LogSource): string => `${pod}/${container}`;

export class LogBuffer {
  readonly lines: LogLine[] = [];
  /** How many were dropped from the beginning. */
  dropped = 0;
  version = 0;
  /** Lines before this one are as they were at the last version. */
  sameUntil = 0;
  /** In the order in which they first came: it gives them their colours. */
  readonly pods: string[] = [];
  private readonly streams = new Map<string, { close(): void; ended: boolean; error?: CallError }>();
  private readonly listeners = new Set<() => void>();

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getVersion = (): number => this.version;

  /** Whether nothing more will come. */
  get ended(): boolean {
    return this.streams.size > 0 && [...this.streams.values()].every(({ ended }) => ended);
  }

  get error(): CallError | undefined {
    return [...this.streams.values()].find(({ error }) => error)?.error;
  }

  /** Opens what is new. What has gone keeps its lines. With `named`, lines say which pod wrote them. */
  follow(sources: readonly LogSource[], named = false): void {
    for (const source of sources) {
      const key = keyOf(source);
      if (this.streams.has(key)) continue;
      const stream: { close(): void; ended: boolean; error?: CallError } = { close: () => undefined, ended: false };
      this.streams.set(key, stream);
      stream.close = openStream(source, ({ lines, ended, error }) => {
        Object.assign(stream, { ended, error });
        this.add(named ? lines.map((line) => ({ ...line, pod: source.pod })) : lines);
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
    this.changed(0);
  }

  /** Several pods' lines are put in the order of their stamps: those of one come in bursts after those of another. */
  add(lines: StreamNews['lines']): void {
    const first = lines[0];
    let at = this.lines.length;
    if (first?.pod) {
      while (at > 0 && (this.lines[at - 1]?.stamp ?? '') > first.stamp) at--;
      if (!this.pods.includes(first.pod)) this.pods.push(first.pod);
    }
    const later = this.lines.splice(at);
    const merged = later.length > 0 ? [...later, ...lines].sort((a, b) => (a.stamp < b.stamp ? -1 : 1)) : lines;
    for (const line of merged) this.lines.push(line);
    if (this.lines.length > most) {
      const tooMany = this.lines.length - most + excess;
      this.lines.splice(0, tooMany);
      this.dropped += tooMany;
      at = 0;
    }
    this.changed(at);
  }

  private changed(sameUntil: number): void {
    this.sameUntil = sameUntil;
    this.version += 1;
    for (const listener of [...this.listeners]) listener();
  }
}
