/** More requests at once than the server takes on. */
import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import https from 'node:https';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { AnyObject } from '../../agent/api/types.ts';
import type { Credential } from '../../main/cluster/pki.ts';
import { startTestApiServer, type TestApiServer } from './harness.ts';
import { sendRequest } from './request.ts';

const flowControl = '/apis/flowcontrol.apiserver.k8s.io/v1';
const maps = '/api/v1/namespaces/default/configmaps';
const headers = { 'content-type': 'application/json' };
const body = (name: string) => JSON.stringify({ metadata: { name } });

let api: TestApiServer;
let ann: Credential;
beforeAll(async () => {
  api = await startTestApiServer({ seats: 1, watches: 3 });
  ann = await api.authority.issue({ commonName: 'ann', usages: ['client'] });
  const send = async (path: string, body: object) => {
    const { status, body: answer } = await api.transport.request({ method: 'POST', path, body });
    if (status !== 201) throw new Error(JSON.stringify(answer));
  };
  await send(`${flowControl}/prioritylevelconfigurations`, {
    metadata: { name: 'tiny' },
    spec: {
      type: 'Limited',
      limited: { nominalConcurrencyShares: 1, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } },
    },
  });
  const rule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] };
  await send(`${flowControl}/flowschemas`, {
    metadata: { name: 'writes-of-ann' },
    spec: {
      matchingPrecedence: 100,
      priorityLevelConfiguration: { name: 'tiny' },
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: 'ann' } }],
          resourceRules: [{ ...rule, verbs: ['create', 'watch'] }],
        },
      ],
    },
  });
  const group = 'rbac.authorization.k8s.io';
  await send(`/apis/${group}/v1/clusterrolebindings`, {
    metadata: { name: 'ann' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: group, kind: 'User', name: 'ann' }],
  });
});
afterAll(() => api.close());

const stored = async (path: string): Promise<AnyObject> =>
  (await api.transport.request({ method: 'GET', path: `${flowControl}/${path}` })).body as AnyObject;

/** Sends all but the body. */
async function takeSeat(name: string): Promise<ClientRequest> {
  const options = { ca: api.ca, cert: ann.certificate, key: ann.key, agent: false as const };
  const request = https.request(`${api.url}${maps}`, {
    ...options,
    method: 'POST',
    headers: { ...headers, 'content-length': body(name).length, expect: '100-continue' },
  });
  request.flushHeaders();
  await once(request, 'continue');
  return request;
}

it('is refused with the time to wait, by all but the administrators of the cluster, and is over with its cause', async () => {
  const create = (name: string, credential: Credential) =>
    sendRequest(api, maps, { credential, method: 'POST', headers, body: body(name) });
  const slow = await takeSeat('slow');
  const refused = await create('refused', ann);
  expect([refused.status, refused.headers['retry-after'], JSON.parse(refused.body.toString())]).toMatchObject([
    429,
    '1',
    { kind: 'Status', reason: 'TooManyRequests', details: { retryAfterSeconds: 1 } },
  ]);
  const { metadata } = await stored('prioritylevelconfigurations/tiny');
  expect(refused.headers['x-kubernetes-pf-prioritylevel-uid']).toBe(metadata.uid);
  const read = await sendRequest(api, maps, { credential: ann });
  expect([read.status, read.headers['x-kubernetes-pf-flowschema-uid']]).toEqual([
    200,
    (await stored('flowschemas/global-default')).metadata.uid,
  ]);
  expect((await create('admin', api.admin)).status).toBe(201);
  slow.end(body('slow'));
  const [answer] = await once(slow, 'response');
  expect(answer.statusCode).toBe(201);
  await once(answer.resume(), 'end');
  expect((await create('after', ann)).status).toBe(201);
});

it('is not passed by whoever asks for an upgrade', async () => {
  const slow = await takeSeat('slower');
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket' };
  const ask = () => sendRequest(api, `${maps}?watch=1`, { credential: ann, headers: upgrade });
  const refused = await ask();
  expect([refused.status, refused.headers['retry-after'], JSON.parse(refused.body.toString())]).toMatchObject([
    429,
    '1',
    { kind: 'Status', reason: 'TooManyRequests' },
  ]);
  slow.end(body('slower'));
  const [response] = await once(slow, 'response');
  await once(response.resume(), 'end');
  expect((await ask()).status).not.toBe(429);
  expect((await ask()).status).not.toBe(429);
});

async function openWatch({
  certificate,
  key,
}: Credential): Promise<{ request: ClientRequest; response: IncomingMessage }> {
  const options = { ca: api.ca, cert: certificate, key, agent: false as const };
  const request = https.request(`${api.url}${maps}?watch=1`, options).on('error', () => {});
  request.end();
  const [response] = await once(request, 'response');
  return { request, response };
}

it('is not what somebody does who watches, however long and however slowly, until there are too many', async () => {
  const watches = [await openWatch(ann), await openWatch(ann), await openWatch(ann)];
  expect(watches.map(({ response }) => response.statusCode)).toEqual([200, 200, 200]);
  const refused = await openWatch(ann);
  expect([refused.response.statusCode, refused.response.headers['retry-after']]).toEqual([429, '1']);
  const ofAdministrator = await openWatch(api.admin);
  expect(ofAdministrator.response.statusCode).toBe(200);
  watches.pop()?.request.destroy();
  await vi.waitFor(async () => {
    const again = await openWatch(ann);
    watches.push(again);
    expect(again.response.statusCode).toBe(200);
  });
  for (const { request } of [...watches, refused, ofAdministrator]) request.destroy();
});
