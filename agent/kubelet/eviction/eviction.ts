/**
 * Looks every ten seconds whether the node is short of something or a pod uses too much disk, and evicts.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/eviction/eviction_manager.go
 */
import type { Pod } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { PodFailure } from '../spec/pod-failure.ts';
import { hasStorageLimits, storageViolation } from './local-storage.ts';
import { shortageMessage } from './messages.ts';
import { ranked } from './rank.ts';
import {
  lasting,
  type Observation,
  type Pressure,
  type Seen,
  type Shortage,
  seenNow,
  shortagesIn,
} from './thresholds.ts';
import { bytesOf, storageUsage, type UsageParts } from './usage.ts';

export interface EvictionOptions extends UsageParts {
  runtime: Pick<Runtime, 'stats' | 'writtenBytes'>;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  readSignals(): Promise<readonly Observation[]>;
  /** Removes what nobody needs: images and ended containers. */
  reclaim(): Promise<void>;
  /** The pods that run, and those that are being ended. */
  pods: { active(): readonly Pod[]; ending(): boolean; end(podUid: string, failure: PodFailure): void };
  /** The node's conditions have changed. */
  onPressure(shortages: readonly Shortage[]): void;
}

export interface Eviction {
  /** What the node is short of. */
  pressure(): ReadonlySet<Pressure>;
}

const every = 10_000;
const graceSeconds = 1;

const evicted = (message: string): PodFailure => ({ reason: 'Evicted', message, graceSeconds, warns: true });

/** Evicts each pod that uses more disk than it may. Returns whether there was one. */
async function enforceLimits(options: EvictionOptions): Promise<boolean> {
  let found = false;
  for (const pod of options.pods.active().filter(hasStorageLimits)) {
    const message = storageViolation(pod, await storageUsage(options, pod, options.signal));
    if (!message) continue;
    found = true;
    options.pods.end(pod.metadata.uid, evicted(message));
  }
  return found;
}

interface Measured {
  /** Bytes or processes by pod uid. */
  pods: ReadonlyMap<string, number>;
  /** The same by container name, of one pod. */
  containersOf(pod: Pod): ReadonlyMap<string, number>;
}

/** Measures what the engine counts of each container. */
const measureStats = (figure: 'memory' | 'processes') => async (options: EvictionOptions, pods: readonly Pod[]) => {
  const { runtime, cache, signal } = options;
  const used = new Map((await runtime.stats(signal)).map(({ id, [figure]: amount }) => [id, amount]));
  const containersOf = ({ metadata: { uid } }: Pod) =>
    new Map(cache.containers(uid).flatMap(({ id, name }) => (used.has(id) ? [[name, used.get(id) ?? 0]] : [])));
  const total = (pod: Pod) => [...containersOf(pod).values()].reduce((sum, amount) => sum + amount, 0);
  return { pods: new Map(pods.map((pod) => [pod.metadata.uid, total(pod)])), containersOf };
};

async function measureDisk(options: EvictionOptions, pods: readonly Pod[]): Promise<Measured> {
  const usages = new Map<string, Awaited<ReturnType<typeof storageUsage>>>();
  for (const pod of pods) usages.set(pod.metadata.uid, await storageUsage(options, pod, options.signal));
  return {
    pods: new Map([...usages].map(([uid, usage]) => [uid, bytesOf(usage)])),
    containersOf: ({ metadata: { uid } }) => usages.get(uid)?.containers ?? new Map(),
  };
}

/** Whether the node has room again without the end of a pod. As upstream, a failure costs a pod. */
async function madeRoom({ reclaim, readSignals, log, signal }: EvictionOptions, shortage: Shortage): Promise<boolean> {
  if (!shortage.reclaimable) return false;
  try {
    await reclaim();
  } catch (error) {
    signal.throwIfAborted();
    log.warn('Cannot remove what nobody needs', { resource: shortage.resource, error });
  }
  return shortagesIn(await readSignals()).length === 0;
}

const measures: Readonly<Record<Pressure, (options: EvictionOptions, pods: readonly Pod[]) => Promise<Measured>>> = {
  MemoryPressure: measureStats('memory'),
  DiskPressure: measureDisk,
  PIDPressure: measureStats('processes'),
};

/** Evicts one pod; the next look shows whether that was enough. */
async function evictFor(options: EvictionOptions, shortage: Shortage): Promise<void> {
  const pods = options.pods.active();
  const measured = await measures[shortage.pressure](options, pods);
  const [first] = ranked(pods, shortage, measured.pods);
  if (!first) {
    options.log.warn('The node is short of something, and no pod may be evicted', { resource: shortage.resource });
    return;
  }
  const message = shortageMessage(shortage, first, measured.containersOf(first));
  options.pods.end(first.metadata.uid, { ...evicted(message), disrupted: true });
}

/** Starts looking, until the signal aborts. */
export function startEviction(options: EvictionOptions): Eviction {
  const { clock, log, signal } = options;
  let seen: Seen = new Map();

  const look = async (): Promise<void> => {
    const shortages = shortagesIn(await options.readSignals());
    const before = lasting(seen, clock.now() - every);
    seen = seenNow(seen, shortages, clock.now());
    const now = lasting(seen, clock.now());
    if (now.size !== before.size || shortages.some(({ pressure }) => !before.has(pressure))) {
      options.onPressure(shortages);
    }
    if (await enforceLimits(options)) return;
    const [worst] = shortages;
    if (!worst || options.pods.ending() || (await madeRoom(options, worst))) return;
    await evictFor(options, worst);
  };
  const run = async (): Promise<never> => {
    for (;;) {
      await clock.sleep(every, signal);
      try {
        await look();
      } catch (error) {
        signal.throwIfAborted();
        log.warn('Cannot tell whether the node is short of something, will retry', { error });
      }
    }
  };
  run().catch((error) => {
    if (!signal.aborted) log.error('Watching the resources of the node ended', { error });
  });
  return { pressure: () => lasting(seen, clock.now()) };
}
