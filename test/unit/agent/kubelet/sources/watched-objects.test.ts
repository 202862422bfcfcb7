import { afterEach, beforeEach, expect, it } from 'vitest';
import { createClient } from '../../../../../agent/client/client.ts';
import type { Transport } from '../../../../../agent/client/transport.ts';
import type { ObjectKey } from '../../../../../agent/kubelet/sources/objects.ts';
import { createWatchedObjects, type WatchedObjects } from '../../../../../agent/kubelet/sources/watched-objects.ts';
import { createLogger } from '../../../../../agent/log.ts';
import { configMap, inDefault, startApi, type TestApi } from '../../apiserver/api.ts';

let api: TestApi;
let stop: AbortController;
let open: number;
let told: string[];
let objects: WatchedObjects;
beforeEach(async () => {
  api = await startApi();
  stop = new AbortController();
  [open, told] = [0, []];
  const transport = api.server.transport({ username: 'admin', groups: ['system:masters'] });
  const counting: Transport = {
    async request(request) {
      const answer = await transport.request(request);
      if (!answer.events) return answer;
      open += 1;
      request.signal?.addEventListener('abort', () => {
        open -= 1;
      });
      return answer;
    },
  };
  objects = createWatchedObjects({
    client: createClient(counting),
    clock: api.clock,
    log: createLogger('kubelet', () => {}),
    signal: stop.signal,
    onChange: (uid) => told.push(uid),
  });
});
afterEach(async () => {
  stop.abort();
  await api.close();
});

const keys = (count: number): ObjectKey[] =>
  Array.from({ length: count }, (_, at) => ({ plural: 'configmaps', namespace: 'default', name: `map-${at}` }));

it('watches so many objects and no more; what is beyond is read, and looked at each minute', async () => {
  await api.create(inDefault('configmaps'), configMap('map-299', { key: 'first' }));
  objects.follow('large', keys(300));
  await expect.poll(() => open).toBe(256);
  expect((await objects.configMap('default', 'map-299'))?.data).toEqual({ key: 'first' });
  await api.request(
    'PATCH',
    inDefault('configmaps', 'map-299'),
    { data: { key: 'second' } },
    {
      'content-type': 'application/merge-patch+json',
    },
  );
  expect((await objects.configMap('default', 'map-299'))?.data).toEqual({ key: 'second' });
  expect(told).toEqual([]);
  await api.clock.advance(60_000);
  await api.clock.advance(60_000);
  expect([told, open]).toEqual([['large', 'large'], 256]);
});

it('looks no more once everything is watched, or the pod has gone', async () => {
  objects.follow('large', keys(300));
  await expect.poll(() => open).toBe(256);
  objects.follow('large', keys(10));
  await expect.poll(() => open).toBe(10);
  objects.follow('other', keys(300));
  objects.follow('other', []);
  await expect.poll(() => open).toBe(10);
  await api.clock.advance(120_000);
  expect(told).toEqual([]);
});

it('tells every pod that refers to an object of a change to it, at once', async () => {
  objects.follow('one', keys(1));
  objects.follow('two', keys(1));
  await expect.poll(() => open).toBe(1);
  await api.create(inDefault('configmaps'), configMap('map-0'));
  await expect.poll(() => told).toEqual(['one', 'two']);
});
