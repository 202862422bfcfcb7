/**
 * What the store makes of etcd's answers, with a server that answers as etcd's gateway does: 3.4 and 3.5 translate by
 * grpc-gateway 1, 3.6 by grpc-gateway 2. A real etcd is in test/integration.
 * https://github.com/etcd-io/etcd/blob/release-3.6/server/embed/serve.go
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEtcdStore } from '../../../../agent/store/etcd.ts';
import { CompactedError, type Store, StoreUnavailableError } from '../../../../agent/store/store.ts';
import { quietLog } from '../../../fakes/log.ts';

interface Reply {
  status?: number;
  body: string;
}

const base64 = (value: string) => Buffer.from(value).toString('base64');
const bytes = (value: string): Uint8Array => Buffer.from(value);
const header = { cluster_id: '1', member_id: '2', revision: '9', raft_term: '3' };
const kv = (value: string, revision: number, created = revision) => ({
  key: base64('/a'),
  create_revision: String(created),
  mod_revision: String(revision),
  version: '1',
  value: base64(value),
});
const json = (body: object): Reply => ({ body: JSON.stringify(body) });
const done = (...responses: object[]) => json({ header, succeeded: true, responses });
/** A zero value such as `succeeded: false` is left out. */
const inTheWay = (...kvs: object[]) =>
  json({ header, responses: [{ response_range: { header, ...(kvs.length > 0 ? { kvs, count: '1' } : {}) } }] });

const refusals: [release: string, refuse: (message: string) => Reply][] = [
  ['3.5', (message) => ({ status: 503, body: JSON.stringify({ error: message, code: 14, message }) })],
  ['3.6', (message) => ({ status: 503, body: JSON.stringify({ code: 14, message, details: [] }) })],
];

let server: Server;
let store: Store;
let replies: Reply[];
let asked: { path: string; body: Record<string, unknown> }[];

beforeEach(async () => {
  [replies, asked] = [[], []];
  server = createServer(async (request, response) => {
    asked.push({ path: request.url ?? '', body: JSON.parse(await text(request)) });
    const { status = 200, body } = replies.shift() ?? { status: 500, body: 'asked too often' };
    response.statusCode = status;
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  store = createEtcdStore({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, log: quietLog });
});
afterEach(async () => {
  await store.close();
  server.closeAllConnections();
  server.close();
});

describe.each(refusals)('while the members of etcd %s choose a leader', (_, refuse) => {
  const lost = refuse('etcdserver: request timed out, possibly due to previous leader failure');

  it('a write that was not done is done', async () => {
    replies = [refuse('etcdserver: leader changed'), refuse('etcdserver: no leader'), done({ response_put: {} })];
    expect(await store.create('/a', bytes('x'))).toEqual({
      ok: true,
      entry: { key: '/a', value: bytes('x'), createRevision: 9, revision: 9 },
    });
    expect(new Set(asked.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  it('a creation that was done all the same is not refused as done by another', async () => {
    replies = [lost, inTheWay(kv('x', 8))];
    expect(await store.create('/a', bytes('x'))).toMatchObject({ ok: true, entry: { revision: 8, createRevision: 8 } });
  });

  it('an update that was done all the same is known by what is stored', async () => {
    replies = [lost, inTheWay(kv('new', 8, 2))];
    expect(await store.update('/a', bytes('new'), 5)).toMatchObject({
      ok: true,
      entry: { revision: 8, createRevision: 2 },
    });
  });

  it('a write of somebody else is a conflict', async () => {
    replies = [lost, inTheWay(kv('other', 8, 2))];
    expect(await store.update('/a', bytes('new'), 5)).toMatchObject({ ok: false, current: { revision: 8 } });
  });

  it('a deletion that was done all the same is answered with what was there', async () => {
    replies = [lost, inTheWay(), json({ header, kvs: [kv('old', 5, 2)], count: '1' })];
    expect(await store.delete('/a', 5)).toEqual({
      ok: true,
      entry: { key: '/a', value: bytes('old'), createRevision: 2, revision: 9 },
    });
    expect(asked.at(-1)).toMatchObject({ path: '/v3/kv/range', body: { key: base64('/a'), revision: '5' } });
  });

  it('a read waits for the leader', async () => {
    replies = [refuse('etcdserver: leader changed'), json({ header, kvs: [kv('x', 4)], count: '1' })];
    expect(await store.get('/a')).toMatchObject({ value: bytes('x'), revision: 4 });
  });
});

it('a write that finds another object without having failed before is a conflict, whatever it holds', async () => {
  replies = [inTheWay(kv('x', 8))];
  expect(await store.create('/a', bytes('x'))).toMatchObject({ ok: false, current: { revision: 8 } });
});

it('what etcd refuses for another reason is not tried again', async () => {
  replies = [{ status: 400, body: '{"code":3,"message":"etcdserver: request is too large","details":[]}' }];
  await expect(store.create('/a', bytes('x'))).rejects.toThrow('etcdserver: request is too large');
  expect(asked).toHaveLength(1);
});

it('a member that does not answer is told from one that refuses', async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(store.get('/a')).rejects.toBeInstanceOf(StoreUnavailableError);
});

describe('a watch', () => {
  const seen: string[] = [];
  const follow = async () => {
    for await (const { type, entry } of store.watch('/', 3, AbortSignal.timeout(20_000))) {
      seen.push(`${type} ${entry.key} ${Buffer.from(entry.value)} ${entry.revision}`);
    }
  };
  const started = JSON.stringify({ result: { header, created: true } });
  const compacted = JSON.stringify({ result: { header, canceled: true, compact_revision: '7' } });

  it('goes on after what it has seen when etcd ends it, and says when that is forgotten', async () => {
    const put = { kv: kv('x', 4) };
    const gone = { type: 'DELETE', kv: { key: base64('/a'), mod_revision: '5' }, prev_kv: kv('x', 4) };
    const ended: Record<string, object> = {
      // grpc-gateway 1 and 2
      '3.5': { grpc_code: 14, http_code: 503, message: 'etcdserver: no leader', http_status: 'Service Unavailable' },
      '3.6': { code: 14, message: 'etcdserver: no leader', details: [] },
    };
    replies = [
      {
        body: `${started}\n${JSON.stringify({ result: { header, events: [put] } })}\n${JSON.stringify({ error: ended['3.5'] })}\n`,
      },
      {
        body: `${started}\n${JSON.stringify({ result: { header, events: [gone] } })}\n${JSON.stringify({ error: ended['3.6'] })}\n`,
      },
      { body: `${started}\n${compacted}\n` },
    ];
    await expect(follow()).rejects.toBeInstanceOf(CompactedError);
    expect(seen).toEqual(['put /a x 4', 'delete /a x 5']);
    expect(asked.map(({ body }) => (body.create_request as { start_revision: string }).start_revision)).toEqual([
      '3',
      '4',
      '5',
    ]);
  });
});
