/** The order in which the API server asks: the administrator's group, the node authorizer, roles. */
import { type Authorizer, chainAuthorizers, masters } from './authorizer.ts';
import { clusterRoleBindings, clusterRoles } from './bootstrap-policy.ts';
import { nodeAuthorizer } from './node.ts';
import { createRoleAuthorizer } from './roles.ts';

export const createAuthorizer = (): Authorizer =>
  chainAuthorizers([masters, nodeAuthorizer, createRoleAuthorizer(clusterRoles, clusterRoleBindings)]);
