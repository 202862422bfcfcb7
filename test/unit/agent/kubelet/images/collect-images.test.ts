/** Cases of upstream's pkg/kubelet/images/image_gc_manager_test.go, in our words and on an engine that is shared. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CollectImagesOptions,
  type ImageCollector,
  startImageCollector,
} from '../../../../../agent/kubelet/images/collect-images.ts';
import { createPulledImages, memoryStore } from '../../../../../agent/kubelet/images/pulled-images.ts';
import type { ImageRemoval } from '../../../../../agent/kubelet/runtime/runtime.ts';
import { createLogger } from '../../../../../agent/log.ts';
import { createFakeClock } from '../../../../fakes/clock.ts';

const gibi = 2 ** 30;
const period = 300_000;

/** An engine on a disk of 100 GiB, with images of one gigabyte each. */
function anEngine() {
  const clock = createFakeClock();
  const stop = new AbortController();
  const images = new Set<string>();
  const pulled = createPulledImages(memoryStore());
  const state = { available: 50 * gibi, others: 0, asked: 0, inUse: new Set<string>(), podImages: [] as string[] };
  const removed: string[] = [];
  const warnings: string[] = [];
  let refusal: ImageRemoval | Error | undefined;
  const options: CollectImagesOptions = {
    runtime: {
      async listImages() {
        state.asked += 1;
        return [...images].map((name) => ({
          ...{ id: `id-of-${name}`, tags: [name], size: gibi, user: '', entrypoint: [], cmd: [] },
        }));
      },
      imagesInUse: async () => state.inUse,
      async removeImage(name) {
        if (refusal instanceof Error) throw refusal;
        if (refusal) return refusal;
        removed.push(name);
        images.delete(name);
        state.available += gibi + state.others;
        return 'removed';
      },
    },
    pulled,
    readDisk: async () => ({ capacity: 100 * gibi, available: state.available }),
    podImages: () => state.podImages,
    warn: (reason, message) => void warnings.push(`${reason}: ${message}`),
    clock,
    log: createLogger('kubelet', () => {}),
    signal: stop.signal,
  };
  const bring = async (name: string): Promise<void> => {
    images.add(name);
    const repository = name.replace(/:.*/, '');
    const at = clock.now();
    await pulled.succeeded({
      image: name,
      repository,
      id: `id-of-${name}`,
      credential: undefined,
      wasThere: false,
      at,
    });
  };
  const refuse = (how: ImageRemoval | Error): void => {
    refusal = how;
  };
  return { clock, state, removed, warnings, images, pulled, bring, refuse, options, stop: () => stop.abort() };
}

let engine: ReturnType<typeof anEngine>;
let collector: ImageCollector;
const names = Array.from({ length: 8 }, (_, index) => `docker.io/library/app:${index}`);

beforeEach(async () => {
  engine = anEngine();
  collector = startImageCollector(engine.options);
  for (const name of names) await engine.bring(name);
});
afterEach(() => engine.stop());

describe('every five minutes', () => {
  it('nothing is removed while the disk has room', async () => {
    await engine.clock.advance(period);
    expect([engine.removed, engine.warnings]).toEqual([[], []]);
  });

  it('images are removed from a full disk until it has enough room, the least recently used first', async () => {
    engine.state.inUse = new Set([names[0] ?? '']);
    await engine.clock.advance(period);
    engine.state.inUse = new Set([names[5] ?? '']);
    engine.state.available = 10 * gibi;
    await engine.clock.advance(period);
    expect([engine.removed, engine.warnings]).toEqual([[1, 2, 3, 4, 6].map((index) => names[index]), []]);
  });

  it('what other nodes of the engine remove counts as room', async () => {
    engine.state.available = 10 * gibi;
    engine.state.others = 6 * gibi;
    await engine.clock.advance(period);
    expect(engine.removed).toEqual([names[0]]);
  });

  it('a disk that stays full is reported, and again as a failure from the second time on', async () => {
    engine.state.available = 0;
    await engine.clock.advance(period);
    expect(engine.removed).toEqual(names);
    const message = (used: number, freed: number): string =>
      `Insufficient free disk space on the node's image filesystem (${used}% of 100.0 GiB used). ` +
      `Failed to free sufficient space by deleting unused images (freed ${freed} bytes). ` +
      'Investigate disk usage, as it could be used by active images, logs, volumes, or other data.';
    expect(engine.warnings).toEqual([`FreeDiskSpaceFailed: ${message(92, 8 * gibi)}`]);
    await engine.clock.advance(period);
    const again = ['FreeDiskSpaceFailed', 'ImageGCFailed'].map((reason) => `${reason}: ${message(92, 0)}`);
    expect(engine.warnings.slice(1)).toEqual(again);
  });

  it('an engine that does not remove an image is quoted', async () => {
    engine.refuse(new Error('read-only file system'));
    engine.state.available = 9 * gibi;
    await engine.clock.advance(2 * period);
    const why = 'with errors in image deletion: read-only file system';
    expect(engine.warnings).toEqual([
      `ImageGCFailed: wanted to free ${6 * gibi} bytes, but freed 0 bytes space ${why}`,
    ]);
  });

  it('an engine is asked nothing by a node that brought no image', async () => {
    for (const name of names) await engine.pulled.forget(name);
    await engine.clock.advance(2 * period);
    expect(engine.state.asked).toBe(0);
  });
});

describe('before a pod is evicted', () => {
  it('everything that nobody uses goes, even if the disk has room by the other rule', async () => {
    engine.state.inUse = new Set([names[1] ?? '']);
    engine.state.podImages = ['app:2'];
    await engine.clock.advance(120_000);
    expect(await collector.removeUnused()).toBe(6 * gibi);
    expect(engine.removed).toEqual([0, 3, 4, 5, 6, 7].map((index) => names[index]));
  });

  it('an image that a container took meanwhile stays, and stays the node’s', async () => {
    engine.refuse('in use');
    await engine.clock.advance(120_000);
    expect(await collector.removeUnused()).toBe(0);
    expect([...(await engine.pulled.brought()).keys()]).toEqual(names);
  });

  it('what the engine no longer has is forgotten', async () => {
    engine.images.clear();
    expect(await collector.removeUnused()).toBe(0);
    expect([...(await engine.pulled.brought()).keys()]).toEqual([]);
  });
});
