import { afterEach, beforeEach, expect, it } from 'vitest';
import { CompactedError } from '../../../../agent/store/store.ts';
import { configMap, inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());
const minutes = 60_000;

it('forgets events an hour after they last happened', async () => {
  const event = (name: string, lastTimestamp: string) => ({
    metadata: { name },
    involvedObject: { kind: 'Pod', name: 'web', namespace: 'default' },
    reason: 'Started',
    type: 'Normal',
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp,
  });
  await api.create(inDefault('events'), event('old', '2026-01-01T00:00:00Z'));
  await api.create(inDefault('events'), event('again', '2026-01-01T00:50:00Z'));
  await api.clock.advance(55 * minutes);
  expect((await api.list(inDefault('events'))).items).toHaveLength(2);
  await api.clock.advance(10 * minutes);
  expect((await api.list(inDefault('events'))).items.map(({ metadata }) => metadata.name)).toEqual(['again']);
});

it('compacts what was written before the last interval', async () => {
  await api.create(inDefault('configmaps'), configMap('a'));
  await api.clock.advance(10 * minutes);
  const changes = api.store.watch('/', 0, new AbortController().signal)[Symbol.asyncIterator]();
  await expect(changes.next()).rejects.toThrow(CompactedError);
});

it('lets go of old history where nothing happens any more', async () => {
  const first = await api.create(inDefault('configmaps'), configMap('a'));
  await api.create(inDefault('configmaps'), configMap('b'));
  await api.clock.advance(10 * minutes);
  const watch = await api.watch(
    `${inDefault('configmaps')}?watch=true&resourceVersion=${first.metadata.resourceVersion}`,
  );
  expect(await watch.next(1)).toEqual(['ERROR 410']);
});

it('counts requests, objects and watches', async () => {
  await api.create(inDefault('configmaps'), configMap('a'));
  await api.watch(`${inDefault('configmaps')}?watch=true`);
  const { body } = await api.request('GET', '/metrics');
  expect(body).toContain('apiserver_request_total{verb="POST",resource="configmaps",code="201"} 1\n');
  expect(body).toContain('apiserver_storage_objects{resource="configmaps"} 1\n');
  expect(body).toContain('apiserver_longrunning_requests{resource="configmaps",verb="WATCH"} 1\n');
});
