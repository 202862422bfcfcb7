import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Pod } from '../../../../../agent/api/types.ts';
import { complete, failed, type JobWorld, startJobWorld } from './job-world.ts';

let world: JobWorld;
beforeEach(async () => {
  world = await startJobWorld();
});
afterEach(() => world.close());

const indexName = 'batch.kubernetes.io/job-completion-index';
const failureCount = 'batch.kubernetes.io/job-index-failure-count';
const ended = (expected: string[]) => vi.waitFor(async () => expect(await world.conditions()).toEqual(expected));
const indexed = { completionMode: 'Indexed' };
const indexesOf = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.labels?.[indexName]);
const withExitCode = (exitCode: number) => ({
  containerStatuses: [
    {
      ...{ name: 'c', image: '', imageID: '', ready: false, restartCount: 0 },
      state: { terminated: { exitCode, finishedAt: new Date(world.clock.now()).toISOString() } },
    },
  ],
});
/** Succeeds the active pods of these indexes. */
const succeed = async (count: number, ...indexes: number[]) => {
  for (const pod of await world.active(count)) {
    if (indexes.includes(Number(pod.metadata.labels?.[indexName]))) await world.succeed(pod);
  }
};

describe('an Indexed job', () => {
  it('gives each pod its index: annotation, label, variable, hostname and name', async () => {
    await world.create({ ...indexed, completions: 2, parallelism: 2 });
    const [, pod] = await world.active(2);
    expect(pod).toMatchObject({
      metadata: { generateName: 'work-1-', labels: { [indexName]: '1' }, annotations: { [indexName]: '1' } },
      spec: { hostname: 'work-1' },
    });
    expect(pod?.spec.containers[0]?.env).toEqual([
      {
        name: 'JOB_COMPLETION_INDEX',
        valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${indexName}']` } },
      },
    ]);
    expect(pod?.metadata.annotations).not.toHaveProperty(failureCount);
  });

  it('writes the indexes that have succeeded in short, and starts the lowest that is missing', async () => {
    await world.create({ ...indexed, completions: 7, parallelism: 4 });
    await succeed(4, 0, 2, 3);
    await world.becomes({ status: { completedIndexes: '0,2,3', succeeded: 3, active: 4 } });
    expect(indexesOf(await world.active(4))).toEqual(['1', '4', '5', '6']);
    await succeed(4, 1, 6);
    await world.becomes({ status: { completedIndexes: '0-3,6', succeeded: 5, active: 2 } });
    await succeed(2, 4, 5);
    await ended(complete());
    expect((await world.job()).status).toMatchObject({ completedIndexes: '0-6', succeeded: 7 });
  });

  it('replaces a failed pod by one of the same index', async () => {
    await world.create({ ...indexed, completions: 2, parallelism: 2 });
    const [one] = (await world.active(2)) as [Pod];
    await world.fail(one);
    await world.becomes({ status: { failed: 1 } });
    await world.clock.advance(10_000);
    expect(indexesOf(await world.active(2))).toEqual(['0', '1']);
  });

  it('grows and shrinks with its completions', async () => {
    await world.create({ ...indexed, completions: 3, parallelism: 3 });
    await succeed(3, 2);
    await world.becomes({ status: { completedIndexes: '2', succeeded: 1 } });
    await world.change({ completions: 2, parallelism: 2 });
    await vi.waitFor(async () => expect((await world.job()).status).not.toHaveProperty('completedIndexes'));
    await world.change({ completions: 4, parallelism: 4 });
    expect(indexesOf(await world.active(4))).toEqual(['0', '1', '2', '3']);
    await world.change({ completions: 1, parallelism: 1 });
    expect(indexesOf(await world.active(1))).toEqual(['0']);
    await succeed(1, 0);
    await ended(complete());
  });
});

describe('limits per index', () => {
  const perIndex = { ...indexed, completions: 2, parallelism: 2, backoffLimitPerIndex: 1 };

  it('fail an index alone, and the job once all have ended', async () => {
    await world.create(perIndex);
    const [one, two] = (await world.active(2)) as [Pod, Pod];
    expect(one.metadata.annotations).toMatchObject({ [failureCount]: '0' });
    await world.fail(one);
    await world.succeed(two);
    await world.becomes({ status: { completedIndexes: '1', failedIndexes: '' } });
    await world.clock.advance(10_000);
    const [again] = (await world.active(1)) as [Pod];
    expect(again.metadata.annotations).toMatchObject({ [indexName]: '0', [failureCount]: '1' });
    await world.becomes({ status: { failed: 1 } });
    await world.fail(again);
    await ended(failed('FailedIndexes'));
    expect((await world.job()).status).toMatchObject({
      failedIndexes: '0',
      completedIndexes: '1',
      succeeded: 1,
      failed: 2,
    });
    expect(await world.events()).toContain('FailedIndexes: Job has failed indexes');
  });

  it('wait for each index on its own', async () => {
    await world.create(perIndex);
    const [one, two] = (await world.active(2)) as [Pod, Pod];
    await world.fail(one);
    await world.clock.advance(6_000);
    await world.fail(two);
    await world.clock.advance(4_000);
    expect(indexesOf(await world.active(1))).toEqual(['0']);
    await world.clock.advance(6_000);
    expect(indexesOf(await world.active(2))).toEqual(['0', '1']);
  });

  it('end the job when more than maxFailedIndexes have failed', async () => {
    await world.create({ ...perIndex, completions: 4, parallelism: 4, backoffLimitPerIndex: 0, maxFailedIndexes: 1 });
    const [one, , three] = (await world.active(4)) as [Pod, Pod, Pod];
    await world.fail(one);
    await world.becomes({ status: { failedIndexes: '0', active: 3 } });
    await world.fail(three);
    await ended(failed('MaxFailedIndexesExceeded'));
    expect((await world.job()).status).toMatchObject({ failedIndexes: '0,2', failed: 4 });
    expect((await world.job()).status).not.toHaveProperty('completedIndexes');
  });

  it('a FailIndex rule fails an index at once', async () => {
    const rules = [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [42] } }];
    await world.create({ ...perIndex, podFailurePolicy: { rules } });
    const [one, two] = (await world.active(2)) as [Pod, Pod];
    await world.fail(one, withExitCode(42));
    await world.succeed(two);
    await ended(failed('FailedIndexes'));
    expect((await world.job()).status).toMatchObject({ failedIndexes: '0', failed: 1 });
  });

  it('an Ignore rule does not count towards them, but delays the next pod', async () => {
    const rules = [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }];
    await world.create({ ...perIndex, completions: 1, parallelism: 1, podFailurePolicy: { rules } });
    const disrupted = { conditions: [{ type: 'DisruptionTarget', status: 'True' }] };
    const [one] = (await world.active(1)) as [Pod];
    await world.fail(one, { ...withExitCode(1), ...disrupted });
    await world.clock.advance(10_000);
    const [two] = (await world.active(1)) as [Pod];
    expect(two.metadata.annotations).toMatchObject({
      [failureCount]: '0',
      'batch.kubernetes.io/job-index-ignored-failure-count': '1',
    });
    await world.succeed(two);
    await ended(complete());
    expect((await world.job()).status).not.toHaveProperty('failed');
  });
});

