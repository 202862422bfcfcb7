/**
 * The condition of a load balancer's service whose ports are taken on this machine, or of SCTP, which no engine
 * publishes. Pure. The type is upstream's.
 * https://github.com/kubernetes/api/blob/release-1.36/core/v1/types.go (`LoadBalancerPortsError`)
 */
import { type Condition, findCondition } from '../../api/conditions.ts';
import type { Service } from '../../api/types.ts';
import { isOurLoadBalancer, type PublishedPort } from './plan.ts';

const type = 'LoadBalancerPortsError';
const told = (text: string): Set<string> => new Set(text.match(/\d{1,5}\/(?:TCP|UDP)/g));

const named = ({ hostPort, protocol }: PublishedPort): string => `${hostPort}/${protocol.toUpperCase()}`;

const sctpPortsOf = (service: Service): string[] =>
  isOurLoadBalancer(service)
    ? (service.spec.ports ?? []).flatMap(({ protocol, port }) => (protocol === 'SCTP' ? [`${port}/SCTP`] : []))
    : [];

/** Undefined: there is nothing to say. `now` is in RFC 3339. */
export function portsError(
  service: Service,
  failed: readonly PublishedPort[],
  now: string,
): Required<Condition> | undefined {
  const taken = failed.map(named).join(', ');
  const refused = sctpPortsOf(service).join(', ');
  const message = [
    ...(taken ? [`Taken on localhost by another program or service: ${taken}`] : []),
    ...(refused ? [`SCTP is not published on localhost, only reached in the cluster: ${refused}`] : []),
  ].join('; ');
  if (!message && !findCondition(service.status?.conditions, type)) return undefined;
  return message
    ? { type, status: 'True', reason: taken ? 'PortsTaken' : 'ProtocolNotSupported', message, lastTransitionTime: now }
    : { type, status: 'False', reason: 'PortsPublished', message: '', lastTransitionTime: now };
}

/** Ports of the service that are taken on this machine, as `80/TCP`. */
export function takenPorts({ status }: Service): ReadonlySet<string> {
  const condition = findCondition(status?.conditions, type);
  return told(condition?.status === 'True' ? (condition.message ?? '') : '');
}
