/**
 * How the parts of the control plane are. The scheduler and the controllers run where the server does, and each holds a
 * lease that it renews while it works: that is what tells of them.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/componentstatus/rest.go
 */
import { leases } from '../../api/coordination/lease.ts';
import { messageOf } from '../../api/errors.ts';
import type { AnyObject, core, Lease } from '../../api/types.ts';
import type { Core } from '../core.ts';
import type { Computed } from './object.ts';

interface Health {
  name: string;
  /** What is wrong; undefined where nothing is. */
  problem?: string;
}

const isLease = (object: AnyObject): object is AnyObject & Lease => object.kind === leases.kind;

function leaderHealth({ storage, clock }: Core, name: string, lease: string): Health {
  const found = storage.find(leases, 'kube-system', lease)?.object;
  const { holderIdentity, renewTime = '', leaseDurationSeconds = 0 } = (found && isLease(found) && found.spec) || {};
  if (!holderIdentity) return { name, problem: 'nobody holds its lease' };
  const isLate = Date.parse(renewTime) + leaseDurationSeconds * 1000 < clock.now();
  return isLate ? { name, problem: `its lease was last renewed at ${renewTime}` } : { name };
}

const storeHealth = ({ checkStore }: Core, name: string): Promise<Health> =>
  checkStore().then(
    () => ({ name }),
    (error: unknown) => ({ name, problem: messageOf(error) }),
  );

function conditionOf({ problem }: Health): core.ComponentCondition {
  if (problem === undefined) return { type: 'Healthy', status: 'True', message: 'ok' };
  return { type: 'Healthy', status: 'False', message: problem };
}

export async function componentStatusesNow(server: Core): Promise<Computed[]> {
  const all = [
    leaderHealth(server, 'controller-manager', 'kube-controller-manager'),
    await storeHealth(server, 'etcd-0'),
    leaderHealth(server, 'scheduler', 'kube-scheduler'),
  ];
  return all.map((health) => ({ metadata: { name: health.name }, conditions: [conditionOf(health)] }));
}
