/** Kinds that come and go while the server runs. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import { createKindRegistry, type KindRegistrar } from '../../../../agent/api/registry.ts';
import type { AnyObject, ObjectList } from '../../../../agent/api/types.ts';
import { createMemoryStore } from '../../../../agent/store/memory.ts';
import type { Store } from '../../../../agent/store/store.ts';
import { aWidget, widgets } from '../../../builders/widget.ts';
import { startApi, type TestApi } from './api.ts';

const resource = 'widgets.example.com';
const collection = '/apis/example.com/v1/namespaces/default/widgets';

let api: TestApi;
let kinds: KindRegistrar;
let store: Store;
beforeEach(async () => {
  kinds = createKindRegistry(builtInKinds);
  store = createMemoryStore();
  api = await startApi({ kinds, store });
});
afterEach(() => api.close());

const groupsOf = async (accept?: string): Promise<string[]> => {
  const { body } = await api.request('GET', '/apis', undefined, accept ? { accept } : {});
  const { groups, items } = body as { groups?: { name: string }[]; items?: { metadata: { name: string } }[] };
  return (groups ?? items?.map(({ metadata }) => metadata) ?? []).map(({ name }) => name);
};
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

const v3Index = async () => {
  const { body } = await api.request('GET', '/openapi/v3');
  return (body as { paths: Record<string, { serverRelativeURL: string }> }).paths;
};

describe('a kind that is registered at run time', () => {
  it('is in both forms of discovery, with its versions, names and subresources, until it goes', async () => {
    expect(await groupsOf()).not.toContain('example.com');
    kinds.register(widgets);
    expect(await groupsOf()).toContain('example.com');
    expect(await groupsOf(aggregated)).toContain('example.com');
    expect(await api.get('/apis/example.com')).toMatchObject({
      versions: [{ version: 'v1' }, { version: 'v1beta1' }],
      preferredVersion: { groupVersion: 'example.com/v1' },
    });
    expect(await api.get('/apis/example.com/v1')).toMatchObject({
      resources: [
        { name: 'widgets', singularName: 'widget', kind: 'Widget', shortNames: ['wi'], categories: ['all'] },
        { name: 'widgets/status', kind: 'Widget' },
      ],
    });
    kinds.unregister(resource);
    expect(await groupsOf()).not.toContain('example.com');
    expect(await groupsOf(aggregated)).not.toContain('example.com');
    expect(await api.refused('GET', '/apis/example.com/v1')).toMatchObject({ code: 404 });
  });

  it('is in both versions of OpenAPI with the schema that it brings, under addresses that change with it', async () => {
    const before = await v3Index();
    expect(before).not.toHaveProperty('apis/example.com/v1');
    kinds.register(widgets);
    const after = await v3Index();
    expect(after['api/v1']).toEqual(before['api/v1']);
    const address = after['apis/example.com/v1']?.serverRelativeURL ?? '';
    const document = await api.get(address);
    expect(document).toHaveProperty([
      'components',
      'schemas',
      'com.example.v1.Widget',
      'properties',
      'spec',
      'properties',
      'size',
    ]);
    expect(document).toHaveProperty(['components', 'schemas', 'com.example.v1.WidgetList', 'properties', 'items']);
    expect(document).toHaveProperty(['paths', `${collection.replace('default', '{namespace}')}/{name}`, 'get']);
    const swagger = await api.get('/openapi/v2');
    expect(swagger).toHaveProperty(
      ['definitions', 'com.example.v1.Widget', 'x-kubernetes-group-version-kind'],
      [{ group: 'example.com', version: 'v1', kind: 'Widget' }],
    );
    kinds.register({ ...widgets, shortNames: ['wig'] });
    expect((await v3Index())['apis/example.com/v1']?.serverRelativeURL).not.toBe(address);
    kinds.unregister(resource);
    expect(await v3Index()).toEqual(before);
    expect(await api.get('/openapi/v2')).not.toHaveProperty(['definitions', 'com.example.v1.Widget']);
  });

  it('is written, read, listed and watched like any other, in each of its versions', async () => {
    kinds.register(widgets);
    const watch = await api.watch(`${collection}?watch=true`);
    const made = await api.create(collection, aWidget('w', 4));
    expect(made).toMatchObject({ metadata: { generation: 1 }, spec: { size: 4 } });
    expect(await watch.next(1)).toEqual([`ADDED w@${made.metadata.resourceVersion}`]);
    const beta = '/apis/example.com/v1beta1/namespaces/default/widgets';
    expect(await api.get(`${beta}/w`)).toMatchObject({ apiVersion: 'example.com/v1beta1', spec: { width: 4 } });
    await api.create(beta, { metadata: { name: 'b' }, spec: { width: 7 } });
    expect(await api.get(`${collection}/b`)).toMatchObject({ spec: { size: 7, colour: 'grey' } });
    expect((await api.list(`${collection}?fieldSelector=spec.colour=grey`)).items).toHaveLength(1);
    expect(await api.refused('POST', collection, aWidget('bad', 0))).toMatchObject({
      code: 422,
      message: 'Widget.example.com "bad" is invalid: spec.size: Invalid value: 0: must be greater than 0',
    });
  });

  it('is printed with the columns of the version that is asked for', async () => {
    kinds.register(widgets);
    await api.create(collection, aWidget('w', 4));
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const table = async (version: string) => {
      const { body } = await api.request('GET', collection.replace('/v1/', `/${version}/`), undefined, { accept });
      const { columnDefinitions, rows } = body as {
        columnDefinitions: { name: string }[];
        rows: { cells: unknown[] }[];
      };
      return [columnDefinitions.map(({ name }) => name), ...rows.map(({ cells }) => cells)];
    };
    expect(await table('v1')).toEqual([
      ['Name', 'Size'],
      ['w', 4],
    ]);
    expect(await table('v1beta1')).toEqual([['Width'], [4]]);
  });
});

describe('a kind that goes', () => {
  it('ends its watches and answers 404; its objects stay in the store and are back when it is', async () => {
    kinds.register(widgets);
    const made = await api.create(collection, aWidget('w'));
    const watch = await api.watch(`${collection}?watch=true`);
    await watch.next(1);
    kinds.unregister(resource);
    await expect(watch.event()).rejects.toThrow('the watch has ended');
    expect(await api.refused('GET', collection)).toMatchObject({ code: 404 });
    expect(await api.refused('PUT', `${collection}/w`, made)).toMatchObject({ code: 404 });
    expect((await store.list(`/registry/${resource}/`)).entries).toHaveLength(1);
    kinds.register(widgets);
    expect(await api.get(`${collection}/w`)).toEqual(made);
  });

  it('leaves every other kind and its watches as they are', async () => {
    const watch = await api.watch('/api/v1/namespaces/default/configmaps?watch=true');
    kinds.register(widgets);
    kinds.unregister(resource);
    const made = await api.create('/api/v1/namespaces/default/configmaps', { metadata: { name: 'a' } });
    expect(await watch.next(1)).toEqual([`ADDED a@${made.metadata.resourceVersion}`]);
  });

  it('is not counted any more', async () => {
    kinds.register(widgets);
    await api.create(collection, aWidget('w'));
    const line = `apiserver_storage_objects{resource="${resource}"} 1`;
    expect((await api.request('GET', '/metrics')).body).toContain(line);
    kinds.unregister(resource);
    expect((await api.request('GET', '/metrics')).body).not.toContain(resource);
  });
});

describe('objects that were stored before their kind came', () => {
  const stored = (name: string) =>
    Buffer.from(JSON.stringify({ ...aWidget(name), metadata: { name, namespace: 'default', uid: name } }));

  it('are read when it comes, in key order, and watches of revisions before that are too old', async () => {
    await store.create(`/registry/${resource}/default/b`, stored('b'));
    await store.create(`/registry/${resource}/default/a`, stored('a'));
    const { metadata: before } = await api.create('/api/v1/namespaces/default/configmaps', { metadata: { name: 'a' } });
    kinds.register(widgets);
    const { items, metadata } = await api.list(collection);
    expect(items.map((each) => each.metadata.name)).toEqual(['a', 'b']);
    expect(metadata.resourceVersion).toBe(before.resourceVersion);
    const old = await api.watch(`${collection}?watch=true&resourceVersion=${Number(before.resourceVersion) - 1}`);
    expect(await old.next(1)).toEqual(['ERROR 410']);
  });

  it('are complete where others write while they are read', async () => {
    const gate = Promise.withResolvers<void>();
    const slow: Store = {
      ...store,
      list: async (prefix) => {
        const result = await store.list(prefix);
        if (prefix.includes(resource)) await gate.promise;
        return result;
      },
    };
    await store.create(`/registry/${resource}/default/a`, stored('a'));
    await store.create(`/registry/${resource}/default/b`, stored('b'));
    const second = await startApi({ kinds, store: slow });
    kinds.register(widgets);
    const answer = second.request('GET', collection);
    const { entries } = await store.list(`/registry/${resource}/`);
    await store.delete(entries[0]?.key ?? '', entries[0]?.revision ?? 0);
    await store.create(`/registry/${resource}/default/c`, stored('c'));
    // Once its own write is answered, the server has seen those before it.
    await second.create('/api/v1/namespaces/default/configmaps', { metadata: { name: 'later' } });
    gate.resolve();
    const { items } = (await answer).body as ObjectList<AnyObject>;
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['b', 'c']);
    await second.server.close();
  });

  it('that cannot be read fail the requests for them alone, until they can', async () => {
    const key = `/registry/${resource}/default/a`;
    const broken = await store.create(key, Buffer.from('{'));
    kinds.register(widgets);
    expect(await api.refused('GET', collection)).toMatchObject({ code: 500, message: expect.stringContaining(key) });
    expect(await api.get('/api/v1/namespaces/default')).toMatchObject({ kind: 'Namespace' });
    await store.update(key, stored('a'), broken.ok ? broken.entry.revision : 0);
    expect((await api.list(collection)).items).toHaveLength(1);
  });
});
