/**
 * The node's heartbeat.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/component-helpers/apimachinery/lease/controller.go
 */
import { leases } from '../../api/coordination/lease.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../api/errors.ts';
import type { Draft, Lease, Node } from '../../api/types.ts';
import { microTimestamp } from '../../clock.ts';
import type { NodeParts } from './parts.ts';

const leaseNamespace = 'kube-node-lease';
const leaseDurationSeconds = 40;

const newLease = ({ metadata: { name, uid } }: Node, now: number): Draft<Lease> => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: {
    name,
    namespace: leaseNamespace,
    ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
  },
  spec: { holderIdentity: name, leaseDurationSeconds, renewTime: microTimestamp(now) },
});

/** Returns a function that renews the node's lease once, and creates the lease if it is missing. */
export function createLeaseRenewal({ client, clock, signal }: NodeParts): (node: Node) => Promise<void> {
  const resource = client.resource(leases);
  let lease: Lease | undefined;
  return async (node) => {
    const draft = newLease(node, clock.now());
    try {
      lease = lease
        ? await resource.update({ ...lease, spec: { ...lease.spec, ...draft.spec } }, signal)
        : await resource.create(draft, signal);
    } catch (error) {
      lease = undefined;
      if (isNotFound(error)) lease = await resource.create(draft, signal);
      else if (isAlreadyExists(error) || isConflict(error)) {
        // An earlier process may have renewed this lease long ago. Renew it now: until then the node counts as gone.
        const found = await resource.get(node.metadata.name, leaseNamespace, signal);
        lease = await resource.update({ ...found, spec: { ...found.spec, ...draft.spec } }, signal);
      } else throw error;
    }
  };
}
