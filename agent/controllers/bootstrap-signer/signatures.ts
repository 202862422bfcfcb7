/**
 * Signatures by which a new node knows that what everybody may read of a cluster comes from somebody who has its token.
 * https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/#configmap-signing
 */
import { createHmac } from 'node:crypto';
import { bootstrapTokenType, secretText, tokenEnd } from '../../api/core/bootstrap-token.ts';
import type { Secret } from '../../api/types.ts';

const secretPrefix = 'bootstrap-token-';
const signaturePrefix = 'jws-kubeconfig-';

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

/** A JSON web signature without its content. https://www.rfc-editor.org/rfc/rfc7515#appendix-F */
function detachedSignature(content: string, tokenId: string, tokenSecret: string): string {
  const header = base64url(JSON.stringify({ alg: 'HS256', kid: tokenId }));
  const signature = createHmac('sha256', tokenSecret)
    .update(`${header}.${base64url(content)}`)
    .digest('base64url');
  return `${header}..${signature}`;
}

/** Tokens that may sign at that time, by their ids. */
function tokensOf(secrets: readonly Secret[], now: number): Map<string, string> {
  const tokens = new Map<string, string>();
  for (const secret of secrets) {
    const id = secretText(secret, 'token-id');
    const value = secretText(secret, 'token-secret');
    if (secret.type !== bootstrapTokenType || id === '' || value === '') continue;
    if (secret.metadata.name !== secretPrefix + id || tokenEnd(secret) <= now) continue;
    if (secretText(secret, 'usage-bootstrap-signing') === 'true' && !tokens.has(id)) tokens.set(id, value);
  }
  return tokens;
}

/**
 * The data of the config map with one signature for each token; undefined where it has these already, or says nothing
 * that could be signed. `secrets` are those of kube-system, `now` is in milliseconds since the epoch.
 */
export function signedData(
  data: Readonly<Record<string, string>> | undefined,
  secrets: readonly Secret[],
  now: number,
): Record<string, string> | undefined {
  const content = data?.kubeconfig;
  if (data === undefined || content === undefined) return undefined;
  const rest = Object.entries(data).filter(([key]) => !key.startsWith(signaturePrefix));
  const signatures = [...tokensOf(secrets, now)].map(([id, value]): [string, string] => [
    signaturePrefix + id,
    detachedSignature(content, id, value),
  ]);
  const isSigned =
    rest.length + signatures.length === Object.keys(data).length &&
    signatures.every(([key, signature]) => data[key] === signature);
  return isSigned ? undefined : Object.fromEntries([...rest, ...signatures]);
}
