/**
 * Deletes jobs some time after they have ended (`ttlSecondsAfterFinished`).
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/ttlafterfinished/ttlafterfinished_controller.go
 */

import { jobs } from '../../api/batch/job.ts';
import { endOf } from '../../api/batch/job-end.ts';
import { isConflict, isNotFound } from '../../api/errors.ts';
import type { Job } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import type { Context } from '../shared/controller.ts';
import { defineController } from '../shared/runtime.ts';

/** When it is to be deleted, in milliseconds since the epoch; undefined where it stays or is being deleted. */
function expiryOf(job: Job): number | undefined {
  const { ttlSecondsAfterFinished: ttl } = job.spec;
  const ended = endOf(job)?.lastTransitionTime;
  if (ttl === undefined || ended === undefined || job.metadata.deletionTimestamp) return undefined;
  return Date.parse(ended) + ttl * 1000;
}

/** The server decides: the time may have been extended just now. */
async function deleteExpired({ client, clock, signal }: Context, { metadata }: Job): Promise<void> {
  const { name, namespace, uid } = metadata;
  const resource = client.resource(jobs);
  try {
    const fresh = await resource.get(name, namespace, signal);
    const expiry = expiryOf(fresh);
    if (fresh.metadata.uid !== uid || expiry === undefined || expiry > clock.now()) return;
    const { resourceVersion } = fresh.metadata;
    const options = { propagationPolicy: 'Foreground', preconditions: { uid, resourceVersion } } as const;
    await resource.delete(name, namespace, options, signal);
  } catch (error) {
    // Somebody else was faster, or has changed the job: its change enqueues the key again.
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

export const ttlAfterFinished = defineController({
  name: 'ttl_jobs_to_delete',
  account: 'ttl-after-finished-controller',
  component: 'ttl-after-finished-controller',
  for: jobs,
  keys: ({ type, object }) => (type !== 'deleted' && expiryOf(object) !== undefined ? [keyOf(object)] : []),
  async reconcile(context, key) {
    const job = context.informer(jobs).get(key);
    const expiry = job && expiryOf(job);
    if (!job || expiry === undefined) return undefined;
    const left = expiry - context.clock.now();
    if (left > 0) return { after: left };
    await deleteExpired(context, job);
    return undefined;
  },
});
