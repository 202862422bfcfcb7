/** Who may decide on certificate requests and sign them, and what nobody may ask for. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aCertificateRequest, type RequestShape } from '../../../builders/certificate-request.ts';
import { startApi, type TestApi } from './api.ts';

const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const client = 'kubernetes.io/kube-apiserver-client';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const csr = async (shape: RequestShape, signerName = client) => ({
  metadata: { name: 'csr' },
  spec: { request: await aCertificateRequest(shape), signerName, usages: ['client auth'] },
});

/** To ann, beside what everybody needs to get as far as the signer. */
async function grant(verb: string, resourceName: string) {
  const rules = [
    { apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests/*'], verbs: ['update'] },
    {
      apiGroups: ['certificates.k8s.io'],
      resources: ['certificatesigningrequests/approval', 'certificatesigningrequests/status'],
      verbs: ['update'],
    },
    { apiGroups: ['certificates.k8s.io'], resources: ['signers'], verbs: [verb], resourceNames: [resourceName] },
  ];
  await api.create(`${rbac}/clusterroles`, { metadata: { name: 'ann' }, rules });
  const roleRef = { kind: 'ClusterRole', name: 'ann' };
  const subjects = [{ kind: 'User', name: 'ann' }];
  await api.create(`${rbac}/clusterrolebindings`, { metadata: { name: 'ann' }, roleRef, subjects });
}

async function write(subresource: string, status: object) {
  const present = await api.get(`${path}/csr`);
  const ann = api.server.transport({ username: 'ann', groups: ['system:authenticated'] });
  const body = { ...present, status };
  return (await ann.request({ method: 'PUT', path: `${path}/csr/${subresource}`, body })).body;
}
const approved = { conditions: [{ type: 'Approved', status: 'True', reason: 'Test', message: '' }] };
const failed = { conditions: [{ type: 'Failed', status: 'True', reason: 'Test', message: '' }] };

it.each([
  ['approval', approved, 'approve'],
  ['status', failed, 'sign'],
])('a write to %s is for those who may use the signer', async (subresource, status, verb) => {
  await grant(verb, 'example.com/*');
  await api.create(path, await csr({ commonName: 'jane' }));
  expect(await write(subresource, status)).toMatchObject({
    code: 403,
    message: `certificatesigningrequests.certificates.k8s.io "csr" is forbidden: user not permitted to ${verb} requests with signerName "${client}"`,
  });
});

it.each([
  ['approval', approved, 'approve', client],
  ['approval', approved, 'approve', 'kubernetes.io/*'],
  ['status', failed, 'sign', client],
])('a write to %s of %j may be made with the right to %s %s', async (subresource, status, verb, signer) => {
  await grant(verb, signer);
  await api.create(path, await csr({ commonName: 'jane' }));
  expect(await write(subresource, status)).toMatchObject({ status: { conditions: [{ type: expect.any(String) }] } });
});

it('nobody gets a certificate of system:masters', async () => {
  const body = await csr({ commonName: 'jane', organizations: ['system:masters'] });
  expect(await api.refused('POST', path, body)).toMatchObject({
    code: 403,
    message:
      'certificatesigningrequests.certificates.k8s.io "csr" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
  });
  const other = await csr({ commonName: 'jane', organizations: ['system:masters'] }, 'example.com/signer');
  expect(await api.create(path, other)).toBeDefined();
});

it('what is asked for is a certificate request', async () => {
  const spec = { request: Buffer.from('hello').toString('base64'), signerName: client, usages: ['client auth'] };
  expect(await api.refused('POST', path, { metadata: { name: 'csr' }, spec })).toMatchObject({
    code: 422,
    message: expect.stringContaining('spec.request: Invalid value'),
    details: { causes: [{ message: expect.stringContaining('PEM block type must be CERTIFICATE REQUEST') }] },
  });
});
