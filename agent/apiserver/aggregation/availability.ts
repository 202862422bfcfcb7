/**
 * Whether another API server can be reached: what its service and the endpoints say, and then whether it answers.
 * https://github.com/kubernetes/kube-aggregator/blob/release-1.36/pkg/controllers/status/remote/remote_available_controller.go
 */
import { available } from '../../api/apiregistration/api-service.ts';
import type { Condition } from '../../api/conditions.ts';
import { messageOf } from '../../api/errors.ts';
import type { APIService, EndpointSlice, Service } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import { systemMasters } from '../user.ts';
import { type Backends, openAnswer, outgoingHeaders } from './backend.ts';
import { deadline, discoveryTimeout } from './deadline.ts';

export const aggregatorUser = { username: 'system:kube-aggregator', groups: [systemMasters] };

/** The condition, without the time of its last change. */
export type Availability = Required<Pick<Condition, 'type' | 'status' | 'reason' | 'message'>>;

const unavailable = (reason: string, message: string): Availability => ({
  type: available,
  status: 'False',
  reason,
  message,
});

const passed: Availability = { type: available, status: 'True', reason: 'Passed', message: 'all checks passed' };

/** Of one slice, some address is ready and some port has the name. */
const leadsTo =
  (portName: string) =>
  ({ endpoints = [], ports = [] }: EndpointSlice): boolean =>
    (endpoints ?? []).some(({ conditions }) => conditions?.ready ?? true) &&
    (ports ?? []).some(({ name = '', port }) => name === portName && port !== undefined);

/** What stands in the way; undefined where the server should be asked. */
export function obstacleOf(
  { spec: { service: reference } }: APIService,
  service: Service | undefined,
  slices: readonly EndpointSlice[],
): Availability | undefined {
  const { name = '', namespace = '', port: wanted = 0 } = reference ?? {};
  const at = `service/${name} in ${JSON.stringify(namespace)}`;
  if (!service) return unavailable('ServiceNotFound', `${at} is not present`);
  if ((service.spec.type ?? 'ClusterIP') !== 'ClusterIP') return undefined;
  const port = (service.spec.ports ?? []).find((each) => each.port === wanted);
  if (!port) return unavailable('ServicePortError', `${at} is not listening on port ${wanted}`);
  if (slices.length === 0) return unavailable('EndpointsNotFound', `cannot find endpointslices for ${at}`);
  const { name: portName = '' } = port;
  if (slices.some(leadsTo(portName))) return undefined;
  const message = `endpointslices for ${at} have no addresses with port name ${JSON.stringify(portName)}`;
  return unavailable('MissingEndpoints', message);
}

/** Several at once: one that answers is enough, and one endpoint of several may be dead. */
const attempts = 5;

async function attempt(service: APIService, backends: Backends, clock: Clock): Promise<void> {
  const { group = '', version = '' } = service.spec;
  const { backend, shown } = backends.to(service, `/apis/${group}/${version}`);
  const time = deadline(clock, discoveryTimeout);
  try {
    const headers = outgoingHeaders({}, aggregatorUser);
    const answer = await openAnswer({ ...backend, headers }, 'GET', undefined, time.signal);
    answer.destroy();
    const { statusCode = 0 } = answer;
    if (statusCode < 200 || statusCode > 299) throw new Error(`bad status from ${shown}: ${statusCode}`);
  } catch (error) {
    const late = ' (Client.Timeout exceeded while awaiting headers)';
    const text = messageOf(error);
    const said = text.startsWith('bad status') ? text : `Get "${shown}": ${text}${time.isOver ? late : ''}`;
    throw new Error(`failing or missing response from ${shown}: ${said}`, { cause: error });
  } finally {
    time.cancel();
  }
}

/** Never rejects. */
export async function probe(service: APIService, backends: Backends, clock: Clock): Promise<Availability> {
  try {
    await Promise.any(Array.from({ length: attempts }, () => attempt(service, backends, clock)));
    return passed;
  } catch (error) {
    const reasons: unknown[] = error instanceof AggregateError ? error.errors : [error];
    return unavailable('FailedDiscoveryCheck', messageOf(reasons.at(-1)));
  }
}
