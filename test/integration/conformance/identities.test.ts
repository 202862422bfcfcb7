/**
 * What upstream asks of certificates, service accounts and reviews, in the words of its own tests.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/auth/certificates.go, service_accounts.go,
 * subjectreviews.go and selfsubjectreviews.go
 */
import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../agent/api/types.ts';
import { aRequestWithKey } from '../../builders/certificate-request.ts';
import { signedRequest } from '../../builders/signed-request.ts';
import { type Conformance, reasonOf, startConformance } from './conformance.ts';
import { createGoClient } from './go-client.ts';

let world: Conformance;
let namespace: string;
beforeAll(async () => {
  world = await startConformance();
  namespace = await world.namespace('auth');
});
afterAll(() => world.close());

const reason = { reason: 'E2E', message: 'Set from an e2e test' };

describe('Certificates API', () => {
  const requests = () =>
    world.typed('certificates.k8s.io/v1', 'CertificateSigningRequest', 'certificatesigningrequests');

  it('should support CSR API operations: approval and status', async () => {
    const signerName = 'example.com/e2e-certificates';
    const create = () =>
      requests().create({
        metadata: { generateName: 'e2e-example-csr-' },
        spec: {
          request: signedRequest,
          signerName,
          expirationSeconds: 3600,
          usages: ['digital signature', 'key encipherment', 'server auth'],
        },
      });
    await create();
    await create();
    const { metadata } = await create();
    const { name } = metadata;
    expect((await requests().list({ fieldSelector: `spec.signerName=${signerName}` })).items).toHaveLength(3);
    const dynamic = world.dynamic('certificates.k8s.io/v1', 'CertificateSigningRequest', 'certificatesigningrequests');
    for (const part of ['approval', 'status']) {
      expect(await dynamic.get(name, part)).toMatchObject({
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { uid: metadata.uid },
      });
    }
    const approvalPatch = {
      metadata: { annotations: { patchedapproval: 'true' } },
      status: { conditions: [{ type: 'ApprovalPatch', status: 'True', reason: 'e2e' }] },
    };
    expect(await requests().patch(name, 'merge-patch', approvalPatch, 'approval')).toMatchObject(approvalPatch);
    const conditionsOf = ({ status }: AnyObject) => (status as { conditions: { type: string }[] }).conditions;
    const approved = await requests().updateOnConflict(
      name,
      (object) => {
        conditionsOf(object).push({ type: 'Approved', status: 'True', ...reason } as { type: string });
      },
      'approval',
    );
    expect(conditionsOf(approved).map(({ type }) => type)).toEqual(['ApprovalPatch', 'Approved']);
    const certificate = Buffer.from(world.plane.api.admin.certificate).toString('base64');
    const statusPatch = { metadata: { annotations: { patchedstatus: 'true' } }, status: { certificate } };
    expect(await requests().patch(name, 'merge-patch', statusPatch, 'status')).toMatchObject(statusPatch);
    const updated = await requests().updateOnConflict(
      name,
      (object) => {
        conditionsOf(object).push({ type: 'StatusUpdate', status: 'True', ...reason } as { type: string });
      },
      'status',
    );
    expect(conditionsOf(updated).map(({ type }) => type)).toEqual(['ApprovalPatch', 'Approved', 'StatusUpdate']);
    await requests().delete(name);
    expect(await reasonOf(requests().get(name))).toBe('NotFound');
    await requests().deleteCollection({}, { fieldSelector: `spec.signerName=${signerName}` });
    expect((await requests().list({ fieldSelector: `spec.signerName=${signerName}` })).items).toEqual([]);
  });

  it('should support building a client with a CSR', async () => {
    const { request, key } = await aRequestWithKey({ commonName: 'tester-csr' });
    const name = 'tester-csr';
    const make = () => ({
      metadata: { generateName: 'tester-csr-' },
      spec: {
        request,
        signerName: 'kubernetes.io/kube-apiserver-client',
        expirationSeconds: 3600,
        usages: ['digital signature', 'key encipherment', 'client auth'],
      },
    });
    const apiGroup = 'rbac.authorization.k8s.io';
    const rules = [
      { verbs: ['create'], apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests'] },
    ];
    await world.typed(`${apiGroup}/v1`, 'ClusterRole', 'clusterroles').create({ metadata: { name }, rules });
    await world.typed(`${apiGroup}/v1`, 'ClusterRoleBinding', 'clusterrolebindings').create({
      metadata: { name },
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects: [{ apiGroup, kind: 'User', name }],
    });
    const made = await requests().create(make());
    await requests().updateOnConflict(
      made.metadata.name,
      (object) => {
        object.status = { conditions: [{ type: 'Approved', status: 'True', ...reason }] };
      },
      'approval',
    );
    const certificate = async () => {
      const { status } = await requests().get(made.metadata.name);
      return Buffer.from((status as { certificate?: string }).certificate ?? '', 'base64').toString();
    };
    await expect.poll(certificate).toContain('BEGIN CERTIFICATE');
    const issued = await certificate();
    const { validFrom, validTo } = new X509Certificate(issued);
    expect(Date.parse(validTo) - Date.parse(validFrom)).toBeLessThanOrEqual(65 * 60_000);
    const client = createGoClient(world.plane.api, { certificate: issued, key });
    const own = client.typed({
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      plural: 'certificatesigningrequests',
    });
    expect((await own.create(make())).spec).toMatchObject({ username: name });
    expect(await reasonOf(own.list())).toBe('Forbidden');
    client.close();
  });
});

describe('ServiceAccounts', () => {
  const tokenOf = async (account: string, spec: object = {}) => {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
    const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec });
    const answer = await world.client.send('POST', path, { 'content-type': 'application/json' }, body);
    return (JSON.parse(answer.body.toString()) as { status: { token: string } }).status.token;
  };

  it('ServiceAccountIssuerDiscovery should support OIDC discovery of service account issuer', async () => {
    const token = await tokenOf('default', { audiences: ['oidc-discovery-test'] });
    // The other is for somebody else, and not for the API.
    const client = createGoClient(world.plane.api, { token: await tokenOf('default') });
    const discovery = await client.read('/.well-known/openid-configuration');
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    expect(claims).toMatchObject({
      iss: discovery.issuer,
      sub: `system:serviceaccount:${namespace}:default`,
      aud: ['oidc-discovery-test'],
    });
    const path = new URL(String(discovery.jwks_uri)).pathname;
    const { keys } = (await client.read(path)) as object as { keys: { kid: string }[] };
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
    const jwk = keys.find((each) => each.kid === kid) ?? {};
    const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const };
    const signed = Buffer.from(`${header}.${payload}`);
    expect(verify('sha256', signed, key, Buffer.from(signature, 'base64url'))).toBe(true);
    client.close();
  });

  it('should update a ServiceAccount', async () => {
    const accounts = world.typed('v1', 'ServiceAccount', 'serviceaccounts', namespace);
    await accounts.create({ metadata: { name: 'e2e-sa' }, automountServiceAccountToken: false });
    const updated = await accounts.updateOnConflict('e2e-sa', (object) => {
      object.automountServiceAccountToken = true;
    });
    expect(updated.automountServiceAccountToken).toBe(true);
  });

  it('should guarantee kube-root-ca.crt exist in any namespace', async () => {
    const maps = world.typed('v1', 'ConfigMap', 'configmaps', namespace);
    const certificate = async () => (await maps.get('kube-root-ca.crt')).data;
    await expect.poll(() => reasonOf(certificate())).toBeUndefined();
    await maps.delete('kube-root-ca.crt');
    await expect.poll(() => reasonOf(certificate())).toBeUndefined();
    await maps.updateOnConflict('kube-root-ca.crt', (object) => {
      object.data = { 'ca.crt': '' };
    });
    await expect.poll(async () => JSON.stringify(await certificate())).toContain('BEGIN CERTIFICATE');
  });

  it('should allow opting out of API token automount', async () => {
    const pods = world.typed('v1', 'Pod', 'pods', namespace);
    const accounts = world.typed('v1', 'ServiceAccount', 'serviceaccounts', namespace);
    await accounts.create({ metadata: { name: 'mount' }, automountServiceAccountToken: true });
    await accounts.create({ metadata: { name: 'nomount' }, automountServiceAccountToken: false });
    const mounts = async (serviceAccountName: string, automount: boolean | undefined) => {
      const { spec } = await pods.create({
        metadata: { generateName: 'pod-service-account-' },
        spec: {
          serviceAccountName,
          containers: [{ name: 'token-test', image: 'agnhost' }],
          ...(automount === undefined ? {} : { automountServiceAccountToken: automount }),
        },
      });
      return JSON.stringify(spec).includes('/var/run/secrets/kubernetes.io/serviceaccount');
    };
    for (const account of ['default', 'mount', 'nomount']) {
      expect([account, await mounts(account, true), await mounts(account, false)]).toEqual([account, true, false]);
      expect([account, await mounts(account, undefined)]).toEqual([account, account !== 'nomount']);
    }
  });
});

