/**
 * Removes images that nobody uses while the disk is full: every five minutes above upstream's thresholds, and whenever
 * the node is about to evict a pod because of its disk.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/images/image_gc_manager.go
 */
import { messageOf } from '../../api/errors.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Runtime } from '../runtime/runtime.ts';
import {
  bytesToFree,
  type Disk,
  type EngineImages,
  type Garbage,
  garbageIn,
  goneFrom,
  notEnough,
  usedNow,
} from './garbage.ts';
import type { Brought, PulledImages } from './pulled-images.ts';
import { together } from './together.ts';

export interface CollectImagesOptions {
  runtime: Pick<Runtime, 'listImages' | 'imagesInUse' | 'removeImage'>;
  pulled: Pick<PulledImages, 'brought' | 'forget'>;
  /** What the disk with the engine's images has left. */
  readDisk(): Promise<Disk>;
  /** The images that this node's pods ask for. */
  podImages(): readonly string[];
  /** Records a warning about the node. */
  warn(reason: string, message: string): void;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

export interface ImageCollector {
  /** Removes all that nobody uses. Resolves with the bytes that the removed images had. */
  removeUnused(): Promise<number>;
}

/** Upstream's ImageGCPeriod. */
const every = 300_000;

interface Aim {
  /** Bytes, for the message of a failure. */
  wanted: number | bigint;
  /** Images share layers, so their sizes do not tell what their removal frees. */
  isReached(): Promise<boolean>;
}

/** Upstream asks for the largest number of bytes there is. */
const everything: Aim = { wanted: 2n ** 63n - 1n, isReached: async () => false };

/** Resolves with the bytes of the images that were removed. */
async function remove(
  { runtime, pulled, log, signal }: CollectImagesOptions,
  garbage: readonly Garbage[],
  { wanted, isReached }: Aim,
): Promise<number> {
  let freed = 0;
  const failures: string[] = [];
  for (const { id, names, size } of garbage) {
    if (await isReached()) break;
    try {
      const outcomes = new Set<string>();
      for (const name of names) {
        const outcome = await runtime.removeImage(name, signal);
        outcomes.add(outcome);
        if (outcome !== 'in use') await pulled.forget(name);
      }
      if (outcomes.has('in use')) continue;
      log.info('Removed an image that nobody uses', { image: names[0], id, size });
      freed += size;
    } catch (error) {
      signal.throwIfAborted();
      failures.push(messageOf(error));
    }
  }
  if (failures.length === 0) return freed;
  throw new Error(
    `wanted to free ${wanted} bytes, but freed ${freed} bytes space with errors in image deletion: ${together(failures)}`,
  );
}

/** Starts looking, until the signal aborts. A node that brought no image to the engine asks the engine nothing. */
export function startImageCollector(options: CollectImagesOptions): ImageCollector {
  const { runtime, pulled, clock, log, signal, readDisk, podImages, warn } = options;
  const lastUsed = new Map<string, number>();

  const read = async (): Promise<EngineImages> => {
    const [images, inUse] = await Promise.all([runtime.listImages(signal), runtime.imagesInUse(signal)]);
    return { images, inUse: new Set([...inUse, ...podImages()]) };
  };
  const noteUse = (found: EngineImages): void => {
    const present = new Set(found.images.map(({ id }) => id));
    for (const id of lastUsed.keys()) if (!present.has(id)) lastUsed.delete(id);
    for (const id of usedNow(found)) lastUsed.set(id, clock.now());
  };
  /** What may go; also notes what is in use, and what is gone already. */
  const look = async (brought: ReadonlyMap<string, Brought>): Promise<Garbage[]> => {
    const found = await read();
    noteUse(found);
    for (const name of goneFrom(found.images, brought)) await pulled.forget(name);
    return garbageIn(found, brought, lastUsed, clock.now());
  };
  const candidates = async (): Promise<Garbage[]> => {
    const brought = await pulled.brought();
    return brought.size === 0 ? [] : look(brought);
  };
  const collect = async (): Promise<void> => {
    const garbage = await candidates();
    const disk = await readDisk();
    if (disk.capacity === 0) {
      const message = 'invalid capacity 0 on image filesystem';
      warn('InvalidDiskCapacity', message);
      throw new Error(message);
    }
    const wanted = bytesToFree(disk);
    if (wanted === 0) return;
    // The other nodes of this engine remove theirs at the same time, so each removal looks at the disk again.
    const target = disk.available + wanted;
    const isReached = async () => (await readDisk()).available >= target;
    const freed = await remove(options, garbage, { wanted, isReached });
    const after = await readDisk();
    if (after.available >= target) return;
    const message = notEnough(after, freed);
    warn('FreeDiskSpaceFailed', message);
    throw new Error(message);
  };

  let failedBefore = false;
  const tick = async (): Promise<void> => {
    try {
      await collect();
      failedBefore = false;
    } catch (error) {
      signal.throwIfAborted();
      log.warn('Cannot make room on the disk by removing images', { error });
      // As upstream: one failure may pass by itself.
      if (failedBefore) warn('ImageGCFailed', messageOf(error));
      failedBefore = true;
    }
  };
  const run = async (): Promise<never> => {
    for (;;) {
      await clock.sleep(every, signal);
      await tick();
    }
  };
  run().catch((error) => {
    if (!signal.aborted) log.error('Collecting images ended', { error });
  });
  return { removeUnused: async () => remove(options, await candidates(), everything) };
}
