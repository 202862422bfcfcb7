/**
 * Administrators acting as somebody else: `kubectl --as`.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */
import { ApiError } from '../../api/errors.ts';
import { internalError } from '../errors.ts';
import { anonymousUser, authenticatedGroup, systemMasters, type UserInfo } from '../user.ts';

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const valuesOf = (headers: Headers, name: string): string[] => {
  const value = headers[name];
  return typeof value === 'string' ? value.split(', ') : [...(value ?? [])];
};

const extraPrefix = 'impersonate-extra-';

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch (error) {
    if (error instanceof URIError) return key;
    throw error;
  }
}

function extraOf(headers: Headers): Record<string, string[]> {
  const names = Object.keys(headers).filter((name) => name.startsWith(extraPrefix));
  return Object.fromEntries(
    names.map((name) => [unescaped(name.slice(extraPrefix.length)), valuesOf(headers, name)] as const),
  );
}

/** What the authenticator would have found for a service account whose name is given without groups. */
function ownGroups(username: string): string[] {
  const [, namespace] = /^system:serviceaccount:([^:]+):[^:]+$/.exec(username) ?? [];
  return namespace ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : [];
}

/** Whom the request is to be served as: the user, or whom the user names in its headers. */
export function impersonated(user: UserInfo, headers: Headers): UserInfo {
  const [username] = valuesOf(headers, 'impersonate-user');
  const groups = valuesOf(headers, 'impersonate-group');
  const [uid] = valuesOf(headers, 'impersonate-uid');
  const extra = extraOf(headers);
  if (!username) {
    if (groups.length === 0 && !uid && Object.keys(extra).length === 0) return user;
    throw internalError(new Error('requested an impersonation without impersonating a user'));
  }
  if (!user.groups.includes(systemMasters)) {
    const message = `users "${username}" is forbidden: User "${user.username}" cannot impersonate resource "users" in API group "" at the cluster scope`;
    throw new ApiError(403, 'Forbidden', message, { name: username, kind: 'users' });
  }
  const own = groups.length > 0 ? groups : ownGroups(username);
  const known = username === anonymousUser.username ? anonymousUser.groups : [authenticatedGroup];
  return {
    username,
    groups: [...new Set([...own, ...known])],
    ...(uid ? { uid } : {}),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}