describe('SubjectReview', () => {
  const account = () => `system:serviceaccount:${namespace}:e2e`;
  const review = async (kind: string, plural: string, spec: object, of?: string) =>
    (
      await world.typed('authorization.k8s.io/v1', kind, plural, ...(of ? [of] : [])).create({
        metadata: of ? { namespace: of } : {},
        spec: spec as Record<string, object>,
      })
    ).status;

  it('should support SubjectReview API operations', async () => {
    const resourceAttributes = { verb: 'list', resource: 'configmaps', version: 'v1', namespace };
    const spec = { user: account(), resourceAttributes };
    const before = await review('SubjectAccessReview', 'subjectaccessreviews', spec);
    expect(before).not.toHaveProperty('allowed', true);
    const local = await review('LocalSubjectAccessReview', 'localsubjectaccessreviews', spec, namespace);
    expect(local).not.toHaveProperty('allowed', true);
    const apiGroup = 'rbac.authorization.k8s.io';
    await world.typed(`${apiGroup}/v1`, 'RoleBinding', 'rolebindings', namespace).create({
      metadata: { name: 'e2e' },
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'e2e', namespace }],
    });
    expect(await review('SubjectAccessReview', 'subjectaccessreviews', spec)).toHaveProperty('allowed', true);
    const again = await review('LocalSubjectAccessReview', 'localsubjectaccessreviews', spec, namespace);
    expect(again).toHaveProperty('allowed', true);
  });

  it('should support SelfSubjectReview API operations', async () => {
    const made = await world
      .typed('authentication.k8s.io/v1', 'SelfSubjectReview', 'selfsubjectreviews')
      .create({ metadata: {} });
    expect(made.status).toMatchObject({
      userInfo: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
    });
  });
});
