/**
 * Makes the default policy at the start of the server, and brings what an earlier release has made up to date.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#auto-reconciliation
 */
import { apiVersionOf, type Kind } from '../../../api/kind.ts';
import { clusterRoles } from '../../../api/rbac/cluster-role.ts';
import { clusterRoleBindings } from '../../../api/rbac/cluster-role-binding.ts';
import { roles } from '../../../api/rbac/role.ts';
import { roleBindings } from '../../../api/rbac/role-binding.ts';
import type { KindSource } from '../../../api/registry.ts';
import type { Draft, KubeObject } from '../../../api/types.ts';
import type { ApiRequest, Transport } from '../../../client/transport.ts';
import type { State } from '../../state/state.ts';
import { Refused } from '../../until-done.ts';
import { defaultPolicy } from './default-policy.ts';
import { reconcileBinding, reconcileRole, type Step } from './reconcile.ts';

type Send = (request: Pick<ApiRequest, 'method' | 'path' | 'body'>) => Promise<void>;

/** Throws where the server refuses, except for what somebody else has made or removed meanwhile. */
const sender =
  (transport: Transport): Send =>
  async (request) => {
    const { status, body } = await transport.request(request);
    if (status >= 300 && status !== 404 && status !== 409) {
      throw new Refused(
        `cannot reconcile the default policy: ${request.method} ${request.path}: ${JSON.stringify(body)}`,
      );
    }
  };

async function execute<T extends KubeObject>(send: Send, kind: Kind<T>, { metadata }: Draft<T>, step: Step<T>) {
  if (step.action === 'none') return;
  const within = metadata.namespace ? `/namespaces/${metadata.namespace}` : '';
  const collection = `/apis/${apiVersionOf(kind.representations[0])}${within}/${kind.plural}`;
  const path = `${collection}/${metadata.name}`;
  if (step.action === 'update') return send({ method: 'PUT', path, body: step.object });
  if (step.action === 'replace') await send({ method: 'DELETE', path });
  await send({ method: 'POST', path: collection, body: step.object });
}

/** Resolves once all of it is stored. Kinds that are not served are left out. */
export async function ensurePolicy(state: State, kinds: KindSource, transport: Transport): Promise<void> {
  const send = sender(transport);
  const served = new Set(kinds.list());
  const ensure = <T extends KubeObject>(
    kind: Kind<T>,
    expected: readonly Draft<T>[],
    reconcile: (existing: T | undefined, expected: Draft<T>) => Step<T>,
  ): Promise<void>[] => {
    if (!served.has(kind)) return [];
    const { objects } = state.of(kind);
    return expected.map((draft) => {
      const { namespace, name = '' } = draft.metadata;
      const existing = objects.get(namespace ? `${namespace}/${name}` : name)?.object as (object & T) | undefined;
      return execute(send, kind, draft, reconcile(existing, draft));
    });
  };
  const policy = defaultPolicy();
  await Promise.all([
    ...ensure(clusterRoles, policy.clusterRoles, reconcileRole),
    ...ensure(clusterRoleBindings, policy.clusterRoleBindings, reconcileBinding),
    ...ensure(roles, policy.roles, reconcileRole),
    ...ensure(roleBindings, policy.roleBindings, reconcileBinding),
  ]);
}