describe('a success policy', () => {
  it.each([
    ['succeeds once the indexes of a rule have', [{ succeededIndexes: '1' }], [1], 0],
    ['succeeds once enough indexes of a rule have', [{ succeededIndexes: '0-2', succeededCount: 2 }], [0, 2], 0],
    ['succeeds once enough indexes have', [{ succeededIndexes: '0' }, { succeededCount: 1 }], [1], 1],
  ])('%s, and the pods of the others are deleted', async (_, rules, indexes, rule) => {
    await world.create({ ...indexed, completions: 3, parallelism: 3, successPolicy: { rules } });
    await succeed(3, ...indexes);
    await ended(complete('SuccessPolicy'));
    const { status } = await world.job();
    expect(status?.conditions?.[0]?.message).toBe(`Matched rules at index ${rule}`);
    expect(status).toMatchObject({ succeeded: indexes.length, completedIndexes: indexes.join(','), terminating: 0 });
    expect(status).not.toHaveProperty('failed');
    expect(await world.active(0)).toEqual([]);
  });

  it('is met when all indexes have succeeded', async () => {
    const rules = [{ succeededIndexes: '0-1' }];
    await world.create({ ...indexed, completions: 2, parallelism: 2, successPolicy: { rules } });
    await succeed(2, 0, 1);
    await ended(complete('SuccessPolicy'));
  });
});

describe('a pod failure policy', () => {
  it('fails the job at an exit code that another pod would meet, too', async () => {
    const rules = [
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
      { action: 'FailJob', onExitCodes: { containerName: 'c', operator: 'In', values: [3, 42] } },
    ];
    await world.create({ completions: 2, parallelism: 2, podFailurePolicy: { rules } });
    const [one] = (await world.active(2)) as [Pod];
    await world.fail(one, withExitCode(42));
    await ended(failed('PodFailurePolicy'));
    const message = `Container c for pod default/${one.metadata.name} failed with exit code 42 matching FailJob rule at index 1`;
    const { status } = await world.job();
    expect(status?.conditions?.map((condition) => condition.message)).toEqual([message, message]);
    expect(status).toMatchObject({ failed: 2 });
  });

  it('ignores disruptions, which do not count towards the limit', async () => {
    const rules = [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }];
    await world.create({ backoffLimit: 0, podFailurePolicy: { rules } });
    const [one] = (await world.active(1)) as [Pod];
    await world.fail(one, { ...withExitCode(143), conditions: [{ type: 'DisruptionTarget', status: 'True' }] });
    await world.clock.advance(10_000);
    const [two] = (await world.active(1)) as [Pod];
    await world.succeed(two);
    await ended(complete());
    expect((await world.job()).status).not.toHaveProperty('failed');
  });

  it('counts what no rule names, and what a Count rule names', async () => {
    const rules = [
      { action: 'Count', onExitCodes: { operator: 'In', values: [1] } },
      { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [2] } },
    ];
    await world.create({ completions: 2, parallelism: 2, backoffLimit: 5, podFailurePolicy: { rules } });
    const [one, two] = (await world.active(2)) as [Pod, Pod];
    await world.fail(one, withExitCode(1));
    await world.fail(two, withExitCode(2));
    await world.becomes({ status: { failed: 2 } });
    expect(await world.conditions()).toEqual([]);
  });
});

describe('the policy of replacement', () => {
  it.each([
    ['TerminatingOrFailed', { active: 1, terminating: 1, failed: 1 }, 1],
    ['Failed', { terminating: 1 }, 0],
  ])('%s counts a pod that is being deleted', async (podReplacementPolicy, expected, active) => {
    await world.create({ podReplacementPolicy });
    const pod = await world.hold(((await world.active(1)) as [Pod])[0]);
    await world.api.request('DELETE', `/api/v1/namespaces/default/pods/${pod.metadata.name}`);
    await world.becomes({ status: { terminating: 1 } });
    await world.clock.advance(10_000);
    await world.active(active);
    await world.becomes({ status: expected });
    await world.fail(pod);
    await world.becomes({ status: { failed: 1, terminating: 0 } });
    await world.clock.advance(20_000);
    await world.active(1);
  });
});
