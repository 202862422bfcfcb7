/**
 * Administrators acting as somebody else: `kubectl --as`.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */
import type { Authorizer } from '../authorization/authorizer.ts';
import { forbiddenRequest } from '../authorization/forbidden.ts';
import { internalError } from '../errors.ts';
import { pathInfo, type RequestInfo } from '../request-info.ts';
import { anonymousUser, authenticatedGroup, type UserInfo } from '../user.ts';

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const valuesOf = (headers: Headers, name: string): string[] => {
  const value = headers[name];
  return typeof value === 'string' ? value.split(', ') : [...(value ?? [])];
};

const serviceAccountName = /^system:serviceaccount:([^:]+):([^:]+)$/;

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
  const [, namespace] = serviceAccountName.exec(username) ?? [];
  return namespace ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : [];
}

/** Those that tell whether the authenticator knows who it is. */
function knownGroups(username: string, groups: readonly string[]): readonly string[] {
  if (username === anonymousUser.username) return anonymousUser.groups;
  return anonymousUser.groups.some((each) => groups.includes(each)) ? [] : [authenticatedGroup];
}

interface Wanted {
  username: string;
  groups: readonly string[];
  uid: string | undefined;
  extra: Readonly<Record<string, readonly string[]>>;
}

type Target = Pick<RequestInfo, 'resource' | 'name'> & Partial<RequestInfo>;

const authentication = { group: 'authentication.k8s.io', version: 'v1' };

/** Each part of another identity is a right of its own. */
function targetsOf({ username, groups, uid, extra }: Wanted): Target[] {
  const [, namespace, name] = serviceAccountName.exec(username) ?? [];
  return [
    namespace && name ? { resource: 'serviceaccounts', namespace, name } : { resource: 'users', name: username },
    ...groups.map((group) => ({ resource: 'groups', name: group })),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => ({ ...authentication, resource: 'userextras', subresource: key, name: value })),
    ),
    ...(uid ? [{ ...authentication, resource: 'uids', name: uid }] : []),
  ];
}

/**
 * https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/endpoints/filters/impersonation.go
 */
function checkImpersonation(authorizer: Authorizer, user: UserInfo, wanted: Wanted): void {
  for (const target of targetsOf(wanted)) {
    const info: RequestInfo = { ...pathInfo(user, 'impersonate', ''), version: 'v1', isResource: true, ...target };
    const { decision, reason } = authorizer.authorize(info);
    if (decision !== 'allow') throw forbiddenRequest(info, reason);
  }
}

/** Whom the request is to be served as: the user, or whom the user names in its headers. */
export function impersonated(authorizer: Authorizer, user: UserInfo, headers: Headers): UserInfo {
  const [username] = valuesOf(headers, 'impersonate-user');
  const groups = valuesOf(headers, 'impersonate-group');
  const [uid] = valuesOf(headers, 'impersonate-uid');
  const extra = extraOf(headers);
  if (!username) {
    if (groups.length === 0 && !uid && Object.keys(extra).length === 0) return user;
    throw internalError(new Error('requested an impersonation without impersonating a user'));
  }
  checkImpersonation(authorizer, user, { username, groups, uid, extra });
  const own = groups.length > 0 ? groups : ownGroups(username);
  return {
    username,
    groups: [...new Set([...own, ...knownGroups(username, own)])],
    ...(uid ? { uid } : {}),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}
