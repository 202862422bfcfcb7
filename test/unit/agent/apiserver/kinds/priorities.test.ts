/** https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/ */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inDefault, pod, startApi, type TestApi } from '../api.ts';
import { exampleOf } from './objects.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
  await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
});
afterEach(() => api.close());

const { path } = exampleOf('PriorityClass');
const pods = inDefault('pods');
const merge = { 'content-type': 'application/merge-patch+json' };
const make = (name: string, content: object) => api.create(path, { metadata: { name }, ...content });

describe('the classes of the system', () => {
  it.each([
    ['system-node-critical', 2_000_001_000],
    ['system-cluster-critical', 2_000_000_000],
  ])('%s is there from the first moment on, and stays', async (name, value) => {
    expect(await api.get(`${path}/${name}`)).toMatchObject({
      value,
      preemptionPolicy: 'PreemptLowerPriority',
      metadata: { generation: 1 },
    });
    expect(await api.refused('DELETE', `${path}/${name}`)).toMatchObject({
      code: 403,
      message: `priorityclasses.scheduling.k8s.io "${name}" is forbidden: this is a system priority class and cannot be deleted`,
    });
  });

  it('are not to be confused with those of users', async () => {
    expect(await api.refused('POST', path, { metadata: { name: 'system-mine' }, value: 5 })).toMatchObject({
      code: 422,
      message: expect.stringContaining("priority class names with 'system-' prefix are reserved for system use only"),
    });
  });
});

describe('a pod', () => {
  it('has the priority and the policy of its class', async () => {
    await make('calm', { value: 100, preemptionPolicy: 'Never' });
    const { spec } = await api.create(pods, pod('web', { priorityClassName: 'calm' }));
    expect(spec).toMatchObject({ priorityClassName: 'calm', priority: 100, preemptionPolicy: 'Never' });
  });

  it('has those of the default class where it names none', async () => {
    await make('usual', { value: 7, globalDefault: true });
    const { spec } = await api.create(pods, pod('web'));
    expect(spec).toMatchObject({ priorityClassName: 'usual', priority: 7 });
  });

  it('has none where there is no default', async () => {
    const { spec } = await api.create(pods, pod('web'));
    expect(spec).toMatchObject({ priority: 0, preemptionPolicy: 'PreemptLowerPriority' });
    expect(spec).not.toHaveProperty('priorityClassName');
  });

  it('is refused with a class that does not exist', async () => {
    expect(await api.refused('POST', pods, pod('web', { priorityClassName: 'gone' }))).toMatchObject({
      code: 403,
      message: 'pods "web" is forbidden: no PriorityClass with name gone was found',
    });
  });

  it('is refused with a policy that is not the one of its class', async () => {
    await make('calm', { value: 100, preemptionPolicy: 'Never' });
    const spec = { priorityClassName: 'calm', preemptionPolicy: 'PreemptLowerPriority' };
    expect(await api.refused('POST', pods, pod('web', spec))).toMatchObject({
      code: 403,
      message:
        'pods "web" is forbidden: the string value of PreemptionPolicy (PreemptLowerPriority) must not be provided in ' +
        'pod spec; priority admission controller computed Never from the given PriorityClass name',
    });
  });

  it('keeps its priority where it is replaced without one, and where its class has gone', async () => {
    await make('calm', { value: 100 });
    const created = await api.create(pods, pod('web', { priorityClassName: 'calm' }));
    await api.request('DELETE', `${path}/calm`);
    const { priority: _priority, preemptionPolicy: _policy, ...spec } = created.spec ?? {};
    const { status, body } = await api.request('PUT', `${pods}/web`, { ...created, spec });
    expect([status, body]).toEqual([200, expect.objectContaining({ spec: created.spec })]);
  });
});

describe('the default class', () => {
  it('is one', async () => {
    await make('usual', { value: 7, globalDefault: true });
    expect(
      await api.refused('POST', path, { metadata: { name: 'other' }, value: 8, globalDefault: true }),
    ).toMatchObject({
      code: 403,
      message:
        'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. ' +
        'Only one default can exist',
    });
    await make('other', { value: 8 });
    const patched = await api.request('PATCH', `${path}/other`, { globalDefault: true }, merge);
    expect(patched.status).toBe(403);
  });

  it('may be changed, and another may follow it', async () => {
    await make('usual', { value: 7, globalDefault: true });
    expect((await api.request('PATCH', `${path}/usual`, { description: 'for all' }, merge)).status).toBe(200);
    expect((await api.request('PATCH', `${path}/usual`, { globalDefault: false }, merge)).status).toBe(200);
    expect(await make('other', { value: 8, globalDefault: true })).toMatchObject({ globalDefault: true });
  });
});
