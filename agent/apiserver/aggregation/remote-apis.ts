/**
 * What there is to do as soon as another server serves an API: find out whether it answers and what it has, and pass
 * requests on. Loaded with the first of them; nothing of it runs, and no timer waits, while there is none.
 */

import { available } from '../../api/apiregistration/api-service.ts';
import { groupVersionOf } from '../../api/apiregistration/names.ts';
import { findCondition, isConditionTrue, withCondition } from '../../api/conditions.ts';
import { services } from '../../api/core/service.ts';
import { endpointSlices } from '../../api/discovery/endpoint-slice.ts';
import { messageOf } from '../../api/errors.ts';
import { apiVersionOf } from '../../api/kind.ts';
import type { AnyObject, APIService, Service } from '../../api/types.ts';
import type { GroupVersion } from '../../api/version-order.ts';
import type { Transport } from '../../client/transport.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import { timestamp } from '../../clock.ts';
import { type Answer, type Reply, text } from '../reply.ts';
import { isLasting, type ServerRequest } from '../request.ts';
import type { Follower } from '../state/resource-state.ts';
import { serviceAddress, slicesOf } from '../webhooks/service-address.ts';
import { type Availability, obstacleOf, probe } from './availability.ts';
import { BadBundle, createBackends, Unreachable } from './backend.ts';
import { discoveryTimeout, requestTimeout } from './deadline.ts';
import { fetchDiscovery } from './discovery.ts';
import type { AggregationOptions } from './options.ts';
import { createPassage } from './passage.ts';
import type { Registrations } from './registrations.ts';
import { kindsOf } from './remote-kinds.ts';
import type { ServedKinds } from './served-kinds.ts';
import type { RemoteVersion, VersionDiscovery } from './versions.ts';

export interface RemoteApisOptions extends AggregationOptions {
  registrations: Registrations;
  transport: Transport;
  served: ServedKinds;
}

export interface RemoteApis {
  /** A registration of this name has come, changed or gone. */
  changed(name: string): void;
  pass(service: APIService, request: ServerRequest): Reply;
  versions(): readonly RemoteVersion[];
  /** True once its server has said what is in the version, and whenever it could last be asked. */
  isCurrent(at: GroupVersion): boolean;
  /** Counts changes of `versions`. */
  readonly revision: number;
  close(): void;
}

/** Milliseconds between two questions to a server that answers, and the longest back-off of one that does not. */
const availabilityInterval = 30_000;
const discoveryInterval = 60_000;

const path = '/apis/apiregistration.k8s.io/v1/apiservices';
const serviceLabel = 'kubernetes.io/service-name';

/** As Go's `http.Error`. */
const plain = (status: number, message: string): Answer => ({
  ...text(status, `${message}\n`),
  headers: { 'x-content-type-options': 'nosniff' },
});

/** `/apis/group/version` */
const isDiscovery = ({ pathname }: ServerRequest): boolean => pathname.split('/').filter(Boolean).length === 3;

interface Known {
  discovery: VersionDiscovery;
  isCurrent: boolean;
}

