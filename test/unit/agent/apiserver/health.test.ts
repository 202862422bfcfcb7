import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createMemoryStore } from '../../../../agent/store/memory.ts';
import { createSqliteStore } from '../../../../agent/store/sqlite.ts';
import { createStoreWorker } from '../../../../agent/store/sqlite-thread.ts';
import type { Store } from '../../../../agent/store/store.ts';
import { settle } from '../../../fakes/clock.ts';
import { configMap, inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
afterEach(() => api.close());

const broken: Store = { ...createMemoryStore(), check: () => Promise.reject(new Error('the disk is full')) };
const answer = async (path: string) => {
  const { status, body } = await api.request('GET', path);
  return `${status} ${body}`;
};

it.each([
  ['/readyz', '200 ok'],
  ['/livez/etcd', '200 ok'],
  [
    '/livez?verbose',
    '200 [+]ping ok\n[+]log ok\n[+]etcd ok\n[+]poststarthook/bootstrap-controller ok\nlivez check passed\n',
  ],
  [
    '/readyz?verbose&exclude=etcd&exclude=etcd-readiness',
    '200 [+]ping ok\n[+]log ok\n[+]etcd excluded: ok\n[+]poststarthook/bootstrap-controller ok\n[+]etcd-readiness excluded: ok\n[+]shutdown ok\nreadyz check passed\n',
  ],
  [
    '/healthz?verbose&exclude=nothing',
    '200 [+]ping ok\n[+]log ok\n[+]etcd ok\n[+]poststarthook/bootstrap-controller ok\nwarn: some health checks cannot be excluded: no matches for "nothing"\nhealthz check passed\n',
  ],
])('answers %s of a healthy server', async (path, expected) => {
  api = await startApi();
  expect(await answer(path)).toBe(expected);
});

it.each([
  [
    '/livez',
    '500 [+]ping ok\n[+]log ok\n[-]etcd failed: reason withheld\n[+]poststarthook/bootstrap-controller ok\nlivez check failed\n',
  ],
  ['/livez/etcd', '500 internal server error: the disk is full\n'],
  ['/livez/ping', '200 ok'],
  ['/livez?exclude=etcd', '200 ok'],
])('answers %s of a server whose store is not well', async (path, expected) => {
  api = await startApi({ store: broken });
  expect(await answer(path)).toBe(expected);
});

it('does not wait for a store that does not answer', async () => {
  api = await startApi({ store: { ...createMemoryStore(), check: () => new Promise(() => {}) } });
  const asked = answer('/readyz/etcd');
  await settle();
  await api.clock.advance(2_000);
  expect(await asked).toBe('500 internal server error: the store did not answer within 2 s\n');
});

it('fails with its store, so that the process ends', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skiff-health-'));
  const worker = createStoreWorker();
  const store = await createSqliteStore({ path: join(folder, 'state.db'), worker });
  api = await startApi({ store: { ...store, close: async () => {} } });
  await api.create(inDefault('configmaps'), configMap('a'));
  const failed = expect(api.server.failed).rejects.toThrow('the thread of the store ended');
  await worker.terminate();
  await failed;
  expect(await answer('/readyz/etcd')).toBe('500 internal server error: the thread of the store ended\n');
  expect(await api.refused('POST', inDefault('configmaps'), configMap('b'))).toMatchObject({
    code: 500,
    message: 'Internal error occurred: the thread of the store ended',
  });
  await rm(folder, { recursive: true });
});

it('names the object that cannot be read', async () => {
  const store = createMemoryStore();
  await store.create('/registry/configmaps/default/a', Buffer.from('{"apiVersion":"v1",'));
  api = await startApi();
  await expect(startApi({ store })).rejects.toThrow(
    'the store holds something under /registry/configmaps/default/a that cannot be read: put a copy of it back',
  );
});
