/** Tokens in secrets, used over the wire. */

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAuthority } from '../../../../main/cluster/pki.ts';
import { inDefault, startApi, type TestApi } from './api.ts';

const type = 'kubernetes.io/service-account-token';
const lastUsed = 'kubernetes.io/legacy-token-last-used';
const invalidSince = 'kubernetes.io/legacy-token-invalid-since';

let api: TestApi;
let port: number;
let ca: string;
let token: string;

beforeEach(async () => {
  api = await startApi({ tracksLegacyTokens: true });
  const authority = await createAuthority('kubernetes');
  ca = authority.certificate;
  const { certificate: cert, key } = await authority.issue({
    commonName: 'api',
    hosts: ['127.0.0.1'],
    usages: ['server'],
  });
  ({ port } = await api.server.listen({ host: '127.0.0.1', port: 0, tls: { cert, key, ca } }));
  const { metadata } = await api.create(inDefault('serviceaccounts'), { metadata: { name: 'robot' } });
  const annotations = {
    'kubernetes.io/service-account.name': 'robot',
    'kubernetes.io/service-account.uid': metadata.uid,
  };
  const made = await api.create(inDefault('secrets'), { metadata: { name: 'robot-token', annotations }, type });
  const answer = await api.create(inDefault('serviceaccounts', 'robot/token'), {
    spec: { boundObjectRef: { kind: 'Secret', name: 'robot-token', uid: made.metadata.uid } },
  });
  token = String(answer.status?.token);
  const data = { token: Buffer.from(token).toString('base64') };
  await api.request('PUT', inDefault('secrets', 'robot-token'), { ...made, data });
});
afterEach(() => api.close());

/** Who am I, asked with the token. */
async function ask(): Promise<{ status: number; warning: string | undefined }> {
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', connection: 'close' };
  const request = httpsRequest({ host: '127.0.0.1', port, ca, method: 'POST', path, headers });
  request.end('{}');
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return { status: response.statusCode ?? 0, warning: response.headers.warning };
}

const labels = async () => (await api.get(inDefault('secrets', 'robot-token'))).metadata.labels ?? {};
const today = () => new Date(api.clock.now()).toISOString().slice(0, 10);

it('the config map says since when uses are noted, and keeps saying it', async () => {
  const path = '/api/v1/namespaces/kube-system/configmaps/kube-apiserver-legacy-service-account-token-tracking';
  expect((await api.get(path)).data).toEqual({ since: today() });
});

it('a use is noted once a day', async () => {
  expect(await ask()).toEqual({ status: 201, warning: undefined });
  await expect.poll(labels).toEqual({ [lastUsed]: today() });
  const { resourceVersion } = (await api.get(inDefault('secrets', 'robot-token'))).metadata;
  await ask();
  expect((await api.get(inDefault('secrets', 'robot-token'))).metadata.resourceVersion).toBe(resourceVersion);
});

it('whoever uses one that an account lists is told what to use instead', async () => {
  const path = inDefault('serviceaccounts', 'robot');
  await api.request('PUT', path, { ...(await api.get(path)), secrets: [{ name: 'robot-token' }] });
  expect(await ask()).toEqual({
    status: 201,
    warning:
      '299 - "Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated secret-based tokens."',
  });
});

it('one that is marked is refused, and its use noted', async () => {
  const path = inDefault('secrets', 'robot-token');
  const patch = { metadata: { labels: { [invalidSince]: '2020-01-01' } } };
  await api.request('PATCH', path, patch, { 'content-type': 'application/merge-patch+json' });
  expect((await ask()).status).toBe(401);
  await expect.poll(labels).toEqual({ [invalidSince]: '2020-01-01', [lastUsed]: today() });
});
