/** Jobs and cron jobs. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../../agent/api/types.ts';
import { startApi, type TestApi } from '../api.ts';
import { exampleOf, work } from './objects.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const { path: jobs } = exampleOf('Job');
const { path: cronJobs } = exampleOf('CronJob');
const merge = { 'content-type': 'application/merge-patch+json' };
const make = (name: string, spec: object = {}) =>
  api.create(jobs, { metadata: { name }, spec: { template: work, ...spec } });
const patch = (name: string, body: object) => api.request('PATCH', `${jobs}/${name}`, body, merge);

describe('a job', () => {
  it('runs one pod until it succeeds, and selects it by labels that it makes itself', async () => {
    const { metadata, spec, status } = await make('pi');
    const uid = { 'batch.kubernetes.io/controller-uid': metadata.uid };
    expect(spec).toMatchObject({
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      manualSelector: false,
      podReplacementPolicy: 'TerminatingOrFailed',
      selector: { matchLabels: uid },
    });
    expect(spec?.template).toMatchObject({
      metadata: {
        labels: {
          ...uid,
          'controller-uid': metadata.uid,
          'batch.kubernetes.io/job-name': 'pi',
          'job-name': 'pi',
        },
      },
    });
    expect([metadata.generation, status]).toEqual([1, {}]);
  });

  it.each([
    [
      'its retries are limited by index',
      { completionMode: 'Indexed', completions: 3, backoffLimitPerIndex: 1 },
      2_147_483_647,
    ],
    ['nothing limits them', {}, 6],
  ])('retries so often where %s', async (_when, spec, backoffLimit) => {
    expect((await make('pi', spec)).spec).toMatchObject({ backoffLimit });
  });

  it('waits for pods that end where it looks at how they fail', async () => {
    const rules = [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }];
    expect((await make('pi', { podFailurePolicy: { rules } })).spec).toMatchObject({
      podReplacementPolicy: 'Failed',
      podFailurePolicy: { rules: [{ onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] },
    });
  });

  it('keeps a selector that its author chooses', async () => {
    const labels = { mine: 'yes' };
    const spec = {
      manualSelector: true,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, ...work },
    };
    expect((await make('pi', spec)).spec).toMatchObject({ selector: { matchLabels: labels } });
  });

  it('is refused with a selector of its own that nobody announced', async () => {
    const status = await api.refused('POST', jobs, {
      metadata: { name: 'pi' },
      spec: { template: work, selector: { matchLabels: { mine: 'yes' } } },
    });
    expect(status.details?.causes?.map(({ field, message }) => [field, message?.replace(/^.*}: /, '')])).toEqual([
      ['spec.selector', '`selector` not auto-generated'],
      ['spec.template.metadata.labels', '`selector` does not match template `labels`'],
    ]);
  });

  it('keeps its template while it runs, and may be moved while it is suspended', async () => {
    const node = { spec: { template: { spec: { nodeSelector: { disk: 'ssd' } } } } };
    await make('running');
    const refused = await patch('running', node);
    expect([refused.status, JSON.stringify(refused.body)]).toEqual([
      422,
      expect.stringContaining('field is immutable'),
    ]);
    await make('resting', { suspend: true });
    expect((await patch('resting', node)).body).toMatchObject(node);
    const image = { spec: { template: { spec: { containers: [{ name: 'main', image: 'other' }] } } } };
    expect((await patch('resting', image)).status).toBe(422);
  });

  it('warns who deletes it without a word about its pods', async () => {
    await make('pi');
    const { headers, body } = await api.request('DELETE', `${jobs}/pi`);
    expect(headers.warning).toBe(
      '299 - "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove ' +
        'them or set propagationPolicy=Orphan to suppress this warning"',
    );
    expect((body as AnyObject).metadata.finalizers).toEqual(['orphan']);
    await make('tau');
    expect(
      (await api.request('DELETE', `${jobs}/tau`, { propagationPolicy: 'Background' })).headers.warning,
    ).toBeUndefined();
    await make('phi');
    expect((await api.request('DELETE', jobs)).headers.warning).toContain('child pods are preserved');
  });

  /** Job should apply changes to a job status. */
  it('has a status that is patched, replaced and read, without its spec', async () => {
    await make('pi');
    const startTime = '2026-01-01T00:00:00Z';
    const conditions = [
      { type: 'CustomConditionType', status: 'True', lastTransitionTime: startTime, lastProbeTime: startTime },
    ];
    const patched = await patch('pi/status', {
      status: { conditions, startTime, active: 1 },
      spec: { parallelism: 9 },
    });
    expect(patched.body).toMatchObject({ status: { conditions, startTime, active: 1 }, spec: { parallelism: 1 } });
    const current = patched.body as AnyObject;
    const later = { ...current, status: { ...current.status, active: 0, ready: 0 } };
    expect((await api.request('PUT', `${jobs}/pi/status`, later)).body).toMatchObject({ status: { active: 0 } });
    expect(await api.get(`${jobs}/pi/status`)).toMatchObject({ kind: 'Job', status: { startTime } });
  });

  it('is found by how often it has succeeded', async () => {
    await make('pi');
    await patch('pi/status', { status: { succeeded: 1 } });
    await make('tau');
    const { items } = await api.list(`${jobs}?fieldSelector=status.successful%3D1`);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['pi']);
  });
});

describe('a cron job', () => {
  it('allows jobs side by side and remembers four of them', async () => {
    const { content } = exampleOf('CronJob');
    const { spec, status } = await api.create(cronJobs, { metadata: { name: 'hourly' }, ...content });
    expect(spec).toMatchObject({
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', dnsPolicy: 'ClusterFirst' } } } },
    });
    expect(spec?.jobTemplate).not.toHaveProperty('spec.completions');
    expect(status).toEqual({});
  });

  it('keeps a zone in its schedule that an earlier release let in', async () => {
    const { content } = exampleOf('CronJob');
    await api.create(cronJobs, { metadata: { name: 'hourly' }, ...content });
    const zone = { spec: { timeZone: 'Europe/Zurich' } };
    expect((await api.request('PATCH', `${cronJobs}/hourly`, zone, merge)).body).toMatchObject(zone);
  });
});
