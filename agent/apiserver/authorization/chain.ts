/** The order in which the API server asks: the administrator's group, the node authorizer, roles. */
import type { Kind } from '../../api/kind.ts';
import { clusterRoles } from '../../api/rbac/cluster-role.ts';
import { roles } from '../../api/rbac/role.ts';
import type { KindSource } from '../../api/registry.ts';
import type { AnyObject, ClusterRole, Role } from '../../api/types.ts';
import type { State } from '../state/state.ts';
import { type Authorizer, chainAuthorizers, masters } from './authorizer.ts';
import { followBindings } from './binding-index.ts';
import { createNodeAuthorizer } from './node.ts';
import type { NodeGraph } from './node-graph.ts';
import { createRoleAuthorizer, type RoleSource } from './roles.ts';

export const createAuthorizer = (graph: NodeGraph, source: RoleSource): Authorizer =>
  chainAuthorizers([masters, createNodeAuthorizer(graph), createRoleAuthorizer(source)]);

/** The roles and bindings that are stored now. */
export function storedRoles(state: State, kinds: KindSource): RoleSource {
  const rulesAt = (kind: Kind, id: string) => {
    const object = state.of(kind).objects.get(id)?.object as (AnyObject & (Role | ClusterRole)) | undefined;
    return object && (object.rules ?? []);
  };
  return {
    bindings: followBindings(state, kinds),
    rulesOfClusterRole: (name) => rulesAt(clusterRoles, name),
    rulesOfRole: (namespace, name) => rulesAt(roles, `${namespace}/${name}`),
  };
}
