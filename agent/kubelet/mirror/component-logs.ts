/**
 * The logs of the components that share the agent's process: one file each. A file that grows too large is renamed to
 * `.1`, over the previous one.
 */

import { appendFile, mkdir, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '../../missing-file.ts';
import type { LogOptions } from '../runtime/runtime.ts';

export interface ComponentLogs {
  /** Queues a line. Lines are written in the background, in order. */
  write(component: string, line: string): void;
  read(component: string, options: LogOptions, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** The names of the files, in order. */
  names(): Promise<string[]>;
  /** The content of one of them, as it is stored; undefined if it does not exist. */
  file(name: string): Promise<string | undefined>;
  /** Resolves when everything is on disk. */
  flush(): Promise<void>;
}

const maxSize = 2 * 1024 * 1024;

/** A log line starts with its time in RFC 3339 nanoseconds: `logs --timestamps` shows it, and it is cheap to strip. */
const stamped = (milliseconds: number, line: string): string =>
  `${new Date(milliseconds).toISOString().replace('Z', '000000Z')} ${line}\n`;

const stampOf = (line: string): number => Date.parse(line.slice(0, line.indexOf(' ')));

function select(lines: string[], options: LogOptions): string[] {
  const { since, tailLines } = options;
  const recent = since === undefined ? lines : lines.filter((line) => stampOf(line) >= since);
  return tailLines === undefined ? recent : tailLines === 0 ? [] : recent.slice(-tailLines);
}

const printed = (line: string, { timestamps }: LogOptions): string =>
  `${timestamps ? line : line.slice(line.indexOf(' ') + 1)}\n`;

export function createComponentLogs(folder: string, now: () => number): ComponentLogs {
  const pending = new Map<string, string>();
  const listeners = new Map<string, Set<(line: string) => void>>();
  let writing: Promise<void> | undefined;
  const fileOf = (component: string) => join(folder, `${component}.log`);

  const append = async (component: string, text: string): Promise<void> => {
    const file = fileOf(component);
    await appendFile(file, text);
    const { size } = await stat(file);
    if (size > maxSize) await rename(file, `${file}.1`);
  };
  const drain = async (): Promise<void> => {
    await mkdir(folder, { recursive: true });
    while (pending.size > 0) {
      for (const [component, text] of [...pending]) {
        pending.delete(component);
        await append(component, text);
      }
    }
  };
  const flush = (): Promise<void> => {
    writing ??= drain()
      // The log file cannot be written: report that on the process's own output.
      .catch((error: Error) => void process.stderr.write(`component logs: ${error.message}\n`))
      .finally(() => {
        writing = undefined;
      });
    return writing;
  };

  const stored = async (component: string): Promise<string[]> => {
    await flush();
    const texts = await Promise.all([`${fileOf(component)}.1`, fileOf(component)].map(readOrEmpty));
    return texts.join('').split('\n').filter(Boolean);
  };

  const names = async (): Promise<string[]> => {
    await flush();
    return ((await unlessMissing(readdir(folder))) ?? []).sort();
  };

  return {
    write(component, line) {
      const text = stamped(now(), line);
      pending.set(component, (pending.get(component) ?? '') + text);
      for (const listener of listeners.get(component) ?? []) listener(text.slice(0, -1));
      void flush();
    },
    async *read(component, options, signal) {
      const fresh: string[] = [];
      let wake = () => {};
      const listener = (line: string) => {
        fresh.push(line);
        wake();
      };
      const set = listeners.get(component) ?? new Set();
      listeners.set(component, set.add(listener));
      signal.addEventListener('abort', () => wake(), { once: true });
      try {
        const old = await stored(component);
        fresh.splice(0, fresh.findLastIndex((line) => old.includes(line)) + 1);
        let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
        const cut = (line: string): Uint8Array => {
          const bytes = Buffer.from(printed(line, options)).subarray(0, left);
          left -= bytes.length;
          return bytes;
        };
        for (const line of select(old, options)) if (left > 0) yield cut(line);
        while (options.follow && left > 0 && !signal.aborted) {
          const line = fresh.shift();
          if (line !== undefined) yield cut(line);
          else {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        set.delete(listener);
      }
    },
    names,
    file: async (name) =>
      (await names()).includes(name) ? unlessMissing(readFile(join(folder, name), 'utf8')) : undefined,
    flush,
  };
}

const readOrEmpty = async (path: string): Promise<string> => (await unlessMissing(readFile(path, 'utf8'))) ?? '';
