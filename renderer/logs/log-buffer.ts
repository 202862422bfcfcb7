/** The lines of one log, outside React: a million of them must neither be copied nor rendered. */
import type { CallError, DesktopCalls, DesktopEvents } from '../../main/contract.ts';
import { desktop } from '../data/desktop.ts';

export type LogSource = Omit<DesktopCalls['log.open']['input'], 'id' | 'timestamps'>;

export interface LogLine {
  /** RFC 3339, as the container runtime stamped it. */
  stamp: string;
  text: string;
}

const most = 1_000_000;
/** Dropped at once when there are too many, so that it is rarely done. */
const excess = 50_000;

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what terminal colours begin with
const colourCodes = /\u001b\[[0-9;]*[A-Za-z]/g;

export function parseLine(line: string): LogLine {
  const space = line.indexOf(' ');
  const stamp = space > 0 ? line.slice(0, space) : line;
  return {
    stamp,
    text:
      space > 0
        ? line
            .slice(space + 1)
            .replace(colourCodes, '')
            .replace(/\r$/, '')
        : '',
  };
}

export class LogBuffer {
  readonly lines: LogLine[] = [];
  /** How many were dropped from the beginning. */
  dropped = 0;
  version = 0;
  ended = false;
  error: CallError | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly id = crypto.randomUUID();
  private stop: (() => void)[] = [];
  private readonly source: LogSource;
  /** After main has forgotten the stream it is asked for from a whole second on: what is known comes again. */
  private resumeAfter = '';

  constructor(source: LogSource) {
    this.source = source;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getVersion = (): number => this.version;

  open(): void {
    this.stop = [
      desktop.on('log.lines', (event) => {
        if (event.id === this.id) this.take(event);
      }),
      desktop.onForgotten(() => this.request()),
    ];
    this.request();
  }

  close(): void {
    for (const stop of this.stop) stop();
    void desktop.call('subscription.close', { id: this.id });
  }

  clear(): void {
    this.dropped += this.lines.length;
    this.lines.length = 0;
    this.changed();
  }

  private request(): void {
    const last = this.lines.at(-1);
    this.resumeAfter = last?.stamp ?? '';
    const since = last ? Math.max(1, Math.ceil((Date.now() - Date.parse(last.stamp)) / 1000)) : undefined;
    const source = since ? { ...this.source, tailLines: undefined, sinceSeconds: since } : this.source;
    desktop.call('log.open', { id: this.id, timestamps: true, ...source }).then(
      (reply) => {
        if (!reply.ok) this.take({ id: this.id, lines: [], ended: true, error: reply.error });
      },
      (error: unknown) => this.take({ id: this.id, lines: [], error: { code: 'Failed', message: String(error) } }),
    );
  }

  take({ lines, ended, error }: DesktopEvents['log.lines']): void {
    for (const text of lines) {
      const line = parseLine(text);
      if (line.stamp > this.resumeAfter) this.lines.push(line);
    }
    if (this.lines.length > most) {
      const tooMany = this.lines.length - most + excess;
      this.lines.splice(0, tooMany);
      this.dropped += tooMany;
    }
    this.error = error;
    this.ended = ended ?? false;
    this.changed();
  }

  private changed(): void {
    this.version += 1;
    for (const listener of [...this.listeners]) listener();
  }
}

export type Level = 'error' | 'warn' | 'debug' | '';

/** As klog, logfmt, JSON and most frameworks mark it, near the beginning of the line. */
export function levelOf(text: string): Level {
  const head = text.slice(0, 200);
  if (/^[EF]\d{4} /.test(head) || /\b(error|fatal|panic|critical|severe|exception)\b/i.test(head)) return 'error';
  if (/^W\d{4} /.test(head) || /\bwarn(ing)?\b/i.test(head)) return 'warn';
  if (/\b(debug|trace)\b/i.test(head)) return 'debug';
  return '';
}
