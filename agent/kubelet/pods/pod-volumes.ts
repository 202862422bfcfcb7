/** Prepares the volumes and files of a pod before its first container starts, and updates them while it runs. */
import { messageOf } from '../../api/errors.ts';
import { quantityValue } from '../../api/quantity.ts';
import { nodeIPsOf } from '../../node-config.ts';
import type { FieldFacts } from '../spec/downward-api.ts';
import { VolumeError } from '../volumes/volume-error.ts';
import { podAnnouncer } from './events.ts';
import type { PodMemory, VolumeMemory } from './memory.ts';
import type { FailureReporter, VolumePreparer } from './parts.ts';
import { writePodFiles } from './start-sandbox.ts';

/**
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/util/goroutinemap/exponentialbackoff/exponential_backoff.go
 */
const firstRetry = 500;
const longestRetry = 122_000;

export const factsOf = (parts: Pick<VolumePreparer, 'config' | 'node'>, memory: PodMemory): FieldFacts => ({
  hostIPs: nodeIPsOf(parts.config),
  podIPs: memory.sandbox.ips ?? [],
  capacity: {
    ...parts.config.capacity,
    storage: quantityValue(parts.node()?.status?.allocatable?.['ephemeral-storage']),
  },
});

/** The delay before the next preparation, in milliseconds after the last failure. */
export const volumeRetry = ({ failures }: VolumeMemory): number =>
  Math.min(firstRetry * 2 ** Math.max(failures - 1, 0), longestRetry);

function prepare(parts: VolumePreparer, memory: PodMemory): Promise<void> {
  memory.volumes.stale = false;
  const prepared = Promise.all([
    writePodFiles(parts, memory.pod, memory.sandbox.ips ?? []),
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

/**
 * Reports and counts a failed preparation once, even if several containers wait for it. Volumes that were complete
 * before stay in use, and are updated later.
 */
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

/** Waits for the volumes before a container starts. Throws `VolumeError`. */
export async function readyVolumes(parts: VolumePreparer, memory: PodMemory): Promise<void> {
  const attempt = memory.volumes.stale || !memory.volumes.attempt ? prepare(parts, memory) : memory.volumes.attempt;
  try {
    await attempt;
  } catch (error) {
    failed(parts, memory, attempt, error);
    if (!memory.volumes.made) throw new VolumeError((error as Error).message, { cause: error });
  }
}

/** Updates stale volumes, one preparation at a time. What becomes stale during one is prepared by the next pass. */
export function keepVolumes(parts: VolumePreparer, memory: PodMemory): void {
  if (!memory.volumes.stale || !memory.volumes.attempt || memory.pod.metadata.deletionTimestamp) return;
  const attempt = prepare(parts, memory);
  attempt.catch((error) => failed(parts, memory, attempt, error));
}
