/**
 * Certificate requests: approved where the requestor may have it, signed by the signer that they name, and cleaned up.
 */
import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CertificateSigningRequest } from '../../../../agent/api/types.ts';
import { certificateApproval } from '../../../../agent/controllers/certificates/approval.ts';
import { certificateCleaning } from '../../../../agent/controllers/certificates/cleaning.ts';
import { certificateSigning } from '../../../../agent/controllers/certificates/signing.ts';
import { createAuthority } from '../../../../main/cluster/pki.ts';
import { aCertificateRequest, type RequestShape } from '../../../builders/certificate-request.ts';
import { settle } from '../../../fakes/clock.ts';
import { startWorld, type World } from './world.ts';

const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const authority = await createAuthority();
const ofNode: RequestShape = { commonName: 'system:node:worker', organizations: ['system:nodes'] };
const clientUsages = ['digital signature', 'key encipherment', 'client auth'];
const servingUsages = ['digital signature', 'key encipherment', 'server auth'];
const kubeletClient = 'kubernetes.io/kube-apiserver-client-kubelet';
const kubeletServing = 'kubernetes.io/kubelet-serving';
const client = 'kubernetes.io/kube-apiserver-client';
const day = 24 * 3600_000;

let world: World;
beforeEach(async () => {
  world = await startWorld(() => [certificateApproval, certificateCleaning, ...certificateSigning(authority)]);
});
afterEach(() => world.close());

interface Asked {
  shape?: RequestShape;
  signerName?: string;
  usages?: string[];
  expirationSeconds?: number;
}

async function request({ shape = ofNode, signerName = kubeletClient, usages = clientUsages, ...more }: Asked = {}) {
  const spec = { request: await aCertificateRequest(shape), signerName, usages, ...more };
  await world.api.create(path, { metadata: { name: 'csr' }, spec });
}
const found = async () => {
  for (let turn = 0; turn < 20; turn += 1) await settle();
  return (await world.api.get(`${path}/csr`)) as object as CertificateSigningRequest;
};
/** As `kubectl certificate approve` does it. */
async function approve() {
  const present = await world.api.get(`${path}/csr`);
  const conditions = [{ type: 'Approved', status: 'True', reason: 'KubectlApprove', message: 'by kubectl' }];
  await world.api.request('PUT', `${path}/csr/approval`, { ...present, status: { conditions } });
}
const issued = async () => {
  await expect.poll(async () => (await found()).status?.certificate).toBeDefined();
  return new X509Certificate(Buffer.from((await found()).status?.certificate ?? '', 'base64'));
};
const failure = async () => {
  const failed = async () => (await found()).status?.conditions?.find(({ type }) => type === 'Failed');
  await expect.poll(failed).toBeDefined();
  return failed();
};

describe('a request of a kubelet', () => {
  it('waits where its requestor may not have it, and is signed once somebody approves it', async () => {
    // The administrator of the test may do anything: the request is of a bootstrap token without rights.
    const asNobody = world.api.server.transport({ username: 'system:bootstrap:abcdef', groups: ['system:masters'] });
    const spec = { request: await aCertificateRequest(ofNode), signerName: client, usages: clientUsages };
    await asNobody.request({ method: 'POST', path, body: { metadata: { name: 'csr' }, spec } });
    expect((await found()).status).toEqual({});
    await approve();
    expect((await issued()).subject).toBe('O=system:nodes\nCN=system:node:worker');
  });

  it('is approved by itself where its requestor may create such requests, and signed', async () => {
    await request();
    const certificate = await issued();
    expect((await found()).status?.conditions).toMatchObject([
      {
        type: 'Approved',
        status: 'True',
        reason: 'AutoApproved',
        message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
      },
    ]);
    expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(certificate.ca).toBe(false);
  });

  it('to serve with is signed for its names', async () => {
    const names = [
      { type: 'dns', value: 'worker' },
      { type: 'ip', value: '10.0.0.7' },
    ] as const;
    await request({
      shape: { ...ofNode, names: [...names], key: 'rsa' },
      signerName: kubeletServing,
      usages: servingUsages,
    });
    await approve();
    const certificate = await issued();
    expect(certificate.subjectAltName).toBe('DNS:worker, IP Address:10.0.0.7');
    expect(certificate.publicKey.asymmetricKeyType).toBe('rsa');
  });

  it.each<[string, Asked, string]>([
    ['of no node', { shape: { commonName: 'system:node:a' } }, 'subject organization is not system:nodes'],
    [
      'under another name',
      { shape: { ...ofNode, commonName: 'worker' } },
      'subject common name does not begin with system:node:',
    ],
    [
      'with names of hosts',
      { shape: { ...ofNode, names: [{ type: 'dns', value: 'worker' }] } },
      'DNS subjectAltNames are not allowed',
    ],
    [
      'for other usages',
      { usages: servingUsages },
      'usages did not match [client auth digital signature key encipherment]',
    ],
    [
      'to serve with, without names',
      { signerName: kubeletServing, usages: servingUsages },
      'DNS or IP subjectAltName is required',
    ],
    [
      'to serve with, with an address of mail',
      {
        shape: {
          ...ofNode,
          names: [
            { type: 'dns', value: 'a' },
            { type: 'email', value: 'a@example.com' },
          ],
        },
        signerName: kubeletServing,
        usages: servingUsages,
      },
      'email subjectAltNames are not allowed',
    ],
  ])('%s fails, whoever approves it', async (_, asked, message) => {
    await request(asked);
    await approve();
    expect(await failure()).toMatchObject({ status: 'True', reason: 'SignerValidationFailure', message });
    expect((await found()).status?.certificate).toBeUndefined();
  });
});

describe('a request of a client', () => {
  const jane: RequestShape = { commonName: 'jane', organizations: ['dev'] };

  it.each([
    [undefined, 365 * day],
    [3600, 3600_000 + 5 * 60_000],
    [600, 600_000 + 5 * 60_000],
    [10 * 365 * 24 * 3600, 365 * day],
  ])('that is to be good for %s seconds is good for %d milliseconds', async (expirationSeconds, lifetime) => {
    await request({
      shape: jane,
      signerName: client,
      ...(expirationSeconds === undefined ? {} : { expirationSeconds }),
    });
    await approve();
    const { validFrom, validTo, subject } = await issued();
    expect(Date.parse(validTo) - Date.parse(validFrom)).toBe(lifetime);
    expect(subject).toBe('O=dev\nCN=jane');
  });

  it('is for clients', async () => {
    await request({ shape: jane, signerName: client, usages: ['server auth'] });
    await approve();
    expect(await failure()).toMatchObject({ message: 'invalid usage for client certificate: server auth' });
  });

  it('of a signer that is not Kubernetes own is left to that signer', async () => {
    await request({ shape: jane, signerName: 'example.com/signer' });
    await approve();
    expect((await found()).status?.certificate).toBeUndefined();
  });
});

describe('a request goes', () => {
  it.each([
    ['a day after it was made, where nobody decided', async () => {}, day],
    ['an hour after it was approved', approve, 3600_000],
  ])('%s', async (_, decide, wait) => {
    await request({ shape: { commonName: 'jane' }, signerName: 'example.com/signer' });
    await decide();
    await found();
    await world.clock.advance(wait - 1000);
    expect(await world.names(path)).toEqual(['csr']);
    await world.clock.advance(2000);
    await expect.poll(() => world.names(path)).toEqual([]);
  });
});
