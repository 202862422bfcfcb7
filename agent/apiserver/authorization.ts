/**
 * The seam for RBAC. Until its kinds are served, whoever is authenticated may do everything: the administrator, the
 * components, the nodes and the service accounts.
 */
import { authenticatedGroup, systemMasters, type UserInfo } from './user.ts';

export const authorize = (user: UserInfo): boolean =>
  user.groups.includes(systemMasters) ||
  user.groups.includes(authenticatedGroup) ||
  user.username.startsWith('system:serviceaccount:') ||
  user.groups.includes('system:nodes');

/** Answered to anybody. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles */
export const isPublic = (pathname: string): boolean => /^\/(healthz|livez|readyz|version)(\/|$)/.test(pathname);
