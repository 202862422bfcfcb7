/**
 * The seam for RBAC. Until its kinds are served, the administrator and the components may do everything, a node what its
 * work needs, and any other user, service accounts among them, what upstream lets everybody do who is authenticated.
 */
import { mayAsNode, nodeNameOf } from './node-authorization.ts';
import { parseResourcePath } from './request.ts';
import { authenticatedGroup, systemMasters, type UserInfo } from './user.ts';

const components = ['system:apiserver', 'system:kube-controller-manager', 'system:kube-scheduler'];

export const mayDoEverything = (user: UserInfo): boolean =>
  user.groups.includes(systemMasters) || components.includes(user.username);

/** Discovery and what one may do oneself. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles */
const basic =
  /^\/(api(\/v1)?|apis(\/[^/]+){0,2}|openapi(\/.*)?|apis\/auth(entication|orization)\.k8s\.io\/v1\/selfsubject[a-z]+)\/?$/;

/** Answered to anybody. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles */
export const isPublic = (pathname: string): boolean => /^\/(healthz|livez|readyz|version\/?)$/.test(pathname);

export function authorize(user: UserInfo, method: string, pathname: string): boolean {
  if (isPublic(pathname) || mayDoEverything(user)) return true;
  if (user.groups.includes(authenticatedGroup) && basic.test(pathname)) return true;
  const nodeName = nodeNameOf(user);
  const path = nodeName === undefined ? undefined : parseResourcePath(pathname);
  return nodeName !== undefined && path !== undefined && mayAsNode(nodeName, method, path);
}
