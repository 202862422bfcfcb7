/**
 * Tokens of service accounts, bound to a pod, node or secret where asked.
 * https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-tokens
 */
import { randomUUID } from 'node:crypto';
import { accountUser, type UserInfo } from '../user.ts';
import { loadSigningKey, type PublicKey, publicKeyOf, signToken, verifyToken } from './jwt.ts';

export interface ObjectReference {
  name: string;
  uid: string;
}

export interface TokenSubject {
  namespace: string;
  serviceaccount: ObjectReference;
  pod?: ObjectReference;
  secret?: ObjectReference;
  node?: ObjectReference;
}

export interface Verified {
  user: UserInfo;
  subject: TokenSubject;
  audiences: string[];
}

export interface ServiceAccountTokens {
  readonly issuer: string;
  /** Of the key that signs. */
  readonly publicKey: PublicKey;
  /** `now` and `seconds` in seconds. */
  issue(subject: TokenSubject, audiences: readonly string[], now: number, seconds: number): string;
  /** Undefined where the token is not ours, has run out or is not meant for any of the audiences. */
  verify(token: string, audiences: readonly string[], now: number): Verified | undefined;
}

interface Claims {
  aud?: unknown;
  exp?: unknown;
  nbf?: unknown;
  iss?: unknown;
  jti?: unknown;
  'kubernetes.io'?: unknown;
}

const isReference = (value: unknown): value is ObjectReference =>
  typeof value === 'object' && value !== null && 'name' in value && 'uid' in value;

const isSubject = (value: unknown): value is TokenSubject =>
  typeof value === 'object' &&
  value !== null &&
  'namespace' in value &&
  typeof value.namespace === 'string' &&
  'serviceaccount' in value &&
  isReference(value.serviceaccount);

export function userOf(subject: TokenSubject, tokenId?: string): UserInfo {
  const { namespace, serviceaccount, pod, node } = subject;
  const prefix = 'authentication.kubernetes.io';
  return {
    ...accountUser(namespace, serviceaccount.name),
    uid: serviceaccount.uid,
    extra: {
      ...(tokenId ? { [`${prefix}/credential-id`]: [`JTI=${tokenId}`] } : {}),
      ...(node ? { [`${prefix}/node-name`]: [node.name], [`${prefix}/node-uid`]: [node.uid] } : {}),
      ...(pod ? { [`${prefix}/pod-name`]: [pod.name], [`${prefix}/pod-uid`]: [pod.uid] } : {}),
    },
  };
}

export function createServiceAccountTokens(keyPem: string, issuer: string): ServiceAccountTokens {
  const key = loadSigningKey(keyPem);
  return {
    issuer,
    publicKey: publicKeyOf(key),
    issue: (subject, audiences, now, seconds) =>
      signToken(key, {
        aud: audiences,
        exp: now + seconds,
        iat: now,
        iss: issuer,
        jti: randomUUID(),
        'kubernetes.io': subject,
        nbf: now,
        sub: userOf(subject).username,
      }),
    verify: (token, audiences, now) => {
      const claims: Claims | undefined = verifyToken(key, token);
      if (!claims || claims.iss !== issuer || !isSubject(claims['kubernetes.io'])) return undefined;
      if (typeof claims.exp !== 'number' || claims.exp <= now) return undefined;
      if (typeof claims.nbf === 'number' && claims.nbf > now) return undefined;
      const meant = (Array.isArray(claims.aud) ? claims.aud : [claims.aud]).filter((each) => audiences.includes(each));
      if (meant.length === 0) return undefined;
      const subject = claims['kubernetes.io'];
      const tokenId = typeof claims.jti === 'string' ? claims.jti : undefined;
      return { subject, user: userOf(subject, tokenId), audiences: meant };
    },
  };
}
