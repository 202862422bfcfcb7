import { afterEach, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../agent/api/types.ts';
import type { AdmissionStep } from '../../../../agent/apiserver/admission/step.ts';
import { configMap, inDefault, startApi, type TestApi } from './api.ts';

const maps = inDefault('configmaps');
const merge = { 'content-type': 'application/merge-patch+json' };
const writers = Array.from({ length: 200 }, (_, at) => at);

const dataOf = (object: AnyObject | undefined) => (object?.data ?? {}) as Record<string, string>;

let api: TestApi;
afterEach(() => api.close());

/** An API server that notes which writer each decision is for. */
async function startNoting(): Promise<string[]> {
  const decided: string[] = [];
  const note: AdmissionStep = {
    name: 'Note',
    operations: ['update', 'delete'],
    resources: ['configmaps'],
    validate: ({ operation, object }) => {
      decided.push(dataOf(object).writer ?? operation);
    },
  };
  api = await startApi({ admission: [note] });
  await api.create(maps, configMap('shared'));
  return decided;
}
const patchBy = (writer: number) =>
  api.request('PATCH', `${maps}/shared`, { data: { writer: String(writer), [`by-${writer}`]: 'yes' } }, merge);

describe('many writers of one object at once', () => {
  it('all succeed, in the order in which they came, and each is decided once', async () => {
    const decided = await startNoting();
    const watch = await api.watch(`${maps}?watch=true`);
    await watch.next(1);
    const answers = await Promise.all(writers.map(patchBy));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(decided).toEqual(writers.map(String));
    const { data } = await api.get(`${maps}/shared`);
    expect(Object.keys(data as object).filter((key) => key.startsWith('by-'))).toHaveLength(writers.length);
    const revisions = answers.map(({ body }) => (body as { metadata: { resourceVersion: string } }).metadata);
    const events = await watch.next(writers.length);
    expect(events).toEqual(revisions.map(({ resourceVersion }) => `MODIFIED shared@${resourceVersion}`));
  });

  it('learn in their turn that one before them has deleted it', async () => {
    const decided = await startNoting();
    const [first, removal, late] = await Promise.all([
      patchBy(1),
      api.request('DELETE', `${maps}/shared`),
      api.refused('PATCH', `${maps}/shared`, { data: { writer: '2' } }, merge),
    ]);
    expect([first.status, removal.status]).toEqual([200, 200]);
    expect(late).toMatchObject({ code: 404, message: 'configmaps "shared" not found' });
    expect(decided).toEqual(['1', 'delete']);
  });

  it('go on behind one who is refused', async () => {
    await startNoting();
    const [refused, next] = await Promise.all([
      api.refused('PATCH', `${maps}/shared`, { data: { 'not a key': 'x' } }, merge),
      patchBy(1),
    ]);
    expect([refused.code, next.status]).toEqual([422, 200]);
  });
});

it('a writer does not wait for writers of other objects, nor for dry runs', async () => {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const held: AdmissionStep = {
    name: 'Hold',
    operations: ['update'],
    resources: ['configmaps'],
    validate: ({ object, dryRun }) => (dataOf(object).held && !dryRun ? opened : undefined),
  };
  api = await startApi({ admission: [held] });
  for (const name of ['shared', 'other']) await api.create(maps, configMap(name));
  const patch = (path: string, data: object) => api.request('PATCH', `${maps}/${path}`, { data }, merge);
  const first = patch('shared', { held: 'yes' });
  expect((await patch('other', { key: '1' })).status).toBe(200);
  expect((await patch('shared?dryRun=All', { key: '1' })).status).toBe(200);
  const second = patch('shared', { key: '2' });
  open();
  expect((await first).body).toMatchObject({ data: { held: 'yes' } });
  expect((await second).body).toMatchObject({ data: { held: 'yes', key: '2' } });
});
