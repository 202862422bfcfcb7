/**
 * Writes the condition of each API that another server serves: after every change of it, of its service and of the
 * endpoints, and every 30 seconds.
 * https://github.com/kubernetes/kube-aggregator/blob/release-1.36/pkg/controllers/status/remote/remote_available_controller.go
 */
import { available } from '../../api/apiregistration/api-service.ts';
import { groupVersionOf } from '../../api/apiregistration/names.ts';
import { findCondition, withCondition } from '../../api/conditions.ts';
import { services } from '../../api/core/service.ts';
import { endpointSlices } from '../../api/discovery/endpoint-slice.ts';
import type { AnyObject, APIService, Service } from '../../api/types.ts';
import type { Transport } from '../../client/transport.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import { timestamp } from '../../clock.ts';
import type { Follower } from '../state/resource-state.ts';
import type { State } from '../state/state.ts';
import { slicesOf } from '../webhooks/service-address.ts';
import { type Availability, obstacleOf, probe } from './availability.ts';
import type { Backends } from './backend.ts';
import type { Discoveries } from './discoveries.ts';
import type { AggregationOptions } from './options.ts';
import { createPace } from './pace.ts';
import type { Registrations } from './registrations.ts';

export interface AvailabilityOptions extends AggregationOptions {
  registrations: Registrations;
  transport: Transport;
  backends: Backends;
  discoveries: Discoveries;
}

export interface AvailabilityChecks {
  /** Looks soon. */
  add(name: string): void;
  /** Follows services and endpoints, or stops. Both may be called again. */
  follow(): void;
  unfollow(): void;
}

/** Milliseconds. */
const interval = 30_000;
const firstDelay = 5;

const path = '/apis/apiregistration.k8s.io/v1/apiservices';
const serviceLabel = 'kubernetes.io/service-name';

function conditionWriter({ transport, clock, log }: AvailabilityOptions) {
  return async (service: APIService, condition: Availability): Promise<void> => {
    const { name } = service.metadata;
    const conditions = service.status?.conditions ?? [];
    const before = findCondition(conditions, available);
    const { status, reason, message } = condition;
    if (before?.status === status && before.reason === reason && before.message === message) return;
    log.info('The availability of an API changes', { name, status, reason, message });
    const lastTransitionTime = timestamp(clock.now());
    const next = { ...service.status, conditions: withCondition(conditions, { ...condition, lastTransitionTime }) };
    const body = { ...service, status: next };
    const answer = await transport.request({ method: 'PUT', path: `${path}/${name}/status`, body });
    if (answer.status >= 300 && answer.status !== 404 && answer.status !== 409) {
      throw new Error(`status of ${name}: ${JSON.stringify(answer.body)}`);
    }
  };
}

function obstacleIn(state: State, service: APIService): Availability | undefined {
  const { namespace = '', name = '' } = service.spec.service ?? {};
  const record = state.of(services).objects.get(`${namespace}/${name}`);
  return obstacleOf(service, record && (record.object as AnyObject & Service), slicesOf(state, namespace, name));
}

export function createAvailabilityChecks(options: AvailabilityOptions): AvailabilityChecks {
  const { state, registrations, backends, discoveries, clock, log, signal } = options;
  const write = conditionWriter(options);
  const pace = createPace(firstDelay, interval);

  const check = async (name: string): Promise<void> => {
    const service = registrations.remoteNamed(name);
    if (!service) return void pace.succeeded(name);
    const obstacle = obstacleIn(state, service);
    const condition = obstacle ?? (await probe(service, backends, clock));
    // Who waits for the API to be available finds its kinds in discovery then.
    if (condition.status === 'True' && !discoveries.isCurrent(groupVersionOf(service))) await discoveries.learn(name);
    const { resourceVersion } = registrations.remoteNamed(name)?.metadata ?? {};
    // Who has changed meanwhile is in the queue again.
    if (signal.aborted || resourceVersion !== service.metadata.resourceVersion) return;
    await write(service, condition);
    const isDead = !obstacle && condition.status === 'False';
    queue.addAfter(name, isDead ? pace.failed(name) : pace.succeeded(name));
  };
  const facts = { name: 'RemoteAvailabilityController', clock, log, signal };
  const queue = createWorkQueue({ ...facts, concurrency: 5, reconcile: check });

  const recheck = (namespace: string, name: string): void => {
    for (const { spec, metadata } of registrations.remotes()) {
      if (spec.service?.namespace === namespace && spec.service.name === name) queue.add(metadata.name);
    }
  };
  const onService: Follower = ({ record }) => recheck(record.namespace, record.name);
  const onSlice: Follower = ({ record: { namespace, object } }) =>
    recheck(namespace, object.metadata.labels?.[serviceLabel] ?? '');

  return {
    add: queue.add,
    follow: () => {
      state.of(services).followers.add(onService);
      state.of(endpointSlices).followers.add(onSlice);
    },
    unfollow: () => {
      state.of(services).followers.delete(onService);
      state.of(endpointSlices).followers.delete(onSlice);
    },
  };
}
