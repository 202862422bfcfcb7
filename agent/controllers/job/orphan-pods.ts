/**
 * Takes the finalizer from pods whose job has ended or is gone, and nobody counts any more.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/job/job_controller.go (syncOrphanPod)
 */

import { jobs } from '../../api/batch/job.ts';
import { endOf } from '../../api/batch/job-end.ts';
import { pods } from '../../api/core/pod.ts';
import { controllerOf } from '../../api/owner.ts';
import type { Pod } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import { type Context, index, watch } from '../shared/controller.ts';
import { byController, controllerIndex } from '../shared/owners.ts';
import { defineController } from '../shared/runtime.ts';
import { isManagedElsewhere } from './managed-by.ts';
import { isTracked } from './pod-facts.ts';
import { removeFinalizers } from './track.ts';

function isForgotten({ informer }: Context, pod: Pod): boolean {
  if (!isTracked(pod)) return false;
  const controller = controllerOf(pod);
  if (!controller) return true;
  if (controller.kind !== jobs.kind || controller.apiVersion !== 'batch/v1') return false;
  const job = informer(jobs).get(`${pod.metadata.namespace}/${controller.name}`);
  if (job?.metadata.uid !== controller.uid) return true;
  return !isManagedElsewhere(job) && endOf(job) !== undefined;
}

export const jobOrphanPods = defineController({
  name: 'job_orphan_pod',
  account: 'job-controller',
  component: 'job-controller',
  for: pods,
  keys: ({ type, object }, context) => (type !== 'deleted' && isForgotten(context, object) ? [keyOf(object)] : []),
  watches: [
    watch(jobs, ({ type, object }, { informer }) => {
      if (type !== 'deleted' && !endOf(object)) return [];
      return informer(pods).byIndex(controllerIndex, object.metadata.uid).filter(isTracked).map(keyOf);
    }),
  ],
  indices: [index(pods, controllerIndex, byController)],
  async reconcile(context, key) {
    const pod = context.informer(pods).get(key);
    if (!pod || !isForgotten(context, pod)) return undefined;
    const { error } = await removeFinalizers(context, [pod]);
    if (error !== undefined) throw error;
    return undefined;
  },
});
