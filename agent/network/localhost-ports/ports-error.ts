/**
 * The condition of a load balancer's service whose ports are taken on this machine. Pure. The type is upstream's.
 * https://github.com/kubernetes/api/blob/release-1.36/core/v1/types.go (`LoadBalancerPortsError`)
 */
import { type Condition, findCondition } from '../../api/conditions.ts';
import type { Service } from '../../api/types.ts';
import type { PublishedPort } from './plan.ts';

const type = 'LoadBalancerPortsError';
const told = (text: string): Set<string> => new Set(text.match(/\d{1,5}\/(?:TCP|UDP)/g));

const named = ({ hostPort, protocol }: PublishedPort): string => `${hostPort}/${protocol.toUpperCase()}`;

/** Undefined: there is nothing to say. `now` is in RFC 3339. */
export function portsError(
  { status }: Service,
  failed: readonly PublishedPort[],
  now: string,
): Required<Condition> | undefined {
  if (failed.length === 0 && !findCondition(status?.conditions, type)) return undefined;
  const ports = failed.map(named).join(', ');
  return failed.length > 0
    ? {
        type,
        status: 'True',
        reason: 'PortsTaken',
        message: `Taken on localhost by another program or service: ${ports}`,
        lastTransitionTime: now,
      }
    : { type, status: 'False', reason: 'PortsPublished', message: '', lastTransitionTime: now };
}

/** Ports of the service that are taken on this machine, as `80/TCP`. */
export function takenPorts({ status }: Service): ReadonlySet<string> {
  const condition = findCondition(status?.conditions, type);
  return told(condition?.status === 'True' ? (condition.message ?? '') : '');
}
