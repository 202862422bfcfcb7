/** Objects that an earlier release wrote, which did not know of some default. */
import { afterEach, expect, it } from 'vitest';
import type { Kind } from '../../../../agent/api/kind.ts';
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import { createKindRegistry } from '../../../../agent/api/registry.ts';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { createMemoryStore } from '../../../../agent/store/memory.ts';
import type { Store } from '../../../../agent/store/store.ts';
import { aWidget, widgets } from '../../../builders/widget.ts';
import { inDefault, pod, startApi, type TestApi } from './api.ts';

const path = '/apis/example.com/v1/namespaces/default/widgets';
const [hub] = widgets.representations;
const paintedByCode: Kind = {
  ...widgets,
  default(object: AnyObject) {
    object.spec = { colour: 'blue', ...object.spec };
  },
};
const paintedBySchema: Kind = {
  ...widgets,
  representations: [
    {
      ...hub,
      schema: {
        type: 'object',
        properties: {
          spec: {
            type: 'object',
            properties: { size: { type: 'integer' }, colour: { type: 'string', default: 'blue' } },
          },
        },
      },
    },
  ],
};

let api: TestApi;
afterEach(() => api.close());

const startWith = async (store: Store, kind: Kind): Promise<TestApi> => {
  api = await startApi({ store, kinds: createKindRegistry([...builtInKinds, kind]) });
  return api;
};

/** What a release without the default has left: one widget with a colour, and one without. */
async function storeOfBefore(): Promise<Store> {
  const store = createMemoryStore();
  const before = await startApi({ store, kinds: createKindRegistry([...builtInKinds, widgets]) });
  await before.create(path, { ...aWidget('bare'), spec: { size: 3 } });
  await before.create(path, { ...aWidget('red'), spec: { size: 3, colour: 'red' } });
  const kept = createMemoryStore();
  for (const { key, value } of (await store.list('/registry/')).entries) await kept.create(key, Uint8Array.from(value));
  await before.close();
  return kept;
}

const storedSpec = async (store: Store, name: string): Promise<unknown> => {
  const entry = await store.get(`/registry/widgets.example.com/default/${name}`);
  return JSON.parse(Buffer.from(entry?.value ?? []).toString()).spec;
};

it.each([
  ['of its code', paintedByCode],
  ['of its schema', paintedBySchema],
])('are read with the defaults %s, in every form', async (_, kind) => {
  const { get, list, watch } = await startWith(await storeOfBefore(), kind);
  expect((await get(`${path}/bare`)).spec).toEqual({ size: 3, colour: 'blue' });
  expect((await get(`${path}/red`)).spec).toEqual({ size: 3, colour: 'red' });
  expect((await list(path)).items.map(({ spec }) => spec?.colour)).toEqual(['blue', 'red']);
  expect((await list(`${path}?fieldSelector=spec.colour=blue`)).items.map(({ metadata }) => metadata.name)).toEqual([
    'bare',
  ]);
  expect(await (await watch(`${path}?watch=true`)).event()).toMatchObject({ object: { spec: { colour: 'blue' } } });
});

it('stay as they are in the store until they are written, be it with no change', async () => {
  const store = await storeOfBefore();
  await startWith(store, paintedByCode);
  const bare = await api.get(`${path}/bare`);
  expect(await storedSpec(store, 'bare')).toEqual({ size: 3 });
  await api.request('PUT', `${path}/bare`, bare);
  expect(await storedSpec(store, 'bare')).toEqual({ size: 3, colour: 'blue' });
  const red = await api.get(`${path}/red`);
  const { body } = await api.request('PUT', `${path}/red`, red);
  expect(body).toEqual(red);
});

it('of a pod that was stored with nothing but its containers have the defaults of this release', async () => {
  const store = createMemoryStore();
  const { spec } = pod('old');
  const metadata = { name: 'old', namespace: 'default', uid: '1', creationTimestamp: '2025-01-01T00:00:00Z' };
  const stored = { apiVersion: 'v1', kind: 'Pod', metadata, spec, status: {} };
  await store.create('/registry/pods/default/old', Buffer.from(JSON.stringify(stored)));
  await startWith(store, widgets);
  expect(await api.get(inDefault('pods/old'))).toMatchObject({
    spec: {
      restartPolicy: 'Always',
      enableServiceLinks: true,
      terminationGracePeriodSeconds: 30,
      containers: [{ terminationMessagePath: '/dev/termination-log' }],
    },
  });
});

it('that lacks none keeps its bytes, in whatever order its fields are', async () => {
  const store = createMemoryStore();
  const { request } = await startWith(store, paintedByCode);
  await request('POST', path, { ...aWidget('red'), spec: { size: 3, colour: 'red' } });
  await api.server.close();
  const key = '/registry/widgets.example.com/default/red';
  const stored = await store.get(key);
  if (!stored) throw new Error('the widget is not stored');
  const { spec, ...rest } = JSON.parse(Buffer.from(stored.value).toString());
  const turned = Buffer.from(JSON.stringify({ ...rest, spec: { colour: spec.colour, size: spec.size } }));
  await store.update(key, turned, stored.revision);
  const again = await startWith(store, paintedByCode);
  const widget = await again.get(`${path}/red`);
  expect((await again.request('PUT', `${path}/red`, widget)).status).toBe(200);
  expect((await store.get(key))?.revision).toBe(stored.revision + 1);
});
