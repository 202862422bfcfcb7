/**
 * Starts jobs at times.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/cronjob/cronjob_controllerv2.go
 */
import { cronJobs } from '../../api/batch/cron-job.ts';
import { jobs } from '../../api/batch/job.ts';
import { isAlreadyExists, isNamespaceTerminating, isNotFound, messageOf } from '../../api/errors.ts';
import { controllerOf } from '../../api/owner.ts';
import type { CronJob, Job } from '../../api/types.ts';
import { isSame } from '../../api/validation/same.ts';
import { type InformerChange, keyOf } from '../../client/informer.ts';
import { referenceTo } from '../../client/recorder.ts';
import { timestamp } from '../../clock.ts';
import type { Context, Request } from '../shared/controller.ts';
import { controllerIndex } from '../shared/owners.ts';
import { defineController } from '../shared/runtime.ts';
import { newJob, planStart, untilScheduled } from './plan.ts';
import { type CronJobStatus, type Note, outdated, review, withoutActive } from './review.ts';

/** Rejects if the job could not be deleted, once an event says so. */
async function deleteJob({ client, informer, recorder, signal }: Context, cronJob: CronJob, job: Job): Promise<void> {
  const { name, namespace, uid } = job.metadata;
  const options = { propagationPolicy: 'Background', preconditions: { uid } } as const;
  try {
    await client.resource(jobs).delete(name, namespace, options, signal);
    recorder.event(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
  } catch (error) {
    if (!isNotFound(error)) {
      recorder.event(cronJob, 'Warning', 'FailedDelete', `Deleted job: ${messageOf(error)}`);
      throw error;
    }
  }
  await informer(jobs).seenDeleted(job, signal);
}

/** The job of this start: made now, or earlier by a controller that did not get to note it. */
async function makeJob(context: Context, cronJob: CronJob, time: number): Promise<Job | undefined> {
  const { client, informer, recorder, signal } = context;
  const draft = newJob(cronJob, time);
  const resource = client.resource(jobs);
  try {
    const created = await resource.create(draft, signal);
    recorder.event(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${created.metadata.name}`);
    await informer(jobs).caughtUp(created, signal);
    return created;
  } catch (error) {
    if (!isAlreadyExists(error)) {
      const message = `Error creating job: ${messageOf(error)}`;
      if (!isNamespaceTerminating(error)) recorder.event(cronJob, 'Warning', 'FailedCreate', message);
      throw error;
    }
    const known = await resource.get(draft.metadata.name ?? '', draft.metadata.namespace, signal);
    return controllerOf(known)?.uid === cronJob.metadata.uid ? known : undefined;
  }
}

/** Of jobs that must not run beside the new one. */
async function replace(context: Context, cronJob: CronJob, status: CronJobStatus): Promise<CronJobStatus> {
  if (cronJob.spec.concurrencyPolicy !== 'Replace') return status;
  const uids = new Set((status.active ?? []).map(({ uid }) => uid ?? ''));
  const owned = context.informer(jobs).byIndex(controllerIndex, cronJob.metadata.uid);
  for (const job of owned.filter(({ metadata }) => uids.has(metadata.uid))) await deleteJob(context, cronJob, job);
  return withoutActive(status, uids);
}

/** `status` is how far it came where there is an `error`. */
interface Outcome {
  status: CronJobStatus;
  error?: unknown;
}

async function start(context: Context, cronJob: CronJob, status: CronJobStatus, time: number): Promise<Outcome> {
  let left = status;
  try {
    left = await replace(context, cronJob, status);
    const job = await makeJob(context, cronJob, time);
    if (!job) return { status: left };
    const active = [...(left.active ?? []), referenceTo(job)];
    return { status: { ...left, active, lastScheduleTime: timestamp(time) } };
  } catch (error) {
    return { status: left, error };
  }
}

async function writeStatus({ client, informer, signal }: Context, cronJob: CronJob, status: CronJobStatus) {
  if (isSame(cronJob.status, status)) return;
  const written = await client.resource(cronJobs).updateStatus({ ...cronJob, status }, signal);
  await informer(cronJobs).caughtUp(written, signal);
}

async function deleteOutdated(context: Context, cronJob: CronJob, owned: readonly Job[]): Promise<unknown> {
  const old = outdated(cronJob, owned).filter(({ metadata }) => !metadata.deletionTimestamp);
  const results = await Promise.allSettled(old.map((job) => deleteJob(context, cronJob, job)));
  return results.find((result) => result.status === 'rejected')?.reason;
}

/** A new schedule counts from its next time on; any other change is looked at now. */
function keys({ object, old }: InformerChange<CronJob>, { clock }: Context): Request[] {
  const key = keyOf(object);
  const isRescheduled =
    old && (old.spec.schedule !== object.spec.schedule || old.spec.timeZone !== object.spec.timeZone);
  if (!isRescheduled) return [key];
  const after = untilScheduled(object, clock.now());
  return after === undefined ? [] : [{ key, after }];
}

export const cronJob = defineController({
  name: 'cronjob',
  account: 'cronjob-controller',
  component: 'cronjob-controller',
  for: cronJobs,
  keys,
  owns: [{ kind: jobs }],
  async reconcile(context, key) {
    const found = context.informer(cronJobs).get(key);
    if (!found) return undefined;
    const tell = ({ type, reason, message }: Note) => context.recorder.event(found, type, reason, message);
    const owned = context.informer(jobs).byIndex(controllerIndex, found.metadata.uid);
    const failure = await deleteOutdated(context, found, owned);
    const reviewed = review(found, owned);
    const plan = planStart(found, reviewed.status, context.clock.now());
    for (const note of [...reviewed.notes, ...plan.notes]) tell(note);
    const { status } = reviewed;
    const outcome: Outcome = plan.start === undefined ? { status } : await start(context, found, status, plan.start);
    await writeStatus(context, found, outcome.status);
    const error = outcome.error ?? failure;
    if (error !== undefined) throw error;
    return plan.after === undefined ? undefined : { after: plan.after };
  },
});
