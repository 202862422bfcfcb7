/** Who may write what of a request for a certificate. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../../agent/api/types.ts';
import { createAuthority } from '../../../../../main/cluster/pki.ts';
import { signedRequest } from '../../../../builders/signed-request.ts';
import { startApi, type TestApi } from '../api.ts';
import { tableOf } from './table.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const pem = (type: string, content: string): string => `-----BEGIN ${type}-----\n${content}\n-----END ${type}-----\n`;
/** As `status.certificate` has it. */
const aCertificate = async (): Promise<string> => btoa((await createAuthority()).certificate);
const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const merge = { 'content-type': 'application/merge-patch+json' };
const signingRequest = {
  metadata: { name: 'a' },
  spec: { request: signedRequest, signerName: 'example.com/signer', usages: ['client auth'] },
};
const condition = (type: string, status = 'True') => ({ type, status, reason: 'Test', message: 'told' });
const at = (time: string) => ({ lastUpdateTime: time, lastTransitionTime: time });
const start = '2026-01-01T00:00:00Z';

const patched = async (path: string, change: object): Promise<AnyObject> => {
  const { status, body } = await api.request('PATCH', path, change, merge);
  expect([status, body]).toEqual([200, expect.anything()]);
  return body as AnyObject;
};
const causes = async (path: string, change: object) =>
  (await api.refused('PATCH', path, change, merge)).details?.causes?.map(
    ({ field, message }) => `${field}: ${message}`,
  );

describe('Certificates API should support CSR API operations', () => {
  it('records who asks, whatever the request says', async () => {
    const { request } = api.server.transport({
      username: 'jane',
      groups: ['devs', 'system:masters'],
      extra: { scope: ['a'] },
    });
    const { status, body } = await request({
      method: 'POST',
      path: requests,
      body: { ...signingRequest, spec: { ...signingRequest.spec, username: 'root', groups: ['wheel'], uid: '0' } },
    });
    expect([status, (body as AnyObject).spec]).toEqual([
      201,
      { ...signingRequest.spec, username: 'jane', groups: ['devs', 'system:masters'], extra: { scope: ['a'] } },
    ]);
  });

  it('is approved through its own subresource, which changes no more than conditions', async () => {
    await api.create(requests, signingRequest);
    const { metadata, spec, status } = await patched(`${requests}/a/approval`, {
      metadata: { labels: { a: 'b' } },
      spec: { signerName: 'other.example.com/signer' },
      status: { conditions: [condition('Approved')] },
    });
    expect(metadata.labels).toEqual({ a: 'b' });
    expect(spec).toMatchObject({ signerName: 'example.com/signer' });
    expect(status).toEqual({ conditions: [{ ...condition('Approved'), ...at(start) }] });
    expect(await causes(`${requests}/a/approval`, { status: { conditions: [] } })).toEqual([
      'status.conditions: Forbidden: updates may not remove a condition of type "Approved"',
    ]);
    const both = { status: { conditions: [condition('Approved'), condition('Denied')] } };
    expect(await causes(`${requests}/a/approval`, both)).toEqual([
      'status.conditions: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive',
    ]);
    expect((await tableOf(api, requests)).rows).toEqual(['a | 0s | example.com/signer | admin | <none> | Approved']);
  });

  it('gets its certificate through its status, once, and no decision', async () => {
    await api.create(requests, { ...signingRequest, spec: { ...signingRequest.spec, expirationSeconds: 3600 } });
    const decided = await patched(`${requests}/a/status`, { status: { conditions: [condition('Approved')] } });
    expect(decided.status).toEqual({});
    await patched(`${requests}/a/approval`, { status: { conditions: [condition('Approved')] } });
    await api.clock.advance(1000);
    const [certificate, other] = [await aCertificate(), await aCertificate()];
    const issued = await patched(`${requests}/a/status`, { status: { certificate } });
    expect(issued.status).toEqual({ conditions: [{ ...condition('Approved'), ...at(start) }], certificate });
    expect(await causes(`${requests}/a/status`, { status: { certificate: other } })).toEqual([
      'status.certificate: Forbidden: updates may not modify existing certificate content',
    ]);
    expect(await tableOf(api, requests)).toEqual({
      columns: 'Name | Age | SignerName | Requestor | RequestedDuration | Condition',
      rows: ['a | 1s | example.com/signer | admin | 60m | Approved,Issued'],
    });
  });

  it.each([
    ['nothing that is one', () => 'none', 'must contain one or more CERTIFICATE PEM blocks'],
    ['a key', () => pem('PRIVATE KEY', 'AAAA'), 'only CERTIFICATE PEM blocks are allowed, found "PRIVATE KEY"'],
    ['other bytes', () => pem('CERTIFICATE', 'MAMCAQE='), "asn1: structure error: tags don't match"],
    ['headers', () => pem('CERTIFICATE', 'Name: a\n\nAAAA'), 'no PEM block headers are permitted'],
    [
      'a chain whose end is no certificate',
      async () => `${atob(await aCertificate())}${pem('CERTIFICATE', 'MAMCAQE=')}`,
      "asn1: structure error: tags don't match",
    ],
  ])('gets no certificate that is %s', async (_what, text, problem) => {
    await api.create(requests, signingRequest);
    expect(await causes(`${requests}/a/status`, { status: { certificate: btoa(await text()) } })).toEqual([
      `status.certificate: Invalid value: "<certificate data>": ${problem}`,
    ]);
  });

  it('stays as it was asked for', async () => {
    await api.create(requests, signingRequest);
    const { metadata, spec } = await patched(`${requests}/a`, {
      metadata: { annotations: { note: 'x' } },
      spec: { signerName: 'other.example.com/signer', username: 'root' },
    });
    expect([metadata.annotations, spec]).toEqual([{ note: 'x' }, expect.objectContaining({ username: 'admin' })]);
    expect(spec).toMatchObject(signingRequest.spec);
  });

  it('is found by its signer', async () => {
    await api.create(requests, signingRequest);
    const found = async (signer: string) =>
      (await api.list(`${requests}?fieldSelector=spec.signerName%3D${encodeURIComponent(signer)}`)).items.length;
    expect([await found('example.com/signer'), await found('example.com/other')]).toEqual([1, 0]);
  });
});
