import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Pod } from '../../../../../agent/api/types.ts';
import { complete, failed, type JobWorld, jobsPath, merge, podsPath, startJobWorld } from './job-world.ts';

let world: JobWorld;
beforeEach(async () => {
  world = await startJobWorld();
});
afterEach(() => world.close());

const tracking = 'batch.kubernetes.io/job-tracking';
const ended = (expected: string[]) => vi.waitFor(async () => expect(await world.conditions()).toEqual(expected));
const first = ([pod]: Pod[]): Pod => pod as Pod;
const inTenSeconds = () => world.clock.advance(10_000);

describe('a job', () => {
  it('runs one pod to completion, and lets it go once it is counted', async () => {
    await world.create({});
    const pod = first(await world.active(1));
    expect(pod.metadata).toMatchObject({
      generateName: 'work-',
      finalizers: [tracking],
      labels: { 'batch.kubernetes.io/job-name': 'work', 'job-name': 'work' },
      ownerReferences: [{ kind: 'Job', name: 'work', controller: true, blockOwnerDeletion: true }],
    });
    await world.becomes({ status: { active: 1, ready: 0, terminating: 0, startTime: '2026-01-01T00:00:00Z' } });
    await world.run(pod);
    await world.becomes({ status: { active: 1, ready: 1 } });
    await world.succeed(pod);
    await ended(complete());
    const { status } = await world.job();
    expect(status).toMatchObject({ succeeded: 1, ready: 0, terminating: 0, completionTime: '2026-01-01T00:00:00Z' });
    expect(status).toMatchObject({ uncountedTerminatedPods: {} });
    expect(status).not.toHaveProperty('active');
    expect((await world.pods()).map(({ metadata }) => metadata.finalizers)).toEqual([undefined]);
    expect(await world.events()).toEqual([
      `SuccessfulCreate: Created pod: ${pod.metadata.name}`,
      'Completed: Job completed',
    ]);
  });

  it('runs as many pods at a time as its parallelism, and no more than are left to succeed', async () => {
    await world.create({ completions: 5, parallelism: 3 });
    const [one, two] = await world.active(3);
    await world.succeed(one as Pod);
    await world.succeed(two as Pod);
    await world.becomes({ status: { active: 3, succeeded: 2 } });
    await world.succeed(first(await world.active(3)));
    await world.becomes({ status: { active: 2, succeeded: 3 } });
    for (const pod of await world.active(2)) await world.succeed(pod);
    await ended(complete());
    expect(await world.job()).toMatchObject({ status: { succeeded: 5 } });
  });

  it('without completions ends when one pod has succeeded and the others have ended', async () => {
    await world.create({ parallelism: 2 });
    const [one, two] = (await world.active(2)) as [Pod, Pod];
    await world.succeed(one);
    await world.becomes({ status: { active: 1, succeeded: 1 } });
    await world.fail(two);
    await ended(complete());
    expect(await world.job()).toMatchObject({ status: { succeeded: 1, failed: 1 } });
  });

  it('follows changes of its parallelism, and pods that it deletes for that do not count as failed', async () => {
    await world.create({ completions: 4, parallelism: 3 });
    await world.active(3);
    await world.change({ parallelism: 1 });
    await world.becomes({ status: { active: 1 } });
    await world.change({ parallelism: 0 });
    await world.active(0);
    await world.change({ parallelism: 2 });
    await world.active(2);
    await world.becomes({ status: { active: 2 } });
    expect((await world.job()).status).not.toHaveProperty('failed');
  });

  it('replaces failed pods after 10 s, 20 s and 40 s, and gives up at its limit', async () => {
    await world.create({ backoffLimit: 2 });
    await world.fail(first(await world.active(1)));
    await world.becomes({ status: { failed: 1 } });
    await world.clock.advance(9_000);
    await world.active(0);
    await world.clock.advance(1_000);
    await world.fail(first(await world.active(1)));
    await world.becomes({ status: { failed: 2 } });
    await world.clock.advance(19_000);
    await world.active(0);
    await world.clock.advance(1_000);
    await world.fail(first(await world.active(1)));
    await ended(failed('BackoffLimitExceeded'));
    expect((await world.job()).status).toMatchObject({ failed: 3 });
    expect(await world.events()).toContain('BackoffLimitExceeded: Job has reached the specified backoff limit');
  });

  it('a new controller waits as the last one did, and counts no pod twice', async () => {
    await world.create({ backoffLimit: 3 });
    await world.fail(first(await world.active(1)));
    await world.becomes({ status: { failed: 1 } });
    await inTenSeconds();
    await world.fail(first(await world.active(1)));
    await world.becomes({ status: { failed: 2 } });
    world.restart();
    await inTenSeconds();
    await world.active(0);
    await inTenSeconds();
    await world.active(1);
    await world.becomes({ status: { failed: 2, active: 1 } });
  });

  it('goes on where a crash left it between writing a pod down and counting it', async () => {
    await world.create({ completions: 2, parallelism: 2 });
    const [one] = (await world.active(2)) as [Pod, Pod];
    await world.becomes({ status: { active: 2 } });
    world.broken.path = /pods\/work-/;
    await world.succeed(one);
    await world.becomes({ status: { uncountedTerminatedPods: { succeeded: [one.metadata.uid] } } });
    expect((await world.job()).status).not.toHaveProperty('succeeded');
    world.restart();
    world.broken.path = undefined;
    await world.clock.advance(1_000);
    await world.becomes({ status: { succeeded: 1, active: 1, uncountedTerminatedPods: {} } });
  });

  it('counts a pod that somebody deletes as failed', async () => {
    await world.create({ backoffLimit: 0 });
    const pod = first(await world.active(1));
    await world.api.request('DELETE', `${podsPath}/${pod.metadata.name}`);
    await ended(failed('BackoffLimitExceeded'));
    expect(await world.job()).toMatchObject({ status: { failed: 1 } });
  });

  it('ends at its deadline, and says so only when its pods are gone', async () => {
    await world.create({ activeDeadlineSeconds: 30 });
    const pod = await world.hold(first(await world.active(1)));
    await world.clock.advance(30_000);
    await ended(['FailureTarget=True DeadlineExceeded']);
    await world.becomes({ status: { terminating: 1, failed: 1, ready: 0 } });
    await world.letGo(pod);
    await ended(failed('DeadlineExceeded'));
    await world.becomes({ status: { terminating: 0, failed: 1 } });
    expect(await world.events()).toContain('DeadlineExceeded: Job was active longer than specified deadline');
  });

  it('deletes its pods while it is suspended, and starts anew when resumed', async () => {
    await world.create({ activeDeadlineSeconds: 30 });
    const pod = first(await world.active(1));
    await world.clock.advance(20_000);
    await world.change({ suspend: true });
    await vi.waitFor(async () => expect(await world.conditions()).toEqual(['Suspended=True JobSuspended']));
    expect(await world.pods()).toEqual([]);
    expect((await world.job()).status).not.toHaveProperty('startTime');
    await world.clock.advance(20_000);
    await world.change({ suspend: false });
    await world.active(1);
    await world.becomes({ status: { active: 1, startTime: '2026-01-01T00:00:40Z' } });
    expect(await world.conditions()).toEqual(['Suspended=False JobResumed']);
    expect((await world.job()).status).not.toHaveProperty('failed');
    expect(await world.events()).toEqual([
      `SuccessfulCreate: Created pod: ${pod.metadata.name}`,
      `SuccessfulDelete: Deleted pod: ${pod.metadata.name}`,
      'Suspended: Job suspended',
      expect.stringMatching(/^SuccessfulCreate: Created pod: work-/),
      'Resumed: Job resumed',
    ]);
  });

  it('made suspended has no pods and no start', async () => {
    await world.create({ suspend: true });
    await vi.waitFor(async () => expect(await world.conditions()).toEqual(['Suspended=True JobSuspended']));
    expect(await world.pods()).toEqual([]);
    expect((await world.job()).status).not.toHaveProperty('startTime');
  });

  it('is left alone where another controller manages it', async () => {
    await world.create({ managedBy: 'example.com/queue' }, 'theirs');
    await world.create({ managedBy: 'kubernetes.io/job-controller' });
    await world.active(1);
    expect((await world.job('theirs')).status).toEqual({});
  });

  it('adopts pods that match and releases those that do not', async () => {
    await world.create({ parallelism: 2, completions: 2 });
    const [one] = (await world.active(2)) as [Pod, Pod];
    const path = `${podsPath}/${one.metadata.name}`;
    await world.api.request('PATCH', path, { metadata: { ownerReferences: null, finalizers: null } }, merge);
    await vi.waitFor(async () =>
      expect((await world.api.get(path)).metadata).toMatchObject({
        ownerReferences: [{ kind: 'Job', name: 'work' }],
        finalizers: [tracking],
      }),
    );
    await world.api.request('PATCH', path, { metadata: { labels: null } }, merge);
    await vi.waitFor(async () => expect((await world.api.get(path)).metadata).not.toHaveProperty('ownerReferences'));
    expect((await world.api.get(path)).metadata).not.toHaveProperty('finalizers');
    await world.active(3);
  });

  it('says why it cannot create pods, and goes on when it can', async () => {
    const hard = { pods: '0' };
    await world.api.create('/api/v1/namespaces/default/resourcequotas', { metadata: { name: 'none' }, spec: { hard } });
    await world.api.request(
      'PATCH',
      '/api/v1/namespaces/default/resourcequotas/none/status',
      { status: { hard } },
      merge,
    );
    await world.create({});
    await vi.waitFor(async () =>
      expect(await world.events()).toContainEqual(expect.stringMatching(/^FailedCreate: Error creating: pods "work-/)),
    );
    await world.api.request('DELETE', '/api/v1/namespaces/default/resourcequotas/none');
    await world.clock.advance(60_000);
    await world.active(1);
  });

  it('is made suspended, labelled, resumed, run to its end and deleted with others like it', async () => {
    await world.create({ suspend: true });
    const labels = { special: 'yes' };
    await world.api.request('PATCH', `${jobsPath}/work`, { metadata: { labels } }, merge);
    await ended(['Suspended=True JobSuspended']);
    await world.change({ suspend: false });
    await world.succeed(first(await world.active(1)));
    await ended(['Suspended=False JobResumed', ...complete()]);
    expect((await world.job()).metadata.labels).toMatchObject(labels);
    const policy = { propagationPolicy: 'Background' };
    await world.api.request('DELETE', `${jobsPath}?labelSelector=special=yes`, policy);
    expect(await world.names(jobsPath)).toEqual([]);
  });

  it('keeps what others write into its status', async () => {
    await world.create({});
    const pod = first(await world.active(1));
    await world.becomes({ status: { active: 1 } });
    const condition = { type: 'Custom', status: 'True', lastTransitionTime: '2025-01-01T00:00:00Z' };
    await world.api.request('PATCH', `${jobsPath}/work/status`, { status: { conditions: [condition] } }, merge);
    await world.run(pod);
    await world.becomes({ status: { active: 1, ready: 1, conditions: [condition] } });
  });

  it.each(['Orphan', 'Background', 'Foreground'])(
    'lets its pods go when it is deleted: %s',
    async (propagationPolicy) => {
      await world.create({});
      await world.active(1);
      await world.api.request('DELETE', `${jobsPath}/work`, { propagationPolicy });
      await vi.waitFor(async () => expect(first(await world.pods()).metadata).not.toHaveProperty('finalizers'));
    },
  );

  it('lets its pods go when somebody else says that it has ended', async () => {
    await world.create({});
    await world.active(1);
    await world.becomes({ status: { active: 1 } });
    const ends = ['FailureTarget', 'Failed'].map((type) => ({ type, status: 'True', reason: 'Theirs' }));
    const status = { active: 0, conditions: ends };
    await world.api.request('PATCH', `${jobsPath}/work/status`, { status }, merge);
    await vi.waitFor(async () => expect(first(await world.pods()).metadata).not.toHaveProperty('finalizers'));
  });

  it('leaves the pods of a job that another controller manages as they are', async () => {
    await world.create({ managedBy: 'example.com/queue' });
    const { metadata, spec } = await world.job();
    const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'work', uid: metadata.uid, controller: true };
    await world.api.create(podsPath, {
      metadata: {
        name: 'theirs',
        labels: spec.template.metadata?.labels,
        finalizers: [tracking],
        ownerReferences: [owner],
      },
      spec: spec.template.spec,
    });
    await world.clock.advance(60_000);
    expect(first(await world.pods()).metadata.finalizers).toEqual([tracking]);
  });
});

describe('restarts in place', () => {
  const restarted = (count: number) => ({
    phase: 'Running',
    containerStatuses: [{ name: 'c', image: '', imageID: '', ready: false, restartCount: count, state: {} }],
  });
  const template = { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'c', image: 'work:1' }] } };

  it('count towards the limit', async () => {
    await world.create({ backoffLimit: 2, template });
    const pod = first(await world.active(1));
    await world.fail(pod, restarted(1));
    await world.becomes({ status: { active: 1 } });
    await world.fail(pod, restarted(2));
    await ended(failed('BackoffLimitExceeded'));
  });

  it('do not stand in the way of success', async () => {
    await world.create({ backoffLimit: 5, template });
    const pod = first(await world.active(1));
    await world.fail(pod, restarted(2));
    await world.succeed(pod);
    await ended(complete());
    expect((await world.job()).status).not.toHaveProperty('failed');
  });
});
