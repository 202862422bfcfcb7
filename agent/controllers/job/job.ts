/**
 * Runs the pods of jobs to completion.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/job/job_controller.go
 */

import { jobs } from '../../api/batch/job.ts';
import { endOf } from '../../api/batch/job-end.ts';
import { pods } from '../../api/core/pod.ts';
import type { Job, meta, Pod } from '../../api/types.ts';
import { gatherDelay } from '../../client/work-queue.ts';
import type { Context } from '../shared/controller.ts';
import { type Failure, manageOwned, type OwnedObjects } from '../shared/manage-owned.ts';
import { type Controller, defineController } from '../shared/runtime.ts';
import { type Assessment, assess, completionsReached, type Ending, hasReachedCompletions } from './assess.ts';
import { type BackOffRecords, createBackOffRecords } from './back-off-records.ts';
import { isManagedElsewhere } from './managed-by.ts';
import { newPod } from './new-pod.ts';
import { type PodsPlan, planPods } from './plan.ts';
import { trackingFinalizer } from './pod-facts.ts';
import { type Progress, progressOf } from './progress.ts';
import { planSuspension, planTracking, type SuspensionChange, withStart } from './status.ts';
import { removeFinalizers, track } from './track.ts';

type Managed = OwnedObjects<Job, Pod>;

async function carryOut(context: Context, managed: Managed, job: Job, plan: PodsPlan): Promise<Failure | undefined> {
  if (plan.kind === 'create') {
    return managed.create(
      job,
      plan.pods.map((wanted) => newPod(job, wanted)),
    );
  }
  if (plan.kind !== 'delete') return undefined;
  const { error } = plan.forget ? await removeFinalizers(context, plan.pods) : {};
  if (error !== undefined) throw error;
  return managed.remove(job, plan.pods);
}

/** A job ends only once all that it had running is being deleted. */
function endingAfter(job: Job, assessment: Assessment, { active }: Progress): Ending | undefined {
  if (assessment.ending) return active === 0 ? assessment.ending : undefined;
  return hasReachedCompletions(job, assessment.succeeded, active) ? completionsReached : undefined;
}

/** The job with everything in its status but the pods that have ended. */
function withProgress(
  job: Job,
  progress: Progress,
  ends: boolean,
  now: number,
): { job: Job; change: SuspensionChange } {
  const leaves = ends || job.metadata.deletionTimestamp;
  const { status, change } = leaves ? { status: withStart(job, now), change: undefined } : planSuspension(job, now);
  return { job: { ...job, status: { ...status, ...progress } }, change };
}

const nextLook = (plan: PodsPlan, { deadlineIn, ending }: Assessment): { after: number } | undefined => {
  const waits = [plan.kind === 'wait' ? plan.after : undefined, ending ? undefined : deadlineIn];
  const known = waits.filter((wait) => wait !== undefined);
  return known.length > 0 ? { after: Math.max(1, Math.min(...known)) } : undefined;
};

async function reconcileJob(context: Context, job: Job, selector: meta.LabelSelector, records: BackOffRecords) {
  const { recorder } = context;
  const managed = manageOwned(context, jobs, pods, { finalizer: trackingFinalizer });
  const owned = await managed.claim(job, selector);
  const now = context.clock.now();
  const assessment = assess(job, owned, records.of(job), now);
  const plan = planPods(job, owned, assessment, now);
  const failure = await carryOut(context, managed, job, plan);
  const progress = progressOf(owned, plan, managed.of(job));
  const ending = endingAfter(job, assessment, progress);
  const begun = withProgress(job, progress, Boolean(ending ?? assessment.ending), now);
  await track(context, job, owned, planTracking(begun.job, owned, assessment, ending, now), ending, () => {
    records.put(job, assessment.backOff);
    if (begun.change) recorder.event(job, 'Normal', begun.change, `Job ${begun.change.toLowerCase()}`);
  });
  if (failure) throw failure.error;
  return nextLook(plan, assessment);
}

/** Remembers how often the pods of each job have failed: pods that are gone do not tell any more. */
export function jobController(): Controller {
  const records = createBackOffRecords();
  return defineController({
    name: 'job',
    account: 'job-controller',
    component: 'job-controller',
    for: jobs,
    owns: [
      {
        kind: pods,
        selectorOf: ({ spec }) => spec.selector,
        delay: ({ status }) => gatherDelay(status?.active ?? 0),
      },
    ],
    async reconcile(context, key) {
      const job = context.informer(jobs).get(key);
      const selector = job?.spec.selector;
      if (selector && !endOf(job) && !isManagedElsewhere(job)) return reconcileJob(context, job, selector, records);
      records.forget(key);
      return undefined;
    },
  });
}
