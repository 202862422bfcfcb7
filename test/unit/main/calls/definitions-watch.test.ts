import { describe, expect, test, vi } from 'vitest';
import { type DefinitionsWatcher, watchDefinitions } from '../../../../main/calls/discovery/definitions-watch.ts';
import type { ServedResource, ServedResources } from '../../../../main/contract/resources.ts';
import { type Answer, fakeConnection } from './fake-connection.ts';

const definitions: ServedResource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  singular: 'customresourcedefinition',
  namespaced: false,
  verbs: ['list', 'watch'],
  shortNames: ['crd'],
  categories: [],
  subresources: [],
};
const apiServices = { ...definitions, group: 'apiregistration.k8s.io', plural: 'apiservices', kind: 'APIService' };
const configMaps = { ...definitions, group: '', plural: 'configmaps', kind: 'ConfigMap' };

const listed = (resourceVersion: string): Answer => ({ body: [JSON.stringify({ metadata: { resourceVersion } })] });
const refused = (code: number): Answer => ({ status: code, body: [JSON.stringify({ kind: 'Status', code })] });
const line = (name: string) => `${JSON.stringify({ type: 'ADDED', object: { metadata: { name } } })}\n`;
const watch = (...names: string[]): Answer => ({ body: names.map(line), hangs: true });
const ended = (...names: string[]): Answer => ({ body: names.map(line) });

/** Watches until the answers are used up and what was asked last hangs, is over, or rests for the last time. */
async function follow(answers: (Answer | Error)[], resources: ServedResource[] = [definitions]) {
  const connection = fakeConnection(answers);
  const onChange = vi.fn<() => void>();
  const onFirstOpen = vi.fn<() => void>();
  const slept: number[] = [];
  const stop = new AbortController();
  const served: ServedResources = { resources, silent: [] };
  const watcher: DefinitionsWatcher = watchDefinitions({
    connection,
    served,
    onChange,
    onFirstOpen,
    sleep: async (milliseconds, signal) => {
      slept.push(milliseconds);
      if (answers.length === 0) await new Promise((_, reject) => signal.addEventListener('abort', reject));
    },
    signal: stop.signal,
  });
  do await new Promise((resolve) => setImmediate(resolve));
  while (answers.length > 0);
  await new Promise((resolve) => setImmediate(resolve));
  return { watcher, onChange, onFirstOpen, slept, asked: connection.asked, stop };
}

describe('the watch of definitions', () => {
  test('says once that it is open, since something may have changed before', async () => {
    const { onFirstOpen, stop } = await follow([listed('41'), ended(), listed('42'), watch()]);
    expect(onFirstOpen).toHaveBeenCalledTimes(1);
    stop.abort();
  });

  test('goes on from the list, asks for metadata alone, and calls for each change', async () => {
    const { watcher, onChange, asked, stop } = await follow([listed('41'), watch('a', 'b')]);
    expect(asked.map(({ path }) => path)).toEqual([
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?limit=1',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?watch=true&resourceVersion=41',
    ]);
    expect(asked.map(({ headers }) => headers?.accept?.split(';')[1])).toEqual([
      'as=PartialObjectMetadataList',
      'as=PartialObjectMetadata',
    ]);
    expect(onChange).toHaveBeenCalledTimes(2);
    expect(watcher.isLive()).toBe(true);
    stop.abort();
  });

  test('is not there where a server has no definitions, or ones that cannot be watched', async () => {
    const { watcher, asked } = await follow([], [configMaps, { ...definitions, verbs: ['list'] }]);
    expect(asked).toEqual([]);
    expect(watcher.isLive()).toBe(false);
  });

  test('is live only while all of them are watched', async () => {
    const both = [definitions, apiServices];
    const { watcher, stop } = await follow([listed('1'), listed('1'), watch(), watch()], both);
    expect(watcher.isLive()).toBe(true);
    const half = await follow([listed('1'), refused(403), watch()], both);
    expect(half.watcher.isLive()).toBe(false);
    stop.abort();
    half.stop.abort();
  });

  test.each([401, 403, 404, 405])('asks no more after the answer %d', async (code) => {
    const { watcher, onChange, slept } = await follow([refused(code)]);
    expect(slept).toEqual([]);
    expect(onChange).not.toHaveBeenCalled();
    expect(watcher.isLive()).toBe(false);
  });

  test('is opened again when it ends, and tells that something may have been missed', async () => {
    const { watcher, onChange, slept, stop } = await follow([listed('1'), ended(), listed('5'), watch()]);
    expect(slept).toEqual([1_000]);
    expect(onChange).toHaveBeenCalledTimes(1);
    expect(watcher.isLive()).toBe(true);
    stop.abort();
  });

  test.each([
    ['a revision that is gone', refused(410)],
    ['too many requests', refused(429)],
    ['a server in trouble', refused(503)],
    ['a connection that breaks', new Error('socket hang up')],
  ])('is tried again after %s', async (_, trouble) => {
    const { watcher, slept, stop } = await follow([listed('1'), trouble, listed('2'), watch()]);
    expect(slept).toEqual([1_000]);
    expect(watcher.isLive()).toBe(true);
    stop.abort();
  });

  test('rests longer each time that it ends without a word, and forgets that when it says something', async () => {
    const silent = Array.from({ length: 6 }, () => [listed('1'), ended()]).flat();
    const { slept, stop } = await follow([...silent, listed('1'), ended('a')]);
    expect(slept).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 1_000]);
    stop.abort();
  });

  test('is over when it is stopped', async () => {
    const { watcher, asked } = await follow([listed('1'), watch()]);
    watcher.stop();
    await vi.waitFor(() => expect(watcher.isLive()).toBe(false));
    expect(asked).toHaveLength(2);
  });

  test('covers what is served as long as the definitions are the same', async () => {
    const { watcher, stop } = await follow([listed('1'), watch()]);
    expect(watcher.covers({ resources: [configMaps, definitions], silent: [] })).toBe(true);
    expect(watcher.covers({ resources: [definitions, apiServices], silent: [] })).toBe(false);
    stop.abort();
  });
});
