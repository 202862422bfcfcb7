import { afterEach, beforeEach, expect, it } from 'vitest';
import { configMap, inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
let start: number;
beforeEach(async () => {
  api = await startApi({ history: { limit: 8, bytes: 1 << 20, maxAge: 60_000 } });
  start = await api.store.revision();
});
afterEach(() => api.close());
const maps = inDefault('configmaps');
const merge = { 'content-type': 'application/merge-patch+json' };
const label = (name: string, value: string | null) =>
  api.request('PATCH', `${maps}/${name}`, { metadata: { labels: { app: value } } }, merge);

it('starts with what is there where no revision is given', async () => {
  await api.create(maps, configMap('b'));
  await api.create(maps, configMap('a'));
  const watch = await api.watch(`${maps}?watch=true`);
  await api.request('DELETE', `${maps}/a`);
  expect(await watch.next(3)).toEqual([`ADDED a@${start + 2}`, `ADDED b@${start + 1}`, `DELETED a@${start + 3}`]);
});

it.each([
  '/api/v1/watch/namespaces/default/configmaps',
  '/api/v1/watch/configmaps/',
  '/api/v1/watch/namespaces/default/configmaps/a',
])('is what %s has always meant', async (path) => {
  await api.create(maps, configMap('a'));
  const watch = await api.watch(path);
  expect(await watch.next(1)).toEqual([expect.stringMatching(/^ADDED a@/)]);
  expect(await api.refused('POST', path, configMap('b'))).toMatchObject({ code: 405 });
});

it('continues after a revision without gaps', async () => {
  await api.create(maps, configMap('a'));
  await label('a', 'web');
  const watch = await api.watch(`${maps}?watch=true&resourceVersion=${start + 1}`);
  await api.create(maps, configMap('b'));
  expect(await watch.next(2)).toEqual([`MODIFIED a@${start + 2}`, `ADDED b@${start + 3}`]);
});

it('shows an object that enters or leaves the selection as added or deleted', async () => {
  const watch = await api.watch(`${maps}?watch=true&resourceVersion=${start}&labelSelector=app%3Dweb`);
  await api.create(maps, configMap('a'));
  await label('a', 'web');
  await api.request('PATCH', `${maps}/a`, { data: { key: 'value' } }, merge);
  await label('a', null);
  await label('a', 'web');
  expect(await watch.next(4)).toEqual([
    `ADDED a@${start + 2}`,
    `MODIFIED a@${start + 3}`,
    `DELETED a@${start + 4}`,
    `ADDED a@${start + 5}`,
  ]);
});

it('gives the last matching state, at the new revision, of what left the selection', async () => {
  await api.create(maps, configMap('a', { key: 'old' }, { app: 'web' }));
  const watch = await api.watch(`${maps}?watch=true&resourceVersion=${start + 1}&labelSelector=app%3Dweb`);
  await api.request('PATCH', `${maps}/a`, { metadata: { labels: null }, data: { key: 'new' } }, merge);
  expect(await watch.event()).toMatchObject({
    type: 'DELETED',
    object: { metadata: { resourceVersion: String(start + 2) }, data: { key: 'old' } },
  });
});

it('answers a revision that is forgotten with an event ERROR 410', async () => {
  for (let index = 0; index < 20; index += 1) await api.create(maps, configMap(`a${index}`));
  const watch = await api.watch(`${maps}?watch=true&resourceVersion=${start}`);
  expect(await watch.event()).toMatchObject({
    type: 'ERROR',
    object: { code: 410, reason: 'Expired', message: `too old resource version: ${start} (${start + 20})` },
  });
});

it('forgets by the bytes of large objects before it forgets by the number of events', async () => {
  const half = 'x'.repeat(1 << 19);
  for (const name of ['a', 'b', 'c', 'd']) await api.create(maps, configMap(name, { half }));
  const forgotten = await api.watch(`${maps}?watch=true&resourceVersion=${start}`);
  expect(await forgotten.event()).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  const remembered = await api.watch(`${maps}?watch=true&resourceVersion=${start + 3}`);
  expect(await remembered.next(1)).toEqual([`ADDED d@${start + 4}`]);
});

it('knows what a large object once was', async () => {
  const data = { much: 'x'.repeat(40_000), key: 'old' };
  await api.create(maps, configMap('a', data, { app: 'web' }));
  await api.request('PATCH', `${maps}/a`, { metadata: { labels: null }, data: { key: 'new' } }, merge);
  await api.request('DELETE', `${maps}/a`);
  const watch = await api.watch(`${maps}?watch=true&resourceVersion=${start}&labelSelector=app%3Dweb`);
  expect(await watch.event()).toMatchObject({
    type: 'ADDED',
    object: { metadata: { labels: { app: 'web' }, resourceVersion: String(start + 1) }, data },
  });
  expect(await watch.event()).toMatchObject({
    type: 'DELETED',
    object: { metadata: { labels: { app: 'web' }, resourceVersion: String(start + 2) }, data },
  });
});

it('streams the initial list with its end marked', async () => {
  await api.create(maps, configMap('a'));
  const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  const watch = await api.watch(`${maps}?${query}`);
  expect(await watch.next(1)).toEqual([`ADDED a@${start + 1}`]);
  expect(await watch.event()).toMatchObject({
    type: 'BOOKMARK',
    object: {
      metadata: { resourceVersion: String(start + 1), annotations: { 'k8s.io/initial-events-end': 'true' } },
    },
  });
});

it('sends a bookmark every minute to those who want it', async () => {
  const watch = await api.watch(`${maps}?watch=true&resourceVersion=${start}&allowWatchBookmarks=true`);
  await api.create(inDefault('serviceaccounts'), { metadata: { name: 'x' } });
  await api.clock.advance(60_000);
  expect(await watch.event()).toMatchObject({
    type: 'BOOKMARK',
    object: { kind: 'ConfigMap', metadata: { resourceVersion: String(start + 1) } },
  });
});

it('ends after timeoutSeconds', async () => {
  const watch = await api.watch(`${maps}?watch=true&resourceVersion=${start}&timeoutSeconds=5`);
  await api.clock.advance(5000);
  await expect(watch.event()).rejects.toThrow('the watch has ended');
});
