/** What clients see who read over the wire while others write. */
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AnyObject } from '../../../../../agent/api/types.ts';
import type { AdmissionStep } from '../../../../../agent/apiserver/admission/step.ts';
import { createAuthority } from '../../../../../main/cluster/pki.ts';
import { configMap, inDefault, startApi, type TestApi } from '../api.ts';

const maps = inDefault('configmaps');
const many = Array.from({ length: 50 }, (_, at) => `map-${at}`);

let api: TestApi;
let session: ClientHttp2Session;
/** Writes that a slow step has judged so far. */
let judged: number;

const slow: AdmissionStep = {
  name: 'Slow',
  operations: ['update'],
  resources: ['configmaps'],
  validate: () => {
    judged += 1;
    // Longer than its part of a turn: no other write goes on in this one.
    for (const until = performance.now() + 6; performance.now() < until; );
  },
};

beforeEach(async () => {
  judged = 0;
  api = await startApi({ admission: [slow] });
  const authority = await createAuthority('kubernetes');
  const { certificate: cert, key } = await authority.issue({
    commonName: 'api',
    hosts: ['127.0.0.1'],
    usages: ['server'],
  });
  const admin = await authority.issue({ commonName: 'admin', organizations: ['system:masters'], usages: ['client'] });
  const ca = authority.certificate;
  const { port } = await api.server.listen({ host: '127.0.0.1', port: 0, tls: { cert, key, ca } });
  session = connect(`https://127.0.0.1:${port}`, { ca, cert: admin.certificate, key: admin.key });
  for (const name of many) await api.create(maps, configMap(name));
});
afterEach(async () => {
  session.close();
  await api.close();
});

const open = (path: string): ClientHttp2Stream => session.request({ ':path': path });
const patchAll = (data: object) => {
  const merge = { 'content-type': 'application/merge-patch+json' };
  return Promise.all(many.map((name) => api.request('PATCH', `${maps}/${name}`, { data }, merge)));
};

it('a read does not wait in the row of the writes', async () => {
  await text(open(`${maps}/map-0`));
  const writing = patchAll({ key: '1' });
  while (judged === 0) await new Promise((resolve) => setImmediate(resolve));
  const before = judged;
  expect(JSON.parse(await text(open(`${maps}/map-0`)))).toMatchObject({ metadata: { name: 'map-0' } });
  // The turns in which the request arrives and its answer leaves, and no turn for each write.
  expect(judged - before).toBeLessThan(many.length / 3);
  expect((await writing).every(({ status }) => status === 200)).toBe(true);
});

it('watchers of everything get every event of many writes at once, in the order of the revisions', async () => {
  const { metadata } = await api.list(maps);
  const watches = Array.from({ length: 10 }, () => {
    return open(`/api/v1/configmaps?watch=true&resourceVersion=${metadata.resourceVersion}`);
  });
  await Promise.all(watches.map((watch) => once(watch, 'response')));
  const seen = watches.map(async (watch) => {
    let received = '';
    for await (const chunk of watch.setEncoding('utf8')) {
      received += chunk;
      const lines = received.split('\n').slice(0, -1);
      if (lines.length === many.length) return lines.map((line) => JSON.parse(line).object.metadata);
    }
    throw new Error('the watch has ended');
  });
  const written = await patchAll({ key: '1' });
  const revisions = written.map(({ body }) => Number((body as AnyObject).metadata.resourceVersion));
  revisions.sort((a, b) => a - b);
  for (const events of await Promise.all(seen)) {
    expect(events.map(({ resourceVersion }) => Number(resourceVersion))).toEqual(revisions);
    expect(new Set(events.map(({ name }) => name))).toEqual(new Set(many));
  }
});
