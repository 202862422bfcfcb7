/** The volumes of a pod and the files that are made with them: there before its first container, current while it runs. */
import { quantityValue } from '../../api/quantity.ts';
import type { KubeletDeps } from '../deps.ts';
import type { FieldFacts } from '../spec/downward-api.ts';
import { VolumeError } from '../volumes/volume-error.ts';
import { podAnnouncer } from './events.ts';
import type { PodMemory } from './memory.ts';
import { writePodFiles } from './start-sandbox.ts';

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/util/goroutinemap/exponentialbackoff/exponential_backoff.go */
const firstRetry = 500;
const longestRetry = 122_000;

export const factsOf = (deps: KubeletDeps, memory: PodMemory): FieldFacts => ({
  hostIP: deps.config.nodeIP,
  podIP: memory.ip ?? '',
  capacity: {
    ...deps.config.capacity,
    storage: quantityValue(deps.node()?.status?.allocatable?.['ephemeral-storage']),
  },
});

/** In milliseconds, after the failure that was counted last. */
export const volumeRetry = ({ volumeFailures }: PodMemory): number =>
  Math.min(firstRetry * 2 ** Math.max(volumeFailures - 1, 0), longestRetry);

function prepare(deps: KubeletDeps, memory: PodMemory): Promise<void> {
  memory.volumesStale = false;
  const prepared = Promise.all([
    writePodFiles(deps, memory.pod, memory.ip ?? ''),
    deps.volumes.prepare(memory.pod, {
      objects: deps.objects,
      facts: factsOf(deps, memory),
      issueToken: deps.tokens.issue,
    }),
  ]).then(() => {
    memory.volumesMade = true;
    memory.volumeFailures = 0;
  });
  memory.volumes = prepared;
  return prepared;
}

/** Told and counted once, however many wait for it. What was there before it stays, and is brought up to date later. */
function failed(deps: KubeletDeps, memory: PodMemory, attempt: Promise<void>, error: unknown): void {
  if (memory.volumes !== attempt) return;
  memory.volumeFailures += 1;
  podAnnouncer(deps.recorder, memory)('Warning', 'FailedMount', error instanceof Error ? error.message : String(error));
  memory.volumes = memory.volumesMade ? Promise.resolve() : undefined;
  if (!memory.volumesMade) return;
  deps.clock.after(volumeRetry(memory), () => {
    memory.volumesStale = true;
    deps.cache.touch(memory.uid);
  });
}

/** Before a container starts. Throws `VolumeError`. */
export async function readyVolumes(deps: KubeletDeps, memory: PodMemory): Promise<void> {
  const attempt = memory.volumesStale || !memory.volumes ? prepare(deps, memory) : memory.volumes;
  try {
    await attempt;
  } catch (error) {
    failed(deps, memory, attempt, error);
    if (!memory.volumesMade) throw new VolumeError((error as Error).message, { cause: error });
  }
}

/** One preparation at a time; what became stale meanwhile is prepared again by the next pass. */
export function keepVolumes(deps: KubeletDeps, memory: PodMemory): void {
  if (!memory.volumesStale || !memory.volumes || memory.pod.metadata.deletionTimestamp) return;
  const attempt = prepare(deps, memory);
  attempt.catch((error) => failed(deps, memory, attempt, error));
}
