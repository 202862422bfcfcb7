/**
 * What there is to do as soon as another server serves an API: find out whether it answers and what it has, and pass
 * requests on. Loaded with the first of them; nothing of it runs, and no timer waits, while there is none.
 */

import { available } from '../../api/apiregistration/api-service.ts';
import { groupVersionOf } from '../../api/apiregistration/names.ts';
import { findCondition, isConditionTrue, withCondition } from '../../api/conditions.ts';
import { services } from '../../api/core/service.ts';
import { endpointSlices } from '../../api/discovery/endpoint-slice.ts';
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
import { createRemoteDocuments, type RemoteDocuments } from './documents.ts';
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
  documents: RemoteDocuments;
  /** True once its server has said what is in the version, and whenever it could last be asked. */
  isCurrent(at: GroupVersion): boolean;
  /** Counts changes of `versions`. */
  readonly revision: number;
  close(): void;
}

/** Milliseconds between two questions to a server. */
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

/** How long to wait, in milliseconds, after a question: usually `longest`, less after the first failures. */
function createPace(first: number, longest: number) {
  const failures = new Map<string, number>();
  return {
    failed: (name: string): number => {
      const count = failures.get(name) ?? 0;
      failures.set(name, count + 1);
      return Math.min(first * 2 ** count, longest);
    },
    succeeded: (name: string): number => {
      failures.delete(name);
      return longest;
    },
  };
}

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
  const unanswered = createPace(5, availabilityInterval);
  const undiscovered = createPace(500, discoveryInterval);
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
    log.info('The availability of an API changes', { name: service.metadata.name, status, reason, message });
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
    if (!service) return void unanswered.succeeded(name);
    const { namespace = '', name: ofService = '' } = service.spec.service ?? {};
    const record = state.of(services).objects.get(`${namespace}/${ofService}`);
    const target = record && (record.object as AnyObject & Service);
    const obstacle = obstacleOf(service, target, slicesOf(state, namespace, ofService));
    const condition = obstacle ?? (await probe(service, backends, clock));
    // Who waits for the API to be available finds its kinds in discovery then.
    if (condition.status === 'True' && !known.get(apiVersionOf(groupVersionOf(service)))?.isCurrent) {
      await learn(name);
    }
    if (signal.aborted) return;
    const current = remoteNamed(name);
    // Who has changed meanwhile is in the queue again.
    if (current?.metadata.resourceVersion !== service.metadata.resourceVersion) return;
    await writeCondition(service, condition);
    const hasFailed = !obstacle && condition.status === 'False';
    availability.addAfter(name, hasFailed ? unanswered.failed(name) : unanswered.succeeded(name));
  };
  const availability = createWorkQueue({
    name: 'RemoteAvailabilityController',
    clock,
    log,
    signal,
    concurrency: 5,
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
      undiscovered.succeeded(name);
      for (const key of known.keys()) if (!isRegistered(key)) known.delete(key);
      return publish();
    }
    const at = groupVersionOf(service);
    const key = apiVersionOf(at);
    try {
      const discovery = await fetchDiscovery({ backends, clock, turns }, service, at);
      known.set(key, { discovery: { ...discovery, freshness: 'Current' }, isCurrent: true });
      discoveries.addAfter(name, undiscovered.succeeded(name));
    } catch (error) {
      if (known.get(key)?.isCurrent !== false) log.info('Could not discover an API', { name, error });
      known.set(key, { discovery: { version: at.version, freshness: 'Stale' }, isCurrent: false });
      discoveries.addAfter(name, undiscovered.failed(name));
    }
    if (!isRegistered(key)) known.delete(key);
    if (!signal.aborted) publish();
  };
  const isRegistered = (key: string): boolean =>
    [...registrations.remotes()].some((service) => apiVersionOf(groupVersionOf(service)) === key);
  const discoveries = createWorkQueue({
    name: 'discovery-manager',
    clock,
    log,
    signal,
    concurrency: 2,
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
    documents: createRemoteDocuments({ backends, clock, turns }),
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
