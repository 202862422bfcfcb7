import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cronJobs } from '../../../../../agent/api/batch/cron-job.ts';
import { jobs } from '../../../../../agent/api/batch/job.ts';
import type { batch, Job } from '../../../../../agent/api/types.ts';
import { timestamp } from '../../../../../agent/clock.ts';
import { cronJob } from '../../../../../agent/controllers/cron-job/cron-job.ts';
import { settle } from '../../../../fakes/clock.ts';
import { startWorld, type World } from '../world.ts';

const path = '/apis/batch/v1/namespaces/default';
const merge = { 'content-type': 'application/merge-patch+json' };
const minute = 60_000;
const template = { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'c', image: 'work:1' }] } };
let world: World;

beforeEach(async () => {
  world = await startWorld(() => [cronJob]);
});
afterEach(() => world.close());

const create = (spec: Partial<batch.CronJobSpec> = {}, name = 'tick') =>
  world.api.create(`${path}/cronjobs`, {
    metadata: { name },
    spec: {
      schedule: '* * * * *',
      jobTemplate: { metadata: { labels: { app: 'tick' }, annotations: { note: 'x' } }, spec: { template } },
      ...spec,
    },
  });
const change = (spec: object) => world.api.request('PATCH', `${path}/cronjobs/tick`, { spec }, merge);
const found = () => world.client.resource(cronJobs).get('tick', 'default');
const names = async () => (await world.names(`${path}/jobs`)).join(' ');
const becomeNames = (expected: string) => vi.waitFor(async () => expect(await names()).toBe(expected));
const becomes = (status: object) => vi.waitFor(async () => expect((await found()).status).toMatchObject(status));
/** The names in `status.active`. */
const active = async () => ((await found()).status?.active ?? []).map(({ name }) => name);
const becomeActive = (...expected: string[]) => vi.waitFor(async () => expect(await active()).toEqual(expected));
const events = async () => {
  await settle();
  const { items } = await world.api.list('/api/v1/namespaces/default/events');
  return items.map(({ reason, message }) => `${reason}: ${message}`);
};
const minutes = (count: number) => world.clock.advance(count * minute);
/** The name of the job of a minute after the start of 2026. */
const job = (index: number) => `tick-${Date.UTC(2026, 0, 1) / minute + index}`;

/** Ends a job in the job controller's place. */
async function end(name: string, how: 'Complete' | 'Failed'): Promise<Job> {
  const resource = world.client.resource(jobs);
  const known = await resource.get(name, 'default');
  const time = timestamp(world.clock.now());
  const interim = how === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
  const conditions = [interim, how].map((type) => ({ type, status: 'True', lastTransitionTime: time }));
  const status = { startTime: time, conditions, ...(how === 'Complete' ? { completionTime: time } : {}) };
  return resource.updateStatus({ ...known, status });
}

