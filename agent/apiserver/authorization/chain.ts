/** The order in which the API server asks: the administrator's group, the node authorizer, roles. */
import { type Authorizer, chainAuthorizers, masters } from './authorizer.ts';
import { clusterRoleBindings, clusterRoles } from './bootstrap-policy.ts';
import { createNodeAuthorizer } from './node.ts';
import type { NodeGraph } from './node-graph.ts';
import { createRoleAuthorizer } from './roles.ts';

export const createAuthorizer = (graph: NodeGraph): Authorizer =>
  chainAuthorizers([masters, createNodeAuthorizer(graph), createRoleAuthorizer(clusterRoles, clusterRoleBindings)]);
