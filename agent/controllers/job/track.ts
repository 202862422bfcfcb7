/** Carries out what `status.ts` plans: writes statuses, and takes finalizers from pods in between. */
import { jobs } from '../../api/batch/job.ts';
import { pods } from '../../api/core/pod.ts';
import { isNotFound } from '../../api/errors.ts';
import { mediaType } from '../../api/media-types.ts';
import type { Job, Pod } from '../../api/types.ts';
import { isSame } from '../../api/validation/same.ts';
import type { Context } from '../shared/controller.ts';
import { withoutZeros } from '../shared/counts.ts';
import type { Ending } from './assess.ts';
import { isTracked, trackingFinalizer } from './pod-facts.ts';
import { type JobStatus, planEnd, settle, type Tracking } from './status.ts';

async function removeFinalizer({ client, informer, signal }: Context, pod: Pod): Promise<void> {
  if (!isTracked(pod)) return;
  const { name, namespace, uid } = pod.metadata;
  const patch = { metadata: { uid, '$deleteFromPrimitiveList/finalizers': [trackingFinalizer] } };
  try {
    const type = mediaType.strategicMergePatch;
    const written = await client.resource(pods).patch(name, namespace, type, patch, {}, signal);
    await informer(pods).caughtUp(written, signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await informer(pods).seenDeleted(pod, signal);
  }
}

/** Resolves with the pods that have none any more, and with the first error. */
export async function removeFinalizers(
  context: Context,
  tracked: readonly Pod[],
): Promise<{ released: Set<Pod>; error?: unknown }> {
  const results = await Promise.allSettled(tracked.map((pod) => removeFinalizer(context, pod)));
  const released = new Set(tracked.filter((_, index) => results[index]?.status === 'fulfilled'));
  const failed = results.find((result) => result.status === 'rejected');
  return { released, ...(failed ? { error: failed.reason } : {}) };
}

/** Writes a status if it differs from the last one. */
function statusWriter({ client, informer, signal }: Context, job: Job) {
  let current = job;
  return async (status: JobStatus): Promise<void> => {
    const { completedIndexes, ...counted } = withoutZeros(status, ['ready', 'terminating']);
    const next = completedIndexes ? { ...counted, completedIndexes } : counted;
    if (isSame(current.status, next)) return;
    current = await client.resource(jobs).updateStatus({ ...current, status: next }, signal);
    await informer(jobs).caughtUp(current, signal);
  };
}

function reportEnd({ recorder }: Context, job: Job, { type, reason, message }: Ending, { succeeded = 0 }: JobStatus) {
  if (type === 'FailureTarget') {
    recorder.event(job, 'Warning', reason, message);
    return;
  }
  if (job.spec.completions !== undefined && succeeded > job.spec.completions) {
    const many = 'Too many succeeded pods running after completion count reached';
    recorder.event(job, 'Warning', 'TooManySucceededPods', many);
  }
  recorder.event(job, 'Normal', 'Completed', 'Job completed');
}

/** `written` is called once the first status is there. Rejects if a finalizer could not be removed. */
export async function track(
  context: Context,
  job: Job,
  owned: readonly Pod[],
  { status, release, more }: Tracking,
  ending: Ending | undefined,
  written: () => void,
): Promise<void> {
  const write = statusWriter(context, job);
  await write(status);
  written();
  const { released, error } = await removeFinalizers(context, release);
  const settled = settle(
    status,
    owned.filter((pod) => !released.has(pod)),
  );
  const end = ending && !more && error === undefined ? planEnd(settled, ending, context.clock.now()) : undefined;
  await write(end ?? settled);
  if (error !== undefined) throw error;
  if (ending && end) reportEnd(context, job, ending, end);
}
