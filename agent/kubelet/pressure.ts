/** What a node does when it is short of something: removes what nobody needs, then ends pods. */
import type { Pod } from '../api/types.ts';
import { type Eviction, startEviction } from './eviction/eviction.ts';
import { type ImageCollector, startImageCollector } from './images/collect-images.ts';
import type { PulledImages } from './images/pulled-images.ts';
import { recordNodeWarning, recordShortage } from './node/node-events.ts';
import type { KubeletPlatform } from './platform.ts';
import type { PodManager } from './pods/manager.ts';
import type { PodParts } from './pods/parts.ts';
import type { RuntimeCache } from './runtime/cache.ts';
import { allContainersOf } from './spec/containers.ts';

interface NodeParts extends Pick<PodParts, 'config' | 'clock' | 'log' | 'recorder' | 'signal'> {
  platform: KubeletPlatform;
  /** This node's data volume as this process sees it. */
  dataFolder: string;
}

/** Bytes of memory that the node's pods and its agent use. */
async function podsUse({ platform, signal }: NodeParts): Promise<number> {
  const [own, stats] = await Promise.all([platform.ownUsage(), platform.runtime.stats(signal)]);
  return stats.reduce((sum, { memory }) => sum + memory, own.memory);
}

/** The images that a pod runs and mounts. */
const imagesOf = (pod: Pod): string[] => [
  ...allContainersOf(pod).flatMap(({ image }) => (image ? [image] : [])),
  ...(pod.spec.volumes ?? []).flatMap(({ image }) => (image?.reference ? [image.reference] : [])),
];

interface CollectorParts {
  pulled: PulledImages;
  manager(): PodManager | undefined;
}

/** Undefined on a platform that keeps no images. */
export function collectImages(options: NodeParts, { pulled, manager }: CollectorParts): ImageCollector | undefined {
  const { config, clock, log, recorder, platform, dataFolder, signal } = options;
  const { runtime, readImageDisk } = platform;
  if (!readImageDisk) return undefined;
  return startImageCollector({
    runtime,
    pulled,
    readDisk: () => readImageDisk(dataFolder),
    podImages: () => (manager()?.active() ?? []).flatMap(imagesOf),
    warn: (reason, message) => recordNodeWarning(recorder, config.nodeName, reason, message),
    clock,
    log,
    signal,
  });
}

interface PressureParts {
  cache: RuntimeCache;
  volumes: PodParts['volumes'];
  collector: ImageCollector | undefined;
  manager(): PodManager | undefined;
  onHealth(): void;
}

/** Evicts pods while the node is short of memory, disk or processes, and says so of the node. */
export function watchPressure(
  options: NodeParts,
  { cache, volumes, collector, manager, onHealth }: PressureParts,
): Eviction {
  const { config, clock, log, recorder, platform, dataFolder, signal } = options;
  return startEviction({
    clock,
    log,
    signal,
    runtime: platform.runtime,
    cache,
    volumes,
    readSignals: () => platform.readSignals({ dataFolder, capacity: config.capacity, podsUse: () => podsUse(options) }),
    async reclaim() {
      await manager()?.removeEnded();
      await collector?.removeUnused();
    },
    pods: {
      active: () => manager()?.active() ?? [],
      ending: () => manager()?.ending() ?? false,
      end: (uid, failure) => manager()?.end(uid, failure),
    },
    onPressure(shortages) {
      for (const resource of new Set(shortages.map((each) => each.resource))) {
        recordShortage(recorder, config.nodeName, resource);
      }
      onHealth();
    },
  });
}
