/**
 * What there is to do as soon as another server serves an API: find out whether it answers and what it has, and pass
 * requests on. Loaded with the first of them; nothing of it runs, and no timer waits, while there is none.
 */
import { available } from '../../api/apiregistration/api-service.ts';
import { isConditionTrue } from '../../api/conditions.ts';
import type { APIService } from '../../api/types.ts';
import type { Transport } from '../../client/transport.ts';
import { type Answer, type Reply, text } from '../reply.ts';
import { isLasting, type ServerRequest } from '../request.ts';
import { serviceAddress } from '../webhooks/service-address.ts';
import { createAvailabilityChecks } from './availability-checks.ts';
import { type Backends, BadBundle, createBackends, Unreachable } from './backend.ts';
import { discoveryTimeout, requestTimeout } from './deadline.ts';
import { createDiscoveries, type Discoveries } from './discoveries.ts';
import { createRemoteDocuments, type RemoteDocuments } from './documents.ts';
import type { AggregationOptions } from './options.ts';
import { createPassage } from './passage.ts';
import type { Registrations } from './registrations.ts';
import type { ServedKinds } from './served-kinds.ts';

export interface RemoteApisOptions extends AggregationOptions {
  registrations: Registrations;
  transport: Transport;
  served: ServedKinds;
}

export interface RemoteApis {
  /** A registration of this name has come, changed or gone. */
  changed(name: string): void;
  pass(service: APIService, request: ServerRequest): Reply;
  discoveries: Pick<Discoveries, 'versions' | 'isCurrent' | 'revision'>;
  documents: RemoteDocuments;
  close(): void;
}

/** As Go's `http.Error`. */
const plain = (status: number, message: string): Answer => ({
  ...text(status, `${message}\n`),
  headers: { 'x-content-type-options': 'nosniff' },
});

/** `/apis/group/version` */
const isDiscovery = ({ pathname }: ServerRequest): boolean => pathname.split('/').filter(Boolean).length === 3;

/** Milliseconds; undefined: for as long as it lasts. */
const timeoutOf = (request: ServerRequest): number | undefined =>
  isLasting(request) ? undefined : isDiscovery(request) ? discoveryTimeout : requestTimeout;

/** Why a request cannot be passed on at all; undefined where it can. */
function refusal(service: APIService, backends: Backends, pathname: string): Answer | undefined {
  const unavailable = plain(503, 'service unavailable');
  if (!isConditionTrue(service.status?.conditions, available)) return unavailable;
  try {
    backends.to(service, pathname);
    return undefined;
  } catch (error) {
    if (error instanceof Unreachable) return unavailable;
    if (error instanceof BadBundle) return plain(500, error.message);
    throw error;
  }
}

export function createRemoteApis(options: RemoteApisOptions): RemoteApis {
  const { state, registrations, clock, turns } = options;
  const backends = createBackends({
    frontProxy: options.frontProxy,
    endpointOf: (namespace, name, port) => serviceAddress(state, namespace, name, port, Math.random()),
    reach: options.reach,
  });
  const discoveries = createDiscoveries({ ...options, backends });
  const checks = createAvailabilityChecks({ ...options, backends, discoveries });
  const changed = (name: string): void => {
    if (registrations.hasRemotes) checks.follow();
    else checks.unfollow();
    checks.add(name);
    discoveries.add(name);
  };
  for (const { metadata } of registrations.remotes()) changed(metadata.name);

  return {
    changed,
    pass: (service, request) => {
      const passage = { service, user: request.user, timeout: timeoutOf(request), backends, clock, turns };
      return refusal(service, backends, request.pathname) ?? { status: 200, passage: createPassage(passage) };
    },
    discoveries,
    documents: createRemoteDocuments({ backends, clock, turns }),
    close: () => {
      checks.unfollow();
      backends.close();
    },
  };
}
