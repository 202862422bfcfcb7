/**
 * The seam for RBAC. Until its kinds are served, the administrator, the components and the nodes may do everything, and
 * any other user, service accounts among them, what upstream lets everybody do who is authenticated.
 */
import { authenticatedGroup, systemMasters, type UserInfo } from './user.ts';

const components = ['system:apiserver', 'system:kube-controller-manager', 'system:kube-scheduler'];

export const mayDoEverything = (user: UserInfo): boolean =>
  user.groups.includes(systemMasters) || user.groups.includes('system:nodes') || components.includes(user.username);

/** Discovery and what one may do oneself. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles */
const basic =
  /^\/(api(\/v1)?|apis(\/[^/]+){0,2}|openapi(\/.*)?|apis\/auth(entication|orization)\.k8s\.io\/v1\/selfsubject[a-z]+)\/?$/;

/** Answered to anybody. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles */
export const isPublic = (pathname: string): boolean => /^\/(healthz|livez|readyz|version\/?)$/.test(pathname);

export const authorize = (user: UserInfo, pathname: string): boolean =>
  isPublic(pathname) || mayDoEverything(user) || (user.groups.includes(authenticatedGroup) && basic.test(pathname));
