import { describe, expect, test } from 'vitest';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { relayWatch } from '../../../../main/calls/watch-relay.ts';
import type { ResourceChanges } from '../../../../main/contract/streams.ts';
import { type Answer, fakeConnection } from './fake-connection.ts';

const pod = (name: string, resourceVersion: string): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, uid: name, resourceVersion, creationTimestamp: '2026-01-01T00:00:00Z' },
});
const list = (resourceVersion: string, ...items: AnyObject[]): Answer => ({
  body: [JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion }, items })],
});
const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;
const gone = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  reason: 'Expired',
  code: 410,
  message: 'too old',
};

/** Runs until the last answer hangs, and gives what was told to the window and asked of the server. */
async function relay(answers: (Answer | Error)[], form: 'objects' | 'table' = 'objects') {
  const connection = fakeConnection(answers);
  const told: ResourceChanges[] = [];
  const slept: number[] = [];
  const stop = new AbortController();
  const total = answers.length;
  const running = relayWatch({
    target: { id: 'w', resource: { group: '', plural: 'pods' }, form },
    open: async () => ({ connection, resource: { group: '', version: 'v1', plural: 'pods' } }),
    emit: (changes) => told.push(changes),
    sleep: async (milliseconds) => void slept.push(milliseconds),
    signal: stop.signal,
  });
  while (connection.asked.length < total) await new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  await running;
  const paths = connection.asked.map(({ path }) => path);
  return { told, slept, paths, asked: connection.asked };
}

const open: Answer = { body: [], hangs: true };

