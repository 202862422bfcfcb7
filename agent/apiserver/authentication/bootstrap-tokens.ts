/**
 * Tokens of secrets in kube-system, by which new nodes introduce themselves.
 * https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/ and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/auth/authenticator/token/bootstrap/bootstrap.go
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { bootstrapTokenType, secretText, tokenEnd } from '../../api/core/bootstrap-token.ts';
import { secrets } from '../../api/core/secret.ts';
import type { AnyObject, Secret } from '../../api/types.ts';
import type { Core } from '../core.ts';
import { authenticatedGroup, type UserInfo } from '../user.ts';

const tokenPattern = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const groupPattern = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
/** Takes as long whatever the texts are. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

/** Undefined where one of them is none that a bootstrap token may have. */
function groupsOf(extra: string): string[] | undefined {
  const groups = extra === '' ? [] : extra.split(',');
  if (!groups.every((group) => groupPattern.test(group))) return undefined;
  return [...new Set(['system:bootstrappers', ...groups])].sort();
}

/** Undefined where the token is none of these, or is not good (any more). */
export function verifyBootstrapToken({ storage, clock }: Core, token: string): UserInfo | undefined {
  const [, id, tokenSecret] = tokenPattern.exec(token) ?? [];
  if (id === undefined || tokenSecret === undefined) return undefined;
  const found = storage.find(secrets, 'kube-system', `bootstrap-token-${id}`)?.object;
  if (!found || found.metadata.deletionTimestamp) return undefined;
  const secret = found as AnyObject & Secret;
  const value = (key: string): string => secretText(secret, key);
  if (secret.type !== bootstrapTokenType || !isSame(value('token-secret'), tokenSecret) || value('token-id') !== id)
    return undefined;
  if (tokenEnd(secret) <= clock.now() || value('usage-bootstrap-authentication') !== 'true') return undefined;
  const groups = groupsOf(value('auth-extra-groups'));
  return groups && { username: `system:bootstrap:${id}`, groups: [...groups, authenticatedGroup] };
}
