/** The few parts of RFC 7519 that service-account tokens need: ES256 and RS256. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

export interface SigningKey {
  algorithm: 'ES256' | 'RS256';
  id: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/** RFC 7517. Public members only. */
export type PublicKey = JsonWebKey & { use: 'sig'; kid: string; alg: SigningKey['algorithm'] };

export const publicKeyOf = ({ publicKey, id, algorithm }: SigningKey): PublicKey => ({
  use: 'sig',
  kid: id,
  alg: algorithm,
  ...publicKey.export({ format: 'jwk' }),
});

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** `pem`: an EC P-256 or RSA private key. */
export function loadSigningKey(pem: string): SigningKey {
  const privateKey = createPrivateKey(pem);
  const publicKey = createPublicKey(privateKey);
  const id = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  return { algorithm: privateKey.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256', id, privateKey, publicKey };
}

/** ECDSA signatures are r and s, 32 bytes each, in a JWT (RFC 7518 section 3.4). */
const keyInput = (key: KeyObject) => ({ key, dsaEncoding: 'ieee-p1363' as const });

export function signToken(key: SigningKey, claims: object): string {
  const input = `${encode({ alg: key.algorithm, kid: key.id })}.${encode(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), keyInput(key.privateKey)).toString('base64url')}`;
}

function parse(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A token that names its key is checked with that key alone; one that names none, with any. */
const isForKey = (head: object, { algorithm, id }: SigningKey): boolean =>
  'alg' in head && head.alg === algorithm && (!('kid' in head) || head.kid === '' || head.kid === id);

/**
 * The claims of a token that this key has signed; undefined for any other. Does not look at its times.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/serviceaccount/jwt.go (AuthenticateToken)
 */
export function verifyToken(key: SigningKey, token: string): Record<string, unknown> | undefined {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  if (more.length > 0) return undefined;
  const head = parse(header);
  if (typeof head !== 'object' || head === null || !isForKey(head, key)) return undefined;
  const input = Buffer.from(`${header}.${payload}`);
  if (!verify('sha256', input, keyInput(key.publicKey), Buffer.from(signature, 'base64url'))) return undefined;
  const claims = parse(payload);
  return typeof claims === 'object' && claims !== null && !Array.isArray(claims) ? { ...claims } : undefined;
}
