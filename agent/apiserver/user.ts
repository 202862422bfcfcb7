/** Who asks. https://kubernetes.io/docs/reference/access-authn-authz/authentication/ */
export interface UserInfo {
  username: string;
  groups: readonly string[];
  uid?: string;
  extra?: Readonly<Record<string, readonly string[]>>;
}

export const systemMasters = 'system:masters';
export const authenticatedGroup = 'system:authenticated';

const accountGroup = 'system:serviceaccounts';

/**
 * A service account's, as its token tells.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#service-account-tokens
 */
export const accountUser = (namespace: string, name: string): UserInfo => ({
  username: `system:serviceaccount:${namespace}:${name}`,
  groups: [accountGroup, `${accountGroup}:${namespace}`, authenticatedGroup],
});

/** Users of components in the API server's own process. */
export const loopbackUser: UserInfo = { username: 'system:apiserver', groups: [systemMasters, authenticatedGroup] };

export const anonymousUser: UserInfo = { username: 'system:anonymous', groups: ['system:unauthenticated'] };
