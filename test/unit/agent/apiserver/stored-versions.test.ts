/** Objects that the store holds in another version than the one in which their kind is written now. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Kind } from '../../../../agent/api/kind.ts';
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import { createKindRegistry, type KindRegistrar } from '../../../../agent/api/registry.ts';
import { createMemoryStore } from '../../../../agent/store/memory.ts';
import type { Store } from '../../../../agent/store/store.ts';
import { aWidget, widgets } from '../../../builders/widget.ts';
import { startApi, type TestApi } from './api.ts';

const v1 = '/apis/example.com/v1/namespaces/default/widgets';
const v1beta1 = '/apis/example.com/v1beta1/namespaces/default/widgets';
const storedIn = (version: string): Kind => ({ ...widgets, storage: `example.com/${version}` });

let store: Store;
let kinds: KindRegistrar;
let api: TestApi;
beforeEach(async () => {
  store = createMemoryStore();
  kinds = createKindRegistry([...builtInKinds, storedIn('v1beta1')]);
  api = await startApi({ kinds, store });
});
afterEach(() => api.close());

const bytesOf = async (name: string): Promise<unknown> => {
  const entry = await store.get(`/registry/widgets.example.com/default/${name}`);
  return JSON.parse(Buffer.from(entry?.value ?? []).toString());
};

const wire = async (path: string): Promise<string> => {
  const { body } = await api.request('GET', path);
  return JSON.stringify(body);
};

it('writes the version that the kind chooses, whichever comes first and whichever the client sends', async () => {
  await api.create(v1, aWidget('a', 4));
  await api.create(v1beta1, { metadata: { name: 'b' }, spec: { width: 5 } });
  expect(await bytesOf('a')).toMatchObject({ apiVersion: 'example.com/v1beta1', spec: { width: 4 } });
  expect(await bytesOf('b')).toMatchObject({ apiVersion: 'example.com/v1beta1', spec: { width: 5 } });
  expect(await api.get(`${v1}/b`)).toMatchObject({ apiVersion: 'example.com/v1', spec: { size: 5 } });
  expect(await api.get(`${v1beta1}/a`)).toMatchObject({ apiVersion: 'example.com/v1beta1', spec: { width: 4 } });
});

it('reads what was written before the choice changed, in every version, with the revision of its write', async () => {
  const made = await api.create(v1, aWidget('a', 4));
  const beta = await api.get(`${v1beta1}/a`);
  kinds.register(storedIn('v1'));
  expect(await api.get(`${v1}/a`)).toEqual(made);
  expect(await api.get(`${v1beta1}/a`)).toEqual(beta);
  expect((await api.list(v1)).items).toEqual([made]);
  const watch = await api.watch(`${v1}?watch=true`);
  expect(await watch.event()).toEqual({ type: 'ADDED', object: made });
  expect(await bytesOf('a')).toMatchObject({ apiVersion: 'example.com/v1beta1' });
});

it('brings an object to the present choice with its next write, be it one that changes nothing', async () => {
  const made = await api.create(v1, aWidget('a', 4));
  kinds.register(storedIn('v1'));
  const dry = await api.request('PUT', `${v1}/a?dryRun=All`, made);
  expect(dry.status).toBe(200);
  expect(await bytesOf('a')).toMatchObject({ apiVersion: 'example.com/v1beta1' });
  const { body } = await api.request('PUT', `${v1}/a`, made);
  expect(await bytesOf('a')).toMatchObject({ apiVersion: 'example.com/v1', spec: { size: 4 } });
  const rewritten = await api.get(`${v1}/a`);
  expect(body).toEqual(rewritten);
  expect(rewritten.metadata.resourceVersion).not.toBe(made.metadata.resourceVersion);
  expect({ ...rewritten, metadata: {} }).toEqual({ ...made, metadata: {} });
  await api.request('PUT', `${v1}/a`, rewritten);
  expect(await api.get(`${v1}/a`)).toEqual(rewritten);
});

it('reads a version that is not served any more', async () => {
  await api.create(v1, aWidget('a', 4));
  const [hub, beta] = widgets.representations;
  kinds.register({
    ...widgets,
    representations: [hub, { ...beta, group: 'example.com', version: 'v1beta1', definition: '', served: false }],
  });
  expect(await api.get(`${v1}/a`)).toMatchObject({ spec: { size: 4 } });
  expect(await api.refused('GET', `${v1beta1}/a`)).toMatchObject({ code: 404 });
  expect(await wire('/apis/example.com')).not.toContain('v1beta1');
});

it('says so, and for this kind alone, where it meets a version that the kind does not know', async () => {
  await api.create(v1, aWidget('a', 4));
  kinds.register({ ...widgets, representations: [widgets.representations[0]] });
  expect(await api.refused('GET', `${v1}/a`)).toMatchObject({
    code: 500,
    message: expect.stringContaining('/registry/widgets.example.com/default/a'),
  });
  expect((await api.list('/api/v1/namespaces')).items).not.toEqual([]);
});
