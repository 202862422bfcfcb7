/** Who asks. https://kubernetes.io/docs/reference/access-authn-authz/authentication/ */
export interface UserInfo {
  username: string;
  groups: readonly string[];
  uid?: string;
  extra?: Readonly<Record<string, readonly string[]>>;
}

export const systemMasters = 'system:masters';
export const authenticatedGroup = 'system:authenticated';

/** Users of components in the API server's own process. */
export const loopbackUser: UserInfo = { username: 'system:apiserver', groups: [systemMasters, authenticatedGroup] };

export const anonymousUser: UserInfo = { username: 'system:anonymous', groups: ['system:unauthenticated'] };