describe('the watch relay', () => {
  test('lists, then watches from the revision of the list', async () => {
    const { told, paths } = await relay([list('7', pod('a', '5')), open]);
    expect(told[0]).toMatchObject({ id: 'w', synced: true, resync: [{ metadata: { name: 'a' } }] });
    expect(paths[1]).toBe('/api/v1/pods?watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=290');
  });

  test('gives items of a list their kind', async () => {
    const { metadata } = pod('a', '5');
    const { told } = await relay([list('7', { metadata } as AnyObject), open]);
    expect(told[0]?.resync).toEqual([{ apiVersion: 'v1', kind: 'Pod', metadata }]);
  });

  const page = (name: string, next?: string): Answer => ({
    body: [
      JSON.stringify({
        kind: 'PodList',
        apiVersion: 'v1',
        metadata: { resourceVersion: '7', ...(next ? { continue: next } : {}) },
        items: [pod(name, '1')],
      }),
    ],
  });

  test('hands over a long list page by page, as the pages come', async () => {
    const { told, paths } = await relay([page('a', 'next'), page('b'), open]);
    expect(paths[1]).toBe('/api/v1/pods?limit=1000&continue=next');
    expect(told[0]).toMatchObject({ synced: false, resync: [{ metadata: { name: 'a' } }], events: [] });
    expect(told[1]).toMatchObject({ synced: true, events: [{ type: 'ADDED', object: { metadata: { name: 'b' } } }] });
    expect(told[1]?.resync).toBeUndefined();
  });

  test('replaces a list that the window holds only when all pages of the new one are there', async () => {
    const expired = { body: [line('ERROR', gone)] };
    const { told } = await relay([list('5', pod('a', '1')), expired, page('a', 'next'), page('b'), open]);
    const lists = told.filter(({ resync }) => resync).map(({ resync }) => resync?.map(({ metadata }) => metadata.name));
    expect(lists).toEqual([['a'], ['a', 'b']]);
  });

  test('hands over events together, without bookmarks', async () => {
    const events = line('ADDED', pod('b', '8')) + line('BOOKMARK', pod('', '9')) + line('DELETED', pod('b', '10'));
    const { told } = await relay([list('7'), { body: [events] }, open]);
    const handed = told.flatMap((changes) => changes.events.map(({ type }) => type));
    expect(handed).toEqual(['ADDED', 'DELETED']);
    expect(told.filter(({ events }) => events.length > 0)).toHaveLength(1);
  });

  test('reads an event that comes in two chunks', async () => {
    const text = line('ADDED', pod('é', '8'));
    const { told } = await relay([list('7'), { body: [text.slice(0, 20), text.slice(20)] }, open]);
    expect(told.flatMap(({ events }) => events)).toHaveLength(1);
  });

  test('resumes from the last revision when the connection breaks', async () => {
    const broken = { body: [line('BOOKMARK', pod('', '12')), new Error('socket hang up')] };
    const { told, paths, slept } = await relay([list('7'), broken, open]);
    expect(paths[2]).toContain('resourceVersion=12');
    expect(told.find(({ error }) => error)).toMatchObject({ synced: false, error: { message: 'socket hang up' } });
    expect(told.at(-1)).toMatchObject({ synced: true });
    expect(slept).toEqual([250]);
  });

  test('lists anew after a 410 inside the watch', async () => {
    const { told, paths } = await relay([list('7', pod('a', '5')), { body: [line('ERROR', gone)] }, list('20'), open]);
    expect(paths[2]).toBe('/api/v1/pods?limit=1000');
    expect(told.filter(({ resync }) => resync).map(({ resync }) => resync?.length)).toEqual([1, 0]);
    expect(told.every(({ error }) => error === undefined)).toBe(true);
  });

  test('lists anew after a 410 instead of a watch', async () => {
    const { paths } = await relay([list('7'), { status: 410, body: [JSON.stringify(gone)] }, list('20'), open]);
    expect(paths.slice(2)).toEqual(['/api/v1/pods?limit=1000', expect.stringContaining('resourceVersion=20')]);
  });

  test('waits longer after each failure in a row, and anew after a success', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const { slept, told } = await relay([refused, refused, refused, list('7'), new Error('broken'), open]);
    expect(slept).toEqual([250, 500, 1000, 250]);
    expect(told[0]?.error).toMatchObject({ code: 'ECONNREFUSED', hint: expect.stringContaining('Start the cluster') });
  });

  test('says what the server refused', async () => {
    const forbidden = { ...gone, code: 403, reason: 'Forbidden', message: 'pods is forbidden' };
    const { told } = await relay([{ status: 403, body: [JSON.stringify(forbidden)] }, list('1'), open]);
    expect(told[0]?.error).toMatchObject({ code: 'Forbidden', message: 'pods is forbidden' });
  });

  const columnDefinitions = [
    { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 },
    { name: 'Size', type: 'integer', format: '', description: 'How large', priority: 1 },
  ];
  const table = (rows: unknown[], rest = {}) => ({
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '7' },
    rows,
    ...rest,
  });

  test('hands over the server’s own table with the objects in its rows', async () => {
    const rows = [{ cells: ['a', 3], object: pod('a', '5') }];
    const changed = table([{ cells: ['a', 4], object: pod('a', '8') }]);
    const answers: Answer[] = [
      { body: [JSON.stringify(table(rows, { columnDefinitions }))] },
      { body: [line('MODIFIED', changed)] },
      open,
    ];
    const { told, paths, asked } = await relay(answers, 'table');
    expect(paths[0]).toBe('/api/v1/pods?includeObject=Object&limit=1000');
    expect(asked[0]?.headers?.accept).toContain('as=Table');
    expect(told[0]).toMatchObject({ table: { columns: columnDefinitions, cells: [['a', 3]] } });
    expect(told[0]?.resync?.[0]?.metadata.name).toBe('a');
    const event = told.find(({ events }) => events.length > 0);
    expect(event).toMatchObject({ table: { columns: columnDefinitions, cells: [['a', 4]] } });
    expect(paths[2]).toContain('resourceVersion=8');
  });

  test('hands over plain objects where the server makes no tables', async () => {
    const { told } = await relay([list('7', pod('a', '5')), open], 'table');
    expect(told[0]?.resync).toHaveLength(1);
    expect(told[0]?.table).toBeUndefined();
  });
});
