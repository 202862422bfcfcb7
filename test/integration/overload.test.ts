/** More requests at once than the server takes on. */
import { once } from 'node:events';
import https from 'node:https';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Credential } from '../../main/cluster/pki.ts';
import { startTestApiServer, type TestApiServer } from './harness.ts';
import { sendRequest } from './request.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const headers = { 'content-type': 'application/json' };
const body = (name: string) => JSON.stringify({ metadata: { name } });

let api: TestApiServer;
let ann: Credential;
beforeAll(async () => {
  api = await startTestApiServer({ inFlight: { reading: 1, writing: 1 } });
  ann = await api.authority.issue({ commonName: 'ann', usages: ['client'] });
  const group = 'rbac.authorization.k8s.io';
  await api.transport.request({
    method: 'POST',
    path: `/apis/${group}/v1/clusterrolebindings`,
    body: {
      metadata: { name: 'ann' },
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ apiGroup: group, kind: 'User', name: 'ann' }],
    },
  });
});
afterAll(() => api.close());

it('is refused with the time to wait, by all but the administrators of the cluster, and is over with its cause', async () => {
  const create = (name: string, credential: Credential) =>
    sendRequest(api, maps, { credential, method: 'POST', headers, body: body(name) });
  const options = { ca: api.ca, cert: ann.certificate, key: ann.key, agent: false as const };
  const slow = https.request(`${api.url}${maps}`, {
    ...options,
    method: 'POST',
    headers: { ...headers, 'content-length': body('slow').length, expect: '100-continue' },
  });
  slow.flushHeaders();
  await once(slow, 'continue');
  const refused = await create('refused', ann);
  expect([refused.status, refused.headers['retry-after'], JSON.parse(refused.body.toString())]).toMatchObject([
    429,
    '1',
    { kind: 'Status', reason: 'TooManyRequests', details: { retryAfterSeconds: 1 } },
  ]);
  expect((await sendRequest(api, maps, { credential: ann })).status).toBe(200);
  expect((await create('admin', api.admin)).status).toBe(201);
  slow.end(body('slow'));
  const [answer] = await once(slow, 'response');
  expect(answer.statusCode).toBe(201);
  await once(answer.resume(), 'end');
  expect((await create('after', ann)).status).toBe(201);
});
