/**
 * Follows the folder of manifests: reads it whenever something in it changes, and every twenty seconds.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/config/file.go
 */
import { type FSWatcher, watch } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../api/errors.ts';
import type { Pod } from '../../api/types.ts';
import { type Clock, timestamp } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { unlessMissing } from '../../missing-file.ts';
import { podsOf } from './parse.ts';

export interface ManifestOptions {
  /** The folder; it is created if it does not exist. */
  folder: string;
  nodeName: string;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** Called with all pods of the folder after each reading. */
  onPods(pods: readonly Pod[]): void;
}

const every = 20_000;
/** Programs write a file in several steps. */
const settles = 50;

interface Known {
  text: string;
  pods: readonly Pod[];
}

async function parse(text: string, path: string, { nodeName, clock }: ManifestOptions): Promise<readonly Pod[]> {
  const { documentsIn } = await import('./documents.ts');
  return podsOf(documentsIn(text), { path, nodeName, seen: timestamp(clock.now()) });
}

/** Reads files that changed since the last reading; a file that did not keeps its pods. */
function createReader(options: ManifestOptions): () => Promise<readonly Pod[]> {
  let known: ReadonlyMap<string, Known> = new Map();
  const read = async (path: string): Promise<Known | undefined> => {
    const text = await unlessMissing(readFile(path, 'utf8'));
    const before = known.get(path);
    if (text === undefined || before?.text === text) return text === undefined ? undefined : before;
    try {
      return { text, pods: await parse(text, path, options) };
    } catch (error) {
      options.log.error('Cannot read a manifest', { path, error: messageOf(error) });
      return { text, pods: [] };
    }
  };
  return async () => {
    const entries = await readdir(options.folder, { withFileTypes: true });
    const names = entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name);
    const next = new Map<string, Known>();
    for (const name of names.sort()) {
      const path = join(options.folder, name);
      const file = await read(path);
      if (file) next.set(path, file);
    }
    known = next;
    return [...next.values()].flatMap(({ pods }) => pods);
  };
}

/** Resolves when the folder was read for the first time; it is followed until the signal aborts. */
export async function followManifests(options: ManifestOptions): Promise<void> {
  const { folder, clock, log, signal, onPods } = options;
  await mkdir(folder, { recursive: true });
  const read = createReader(options);
  let early = new AbortController();
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(folder, { signal }, () => early.abort());
    watcher.on('error', (error) => log.warn('Cannot watch the manifests, will look every 20 seconds', { error }));
  } catch (error) {
    log.warn('Cannot watch the manifests, will look every 20 seconds', { error });
  }
  onPods(await read());
  const follow = async (): Promise<never> => {
    for (;;) {
      const { signal: changed } = early;
      await clock.sleep(every, AbortSignal.any([signal, changed])).catch(() => signal.throwIfAborted());
      if (changed.aborted) {
        early = new AbortController();
        await clock.sleep(settles, signal);
      }
      try {
        onPods(await read());
      } catch (error) {
        log.warn('Cannot read the manifests, will retry', { folder, error });
      }
    }
  };
  follow().catch((error) => {
    if (!signal.aborted) log.error('Following the manifests ended', { error });
  });
}
