import { createPublicKey, generateKeyPairSync, type JsonWebKey, verify } from 'node:crypto';
import { afterEach, beforeEach, expect, it, test } from 'vitest';
import { createServiceAccountTokens } from '../../../../agent/apiserver/authentication/service-account-tokens.ts';
import { issuerReply } from '../../../../agent/apiserver/documents/issuer.ts';
import { inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const issuer = 'https://kubernetes.default.svc.cluster.local';
const configurationPath = '/.well-known/openid-configuration';
const keysPath = '/openid/v1/jwks';
const decoded = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString());

it('says who issues tokens, and where the keys are', async () => {
  const { body, headers } = await api.request('GET', configurationPath);
  expect([body, headers['content-type'], headers['cache-control']]).toEqual([
    {
      issuer,
      jwks_uri: `${issuer}${keysPath}`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    },
    'application/json',
    'public, max-age=3600',
  ]);
});

it('serves the key that a token was signed with, and nothing private', async () => {
  await api.create(inDefault('serviceaccounts'), { metadata: { name: 'bot' } });
  const request = { spec: { audiences: [issuer] } };
  const made = await api.create(`${inDefault('serviceaccounts')}/bot/token`, request);
  const [header, payload, signature = ''] = String(made.status?.token).split('.');
  const { body, headers } = await api.request('GET', keysPath);
  const { keys } = body as { keys: JsonWebKey[] };
  const key = keys.find(({ kid }) => kid === decoded(header).kid);
  expect(headers['content-type']).toBe('application/jwk-set+json');
  expect(Object.keys(key ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  const publicKey = { key: createPublicKey({ key: key ?? {}, format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const };
  const signed = Buffer.from(`${header}.${payload}`);
  expect(verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  expect(decoded(payload).iss).toBe(issuer);
});

it('serves an RSA key as one', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const tokens = createServiceAccountTokens(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), issuer);
  const reply = issuerReply(tokens, keysPath);
  const { keys } = (reply && 'body' in reply ? reply.body.value() : {}) as { keys: JsonWebKey[] };
  expect(keys).toEqual([expect.objectContaining({ kty: 'RSA', alg: 'RS256', use: 'sig' })]);
  expect(keys[0]).not.toHaveProperty('d');
});

test.each([
  ['an administrator', { username: 'kubernetes-admin', groups: ['system:masters'] }, 200],
  ['a service account', { username: 'system:serviceaccount:default:bot', groups: ['system:serviceaccounts'] }, 200],
  ['nobody in particular', { username: 'system:anonymous', groups: ['system:unauthenticated'] }, 403],
  ['somebody who is known', { username: 'jane', groups: ['system:authenticated'] }, 403],
])('%s is answered as upstream answers: %j', async (_, user, status) => {
  const answers = await Promise.all(
    [configurationPath, keysPath].map((path) => api.server.transport(user).request({ method: 'GET', path })),
  );
  expect(answers.map((answer) => answer.status)).toEqual([status, status]);
});