describe('a cron job', () => {
  it('starts a job each minute, named by the minute, and notes it', async () => {
    await create();
    await world.clock.advance(minute - 1);
    expect(await names()).toBe('');
    await world.clock.advance(101);
    await becomeNames(job(1));
    await becomes({ lastScheduleTime: '2026-01-01T00:01:00Z', active: [{ kind: 'Job', apiVersion: 'batch/v1' }] });
    const { metadata } = await world.client.resource(jobs).get(job(1), 'default');
    expect(metadata).toMatchObject({
      labels: { app: 'tick' },
      annotations: { note: 'x', 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T00:01:00Z' },
      ownerReferences: [{ kind: 'CronJob', name: 'tick', controller: true, blockOwnerDeletion: true }],
    });
    await minutes(1);
    await becomeActive(job(1), job(2));
    expect(await events()).toEqual([
      `SuccessfulCreate: Created job ${job(1)}`,
      `SuccessfulCreate: Created job ${job(2)}`,
    ]);
  });

  it('sees its jobs end, and keeps the last of them', async () => {
    await create({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 });
    for (const index of [1, 2]) {
      await minutes(1.01);
      await becomeActive(job(index));
      await end(job(index), 'Complete');
      await becomes({ lastSuccessfulTime: timestamp(world.clock.now()) });
      await becomeActive();
    }
    await becomeNames(job(2));
    await minutes(1);
    await becomeActive(job(3));
    await end(job(3), 'Failed');
    await becomeNames(job(2));
    expect(await events()).toEqual(
      expect.arrayContaining([
        `SawCompletedJob: Saw completed job: ${job(1)}, condition: Complete`,
        `SuccessfulDelete: Deleted job ${job(1)}`,
        `SawCompletedJob: Saw completed job: ${job(3)}, condition: Failed`,
        `SuccessfulDelete: Deleted job ${job(3)}`,
      ]),
    );
  });

  it('that forbids concurrency waits until the last job has ended', async () => {
    await create({ concurrencyPolicy: 'Forbid' });
    await minutes(1.01);
    await becomeActive(job(1));
    await minutes(2);
    await becomeNames(job(1));
    expect(await events()).toContain(
      'JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid',
    );
    await end(job(1), 'Complete');
    await becomeActive(job(3));
  });

  it('that replaces deletes the job that still runs', async () => {
    await create({ concurrencyPolicy: 'Replace' });
    await minutes(1.01);
    await becomeActive(job(1));
    await minutes(1);
    await becomeActive(job(2));
    await becomeNames(job(2));
    expect(await events()).toEqual([
      `SuccessfulCreate: Created job ${job(1)}`,
      `SuccessfulDelete: Deleted job ${job(1)}`,
      `SuccessfulCreate: Created job ${job(2)}`,
    ]);
  });

  it('starts none while it is suspended, and the last one that it missed afterwards', async () => {
    await create({ suspend: true });
    await minutes(5.5);
    expect(await names()).toBe('');
    await change({ suspend: false });
    await becomeNames(job(5));
  });

  it('gives up what it missed by more than its deadline', async () => {
    await create({ schedule: '@hourly', startingDeadlineSeconds: 30, suspend: true });
    await minutes(61);
    await change({ suspend: false });
    await minutes(1);
    expect(await names()).toBe('');
    await minutes(58.1);
    await becomeNames(job(120));
  });

  it('warns where it has missed more than a hundred starts, and makes the last one', async () => {
    await create({ suspend: true });
    await minutes(102.5);
    await change({ suspend: false });
    await becomeNames(job(102));
    expect(await events()).toContain(
      'TooManyMissedTimes: too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
    );
  });

  it('follows a clock in another time zone', async () => {
    await create({ schedule: '0 9 * * *', timeZone: 'Asia/Kolkata' });
    await minutes(3 * 60 + 31);
    await becomeNames(job(3 * 60 + 30));
    const { metadata } = await world.client.resource(jobs).get(job(3 * 60 + 30), 'default');
    expect(metadata.annotations).toMatchObject({
      'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T09:00:00+05:30',
    });
  });

  it('follows a new schedule from its next time on', async () => {
    await create({ schedule: '@monthly' });
    await minutes(90);
    await change({ schedule: '@hourly' });
    await minutes(29);
    expect(await names()).toBe('');
    await minutes(1.1);
    await becomeNames(job(120));
  });

  it('tells of jobs that it did not start, and of such that went missing', async () => {
    const { metadata } = await create();
    const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', uid: metadata.uid, controller: true };
    await world.api.create(`${path}/jobs`, {
      metadata: { name: 'manual', ownerReferences: [owner] },
      spec: { template },
    });
    await vi.waitFor(async () =>
      expect(await events()).toContain('UnexpectedJob: Saw a job that the controller did not create or forgot: manual'),
    );
    await minutes(1.01);
    await becomeActive(job(1));
    await world.api.request('DELETE', `${path}/jobs/${job(1)}`, { propagationPolicy: 'Background' });
    await becomeActive();
    expect(await events()).toContain(`MissingJob: Active job went missing: ${job(1)}`);
  });

  it('notes a job that it made before it crashed', async () => {
    await create();
    world.broken.path = /cronjobs\/tick\/status/;
    await minutes(1.01);
    await becomeNames(job(1));
    expect(await active()).toEqual([]);
    world.restart();
    world.broken.path = undefined;
    await becomeActive(job(1));
    await becomeNames(job(1));
  });

  it('says why it cannot make a job', async () => {
    world.broken.path = /\/jobs$/;
    await create();
    await minutes(1.01);
    await vi.waitFor(async () =>
      expect(await events()).toContainEqual(expect.stringMatching(/^FailedCreate: Error creating job: /)),
    );
    world.broken.path = undefined;
    await minutes(0.5);
    await becomeActive(job(1));
  });
});
