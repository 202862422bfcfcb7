/** Answers in protobuf, as Go clients ask for them: objects, lists, failures, metadata alone and watches. */
import https from 'node:https';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { objectLimits } from '../../agent/api/json/limits.ts';
import { decodeProtobuf } from '../../agent/apiserver/protobuf/decode.ts';
import layout from '../../agent/apiserver/protobuf/messages.json' with { type: 'json' };
import type { Messages } from '../../agent/apiserver/protobuf/messages.ts';
import { startTestApiServer, type TestApiServer } from './harness.ts';
import { type Answer, sendRequest } from './request.ts';

const type = 'application/vnd.kubernetes.protobuf';
const maps = '/api/v1/namespaces/default/configmaps';
const messages = layout as object as Messages;
const decoded = (bytes: Buffer) => decodeProtobuf(messages, bytes, objectLimits());

let api: TestApiServer;
beforeAll(async () => {
  api = await startTestApiServer();
  for (const name of ['a', 'b']) await create({ metadata: { name, labels: { app: 'web' } }, data: { key: name } });
});
afterAll(() => api.close());

const create = (body: object) => api.transport.request({ method: 'POST', path: maps, body });
const get = (path: string, accept: string): Promise<Answer> =>
  sendRequest(api, path, { credential: api.admin, headers: { accept } });

it('answers with an object', async () => {
  const { headers, body } = await get(`${maps}/a`, `${type},application/json`);
  expect(headers['content-type']).toBe(type);
  expect(decoded(body)).toMatchObject({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', resourceVersion: expect.stringMatching(/^\d+$/) },
    data: { key: 'a' },
  });
});

it('answers with a list, a chunk of it too', async () => {
  const { body } = await get(`${maps}?labelSelector=app%3Dweb&limit=1`, type);
  expect(decoded(body)).toMatchObject({
    kind: 'ConfigMapList',
    metadata: { continue: expect.any(String) },
    items: [{ metadata: { name: 'a' }, data: { key: 'a' } }],
  });
});

it('answers with metadata alone', async () => {
  const { headers, body } = await get(`${maps}/a`, `${type};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`);
  expect(headers['content-type']).toBe(type);
  expect(decoded(body)).toMatchObject({
    apiVersion: 'meta.k8s.io/v1',
    kind: 'PartialObjectMetadata',
    metadata: { name: 'a', labels: { app: 'web' } },
  });
});

it('answers with a failure', async () => {
  const { status, headers, body } = await get(`${maps}/none`, type);
  expect([status, headers['content-type']]).toEqual([404, type]);
  expect(decoded(body)).toMatchObject({ kind: 'Status', reason: 'NotFound', details: { name: 'none' }, code: 404 });
});

it('answers with the groups that are served', async () => {
  const { body } = await get('/apis', type);
  expect(decoded(body)).toMatchObject({ kind: 'APIGroupList', groups: expect.any(Array) });
});

it('prefers JSON where the client does', async () => {
  const { headers } = await get(`${maps}/a`, `${type};q=0.8,application/json`);
  expect(headers['content-type']).toBe('application/json');
});

/** Messages behind their length, in four bytes. */
function framesIn(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    frames.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return frames;
}

/** Of a `meta.v1.WatchEvent`: its first field, whose length is one byte. */
const typeOf = (frame: Buffer): string => frame.subarray(2, 2 + frame.readUInt8(1)).toString();

it('frames the events of a watch by their length', async () => {
  const path = `${maps}?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`;
  const options = { ca: api.ca, cert: api.admin.certificate, key: api.admin.key, agent: false as const };
  const bytes: Buffer[] = [];
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    https.get(`${api.url}${path}`, { ...options, headers: { accept: type } }, resolve).on('error', reject);
  });
  expect(response.headers['content-type']).toBe(`${type};stream=watch`);
  for await (const chunk of response) {
    bytes.push(chunk);
    if (framesIn(Buffer.concat(bytes)).length >= 3) break;
  }
  const frames = framesIn(Buffer.concat(bytes));
  const objects = frames.map((frame) => decoded(frame.subarray(frame.indexOf('k8s\0'))));
  expect(objects.map((object) => object?.metadata)).toMatchObject([
    { name: 'a' },
    { name: 'b' },
    { annotations: { 'k8s.io/initial-events-end': 'true' } },
  ]);
  expect(frames.map(typeOf)).toEqual(['ADDED', 'ADDED', 'BOOKMARK']);
});
