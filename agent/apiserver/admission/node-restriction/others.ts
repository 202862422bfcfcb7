/** Leases and what storage and device plug-ins write: of the node itself alone. */
import { isEqual } from '../../../api/json/value.ts';
import type { AnyObject } from '../../../api/types.ts';
import { type Check, quoted, refused } from './asked.ts';

const leaseNamespace = 'kube-node-lease';

export const checkLease: Check = (asked) => {
  const { namespace, name } = asked.attributes;
  if (namespace !== leaseNamespace) {
    throw refused(asked, `can only access leases in the ${quoted(leaseNamespace)} system namespace`);
  }
  if (name === asked.nodeName) return;
  throw refused(asked, 'can only access node lease with the same name as the requesting node');
};

export const checkCsiNode: Check = (asked) => {
  if (asked.attributes.name === asked.nodeName) return;
  throw refused(asked, 'can only access CSINode with the same name as the requesting node');
};

/** Updates are the authorizer's: it knows which slices are the node's. */
export const checkResourceSlice: Check = (asked) => {
  const { operation, object, old } = asked.attributes;
  if (operation === 'update') return;
  const slice = operation === 'create' ? object : old;
  if (slice?.spec?.nodeName === asked.nodeName) return;
  throw refused(asked, `can only ${operation} ResourceSlice with the same NodeName as the requesting node`);
};

/** All but what a kubelet reports of a volume that grows. */
function withoutResize(claim: AnyObject | undefined): unknown {
  if (!claim) return undefined;
  const { metadata, status = {}, ...rest } = claim;
  const { resourceVersion: _version, managedFields: _managers, ...identity } = metadata;
  const { capacity: _capacity, conditions: _conditions, ...progress } = status;
  const { allocatedResources: _allocated, allocatedResourceStatuses: _statuses, ...kept } = progress;
  return { ...rest, metadata: identity, status: kept };
}

export const checkClaim: Check = (asked) => {
  const { operation, subresource, object, old } = asked.attributes;
  if (subresource !== 'status') throw refused(asked, 'may only update PVC status');
  if (operation !== 'update') throw refused(asked, `unexpected operation ${quoted(operation.toUpperCase())}`);
  if (isEqual(withoutResize(object), withoutResize(old))) return;
  const node = quoted(asked.nodeName);
  throw refused(asked, `node ${node} is not allowed to update fields other than status.capacity and status.conditions`);
};