export function createRemoteApis(options: RemoteApisOptions): RemoteApis {
  const { state, registrations, transport, served, clock, log, signal, turns } = options;
  const backends = createBackends({
    frontProxy: options.frontProxy,
    endpointOf: (namespace, name, port) => serviceAddress(state, namespace, name, port, Math.random()),
    reach: options.reach,
  });
  const known = new Map<string, Known>();
  let revision = 0;

  /** Undefined where the API is served here, or by nobody any more. */
  const remoteNamed = (name: string): APIService | undefined => {
    const service = registrations.get(name);
    return service && registrations.remote(groupVersionOf(service));
  };

  const writeCondition = async (service: APIService, condition: Availability): Promise<void> => {
    const conditions = service.status?.conditions ?? [];
    const before = findCondition(conditions, available);
    const { status, reason, message } = condition;
    if (before?.status === status && before.reason === reason && before.message === message) return;
    const lastTransitionTime = timestamp(clock.now());
    const next = { ...service.status, conditions: withCondition(conditions, { ...condition, lastTransitionTime }) };
    const answer = await transport.request({
      method: 'PUT',
      path: `${path}/${service.metadata.name}/status`,
      body: { ...service, status: next },
    });
    if (answer.status >= 300 && answer.status !== 404 && answer.status !== 409) {
      throw new Error(`status of ${service.metadata.name}: ${JSON.stringify(answer.body)}`);
    }
  };

  const checkAvailability = async (name: string): Promise<void> => {
    const service = remoteNamed(name);
    if (!service) return;
    const { namespace = '', name: ofService = '' } = service.spec.service ?? {};
    const record = state.of(services).objects.get(`${namespace}/${ofService}`);
    const target = record && (record.object as AnyObject & Service);
    const obstacle = obstacleOf(service, target, slicesOf(state, namespace, ofService));
    const condition = obstacle ?? (await probe(service, backends, clock));
    if (signal.aborted) return;
    const current = remoteNamed(name);
    // Who has changed meanwhile is in the queue again.
    if (current?.metadata.resourceVersion !== service.metadata.resourceVersion) return;
    await writeCondition(service, condition);
    if (!obstacle && condition.status === 'False') throw new Error(condition.message);
    availability.addAfter(name, availabilityInterval);
  };
  const availability = createWorkQueue({
    name: 'RemoteAvailabilityController',
    clock,
    log,
    signal,
    concurrency: 5,
    backoff: { base: 5, max: availabilityInterval },
    reconcile: checkAvailability,
  });

  const publish = (): void => {
    revision += 1;
    const groups = new Map<string, { group: string; version: string; discovery: VersionDiscovery }[]>();
    for (const service of registrations.remotes()) {
      const at = groupVersionOf(service);
      const { discovery, isCurrent = false } = known.get(apiVersionOf(at)) ?? {};
      if (!discovery || !isCurrent) continue;
      groups.set(at.group, [...(groups.get(at.group) ?? []), { ...at, discovery }]);
    }
    served.replaceRemote([...groups].flatMap(([group, versions]) => kindsOf(group, versions)));
  };
  const learn = async (name: string): Promise<void> => {
    const service = remoteNamed(name);
    if (!service) {
      for (const key of known.keys()) if (!isRegistered(key)) known.delete(key);
      return publish();
    }
    const at = groupVersionOf(service);
    const key = apiVersionOf(at);
    try {
      const discovery = await fetchDiscovery({ backends, clock, turns }, service, at);
      known.set(key, { discovery: { ...discovery, freshness: 'Current' }, isCurrent: true });
      discoveries.addAfter(name, discoveryInterval);
    } catch (error) {
      known.set(key, { discovery: { version: at.version, freshness: 'Stale' }, isCurrent: false });
      throw new Error(`discovery of ${name}: ${messageOf(error)}`, { cause: error });
    } finally {
      if (!isRegistered(key)) known.delete(key);
      if (!signal.aborted) publish();
    }
  };
  const isRegistered = (key: string): boolean =>
    [...registrations.remotes()].some((service) => apiVersionOf(groupVersionOf(service)) === key);
  const discoveries = createWorkQueue({
    name: 'discovery-manager',
    clock,
    log,
    signal,
    concurrency: 2,
    backoff: { base: 500, max: discoveryInterval },
    reconcile: learn,
  });

  const recheck = (namespace: string, name: string): void => {
    for (const { spec, metadata } of registrations.remotes()) {
      if (spec.service?.namespace === namespace && spec.service.name === name) availability.add(metadata.name);
    }
  };
  const onService: Follower = ({ record }) => recheck(record.namespace, record.name);
  const onSlice: Follower = ({ record: { namespace, object } }) =>
    recheck(namespace, object.metadata.labels?.[serviceLabel] ?? '');
  const follow = (): void => {
    state.of(services).followers.add(onService);
    state.of(endpointSlices).followers.add(onSlice);
  };
  const unfollow = (): void => {
    state.of(services).followers.delete(onService);
    state.of(endpointSlices).followers.delete(onSlice);
  };
  const changed = (name: string): void => {
    if (registrations.hasRemotes) follow();
    else unfollow();
    availability.add(name);
    discoveries.add(name);
  };
  for (const { metadata } of registrations.remotes()) changed(metadata.name);

  return {
    changed,
    pass: (service, request) => {
      if (!isConditionTrue(service.status?.conditions, available)) return plain(503, 'service unavailable');
      try {
        backends.to(service, request.pathname);
      } catch (error) {
        if (error instanceof Unreachable) return plain(503, 'service unavailable');
        if (error instanceof BadBundle) return plain(500, error.message);
        throw error;
      }
      const timeout = isLasting(request) ? undefined : isDiscovery(request) ? discoveryTimeout : requestTimeout;
      return { status: 200, passage: createPassage({ service, user: request.user, timeout, backends, clock, turns }) };
    },
    versions: () =>
      [...registrations.remotes()].map((service) => {
        const at = groupVersionOf(service);
        return { ...at, discovery: known.get(apiVersionOf(at))?.discovery };
      }),
    isCurrent: (at) => known.get(apiVersionOf(at))?.isCurrent ?? false,
    get revision() {
      return revision;
    },
    close: () => {
      unfollow();
      backends.close();
    },
  };
}
