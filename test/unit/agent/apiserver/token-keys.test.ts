/** Which tokens pass by what their header says of the key. */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { expect, it } from 'vitest';
import { createServiceAccountTokens } from '../../../../agent/apiserver/authentication/service-account-tokens.ts';

const newKey = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const issuer = 'https://kubernetes.default.svc.cluster.local';
const ownKey = newKey();
const otherKey = newKey();
const tokens = createServiceAccountTokens(ownKey, issuer);
const other = createServiceAccountTokens(otherKey, issuer);
const subject = { namespace: 'default', serviceaccount: { name: 'bot', uid: '1' } };
const now = 1_700_000_000;
const [, claims = ''] = tokens.issue(subject, [issuer], now, 3600).split('.');

/** A token with the same claims, whose header is this one. */
function signed(key: string, header: object): string {
  const input = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${claims}`;
  const signature = sign('sha256', Buffer.from(input), { key: createPrivateKey(key), dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

const { kid } = tokens.publicKey;
const { kid: otherKid } = other.publicKey;
it.each([
  ['names the key', ownKey, { alg: 'ES256', kid }, true],
  ['names no key', ownKey, { alg: 'ES256' }, true],
  ['names an empty key', ownKey, { alg: 'ES256', kid: '' }, true],
  ['names another key, signed with ours', ownKey, { alg: 'ES256', kid: otherKid }, false],
  ['names a key that nobody has', ownKey, { alg: 'ES256', kid: 'nobody' }, false],
  ['names a key by something that is no text', ownKey, { alg: 'ES256', kid: [kid] }, false],
  ['names our key, signed with another', otherKey, { alg: 'ES256', kid }, false],
  ['names no key, signed with another', otherKey, { alg: 'ES256' }, false],
  ['names another algorithm', ownKey, { alg: 'RS256', kid }, false],
  ['names no algorithm', ownKey, { kid }, false],
  ['asks for none', ownKey, { alg: 'none', kid }, false],
])('a token that %s', (_, key, header, good) => {
  expect(tokens.verify(signed(key, header), [issuer], now)?.user.username).toBe(
    good ? 'system:serviceaccount:default:bot' : undefined,
  );
});

it('a token without a signature is none', () => {
  const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
  expect(tokens.verify(`${header}.${claims}.`, [issuer], now)).toBeUndefined();
});
