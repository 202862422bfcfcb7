import { describe, expect, it } from 'vitest';
import type { batch, Job, Pod } from '../../../../../agent/api/types.ts';
import { assess } from '../../../../../agent/controllers/job/assess.ts';
import { backOffLeft, noBackOff, withEnded } from '../../../../../agent/controllers/job/back-off.ts';
import { newPod } from '../../../../../agent/controllers/job/new-pod.ts';
import { planPods } from '../../../../../agent/controllers/job/plan.ts';
import { aPod } from '../../../../builders/objects.ts';

const now = Date.parse('2026-01-01T01:00:00Z');
const indexName = 'batch.kubernetes.io/job-completion-index';

const aJob = (spec: Partial<batch.JobSpec>, name = 'work'): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'default', uid: 'job', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { backoffLimit: 6, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c' }] } }, ...spec },
});
const indexed = (completions: number) => aJob({ completionMode: 'Indexed', completions, parallelism: completions });
const finalizers = ['batch.kubernetes.io/job-tracking'];
const ofIndex = (index: string, more: object = {}): Pod =>
  aPod({ metadata: { finalizers, annotations: { [indexName]: index }, ...more } });
const ended = (phase: 'Succeeded' | 'Failed', secondsAgo: number): Pod => {
  const lastTransitionTime = new Date(now - secondsAgo * 1000).toISOString();
  return aPod({ status: { phase, conditions: [{ type: 'Ready', status: 'False', lastTransitionTime }] } });
};
const plan = (job: Job, pods: readonly Pod[]) => planPods(job, pods, assess(job, pods, noBackOff, now), now);

describe('the back-off', () => {
  it.each([
    [0, 0],
    [1, 10],
    [2, 20],
    [3, 40],
    [6, 320],
    [7, 600],
    [60, 600],
  ])('after %i failures is %i s', (failures, seconds) => {
    expect(backOffLeft({ failures, lastFailure: now }, now)).toBe(seconds * 1000);
    expect(backOffLeft({ failures, lastFailure: now - seconds * 1000 }, now)).toBe(0);
  });

  it.each([
    ['nothing has ended', [], [], { failures: 2, lastFailure: 1 }],
    ['pods have failed', [], [ended('Failed', 7), ended('Failed', 3)], { failures: 4, lastFailure: now - 3000 }],
    ['pods have succeeded', [ended('Succeeded', 1)], [], noBackOff],
    ['the last has succeeded', [ended('Succeeded', 1)], [ended('Failed', 3)], noBackOff],
    [
      'one has failed since',
      [ended('Succeeded', 5)],
      [ended('Failed', 7), ended('Failed', 3)],
      { failures: 1, lastFailure: now - 3000 },
    ],
  ])('where %s', (_, succeeded, failed, expected) => {
    expect(withEnded({ failures: 2, lastFailure: 1 }, succeeded, failed)).toEqual(expected);
  });
});

describe('an Indexed job', () => {
  it('deletes the younger of two pods of one index, and pods without one of its indexes', () => {
    const old = ofIndex('0', { creationTimestamp: '2026-01-01T00:00:00Z' });
    const young = ofIndex('0', { creationTimestamp: '2026-01-01T00:59:00Z' });
    const others = [ofIndex('7'), ofIndex('x'), aPod({ metadata: { finalizers } })];
    const planned = plan(indexed(2), [young, old, ...others]);
    expect(planned).toMatchObject({ kind: 'delete', forget: true });
    const uids = planned.kind === 'delete' ? planned.pods.map(({ metadata }) => metadata.uid) : [];
    expect(uids.sort()).toEqual([young, ...others].map(({ metadata }) => metadata.uid).sort());
  });

  it('creates pods of the indexes that have none, 500 at a time', () => {
    expect(plan(indexed(4), [ofIndex('0'), ofIndex('2')])).toEqual({
      kind: 'create',
      pods: [{ index: 1 }, { index: 3 }],
    });
    const many = plan(indexed(2000), []);
    expect(many.kind === 'create' && many.pods.length).toBe(500);
  });

  it.each([
    ['work', 3, 'work-3-'],
    ['w'.repeat(60), 12, `${'w'.repeat(54)}-12-`],
  ])('named %s generates names that begin with the index %i', (name, index, prefix) => {
    const { metadata } = newPod(aJob({ completionMode: 'Indexed', completions: 20 }, name), { index });
    expect(metadata.generateName).toBe(prefix);
  });

  it("leaves a variable of the author's own", () => {
    const env = [{ name: 'JOB_COMPLETION_INDEX', value: 'mine' }];
    const template = {
      spec: { restartPolicy: 'Never', containers: [{ name: 'c', env }], initContainers: [{ name: 'i' }] },
    };
    const { spec } = newPod(aJob({ completionMode: 'Indexed', completions: 1, template }), { index: 0 });
    expect(spec?.containers[0]?.env).toEqual(env);
    expect(spec?.initContainers?.[0]?.env).toHaveLength(1);
  });
});
