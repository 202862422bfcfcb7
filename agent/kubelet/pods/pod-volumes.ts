/** The volumes of a pod and the files that are made with them: there before its first container, current while it runs. */
import { messageOf } from '../../api/errors.ts';
import { quantityValue } from '../../api/quantity.ts';
import type { FieldFacts } from '../spec/downward-api.ts';
import { VolumeError } from '../volumes/volume-error.ts';
import { podAnnouncer } from './events.ts';
import type { PodMemory, VolumeMemory } from './memory.ts';
import type { FailureReporter, VolumePreparer } from './parts.ts';
import { writePodFiles } from './start-sandbox.ts';

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/util/goroutinemap/exponentialbackoff/exponential_backoff.go */
const firstRetry = 500;
const longestRetry = 122_000;

export const factsOf = (parts: Pick<VolumePreparer, 'config' | 'node'>, memory: PodMemory): FieldFacts => ({
  hostIP: parts.config.nodeIP,
  podIP: memory.sandbox.ip ?? '',
  capacity: {
    ...parts.config.capacity,
    storage: quantityValue(parts.node()?.status?.allocatable?.['ephemeral-storage']),
  },
});

/** In milliseconds, after the failure that was counted last. */
export const volumeRetry = ({ failures }: VolumeMemory): number =>
  Math.min(firstRetry * 2 ** Math.max(failures - 1, 0), longestRetry);

function prepare(parts: VolumePreparer, memory: PodMemory): Promise<void> {
  memory.volumes.stale = false;
  const prepared = Promise.all([
    writePodFiles(parts, memory.pod, memory.sandbox.ip ?? ''),
    parts.volumes.prepare(memory.pod, {
      objects: parts.objects,
      facts: factsOf(parts, memory),
      issueToken: parts.tokens.issue,
    }),
  ]).then(() => {
    memory.volumes.made = true;
    memory.volumes.failures = 0;
  });
  memory.volumes.attempt = prepared;
  return prepared;
}

/** Told and counted once, however many wait for it. What was there before it stays, and is brought up to date later. */
function failed(parts: FailureReporter, memory: PodMemory, attempt: Promise<void>, error: unknown): void {
  if (memory.volumes.attempt !== attempt) return;
  memory.volumes.failures += 1;
  podAnnouncer(parts.recorder, memory)('Warning', 'FailedMount', messageOf(error));
  memory.volumes.attempt = memory.volumes.made ? Promise.resolve() : undefined;
  if (!memory.volumes.made) return;
  parts.clock.after(volumeRetry(memory.volumes), () => {
    memory.volumes.stale = true;
    parts.cache.touch(memory.uid);
  });
}

/** Before a container starts. Throws `VolumeError`. */
export async function readyVolumes(parts: VolumePreparer, memory: PodMemory): Promise<void> {
  const attempt = memory.volumes.stale || !memory.volumes.attempt ? prepare(parts, memory) : memory.volumes.attempt;
  try {
    await attempt;
  } catch (error) {
    failed(parts, memory, attempt, error);
    if (!memory.volumes.made) throw new VolumeError((error as Error).message, { cause: error });
  }
}

/** One preparation at a time; what became stale meanwhile is prepared again by the next pass. */
export function keepVolumes(parts: VolumePreparer, memory: PodMemory): void {
  if (!memory.volumes.stale || !memory.volumes.attempt || memory.pod.metadata.deletionTimestamp) return;
  const attempt = prepare(parts, memory);
  attempt.catch((error) => failed(parts, memory, attempt, error));
}
