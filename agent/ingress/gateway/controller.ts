/** Follows the kinds of Gateway API while the cluster serves them, and writes what becomes of their objects. */
import { isDeepStrictEqual } from 'node:util';
import { namespaces as namespaceKind } from '../../api/core/namespace.ts';
import { ApiError, isNotFound } from '../../api/errors.ts';
import { gatewayClassName, gatewayController, gatewayGroup } from '../../api/gateway/group.ts';
import type { Kind } from '../../api/kind.ts';
import { mediaType } from '../../api/media-types.ts';
import type { KindSource } from '../../api/registry.ts';
import type { KubeObject } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import type { Informers } from '../../client/informer.ts';
import { type Clock, timestamp } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { ClusterObjects } from '../routes.ts';
import { gatewayClasses, gateways, httpRoutes, referenceGrants, servesGateways } from './kinds.ts';
import { type GatewayPlan, planGateways, type Reached } from './plan.ts';
import { classStatus, gatewayStatus, routeStatus } from './statuses.ts';

export interface GatewaysOptions {
  kinds: KindSource;
  client: Client;
  informers: Informers;
  clock: Clock;
  log: Logger;
  /** Called when the plan may have changed. */
  touch(): void;
  signal: AbortSignal;
}

export interface Gateways {
  /** Undefined while the cluster does not serve the kinds. */
  plan(objects: Omit<ClusterObjects, 'ingresses' | 'classes'>, reached: Reached): GatewayPlan | undefined;
  writeStatuses(plan: GatewayPlan): Promise<void>;
}

type Followed = ReturnType<typeof follow>;

const follow = (informers: Informers) => ({
  classes: informers.for(gatewayClasses),
  gateways: informers.for(gateways),
  routes: informers.for(httpRoutes),
  grants: informers.for(referenceGrants),
  namespaces: informers.for(namespaceKind),
});

export function followGateways(options: GatewaysOptions): Gateways {
  const { kinds, client, informers, clock, log, touch, signal } = options;
  let following: { followed: Followed; end: AbortController } | undefined;
  let isSynced = false;

  const start = async (): Promise<void> => {
    const end = new AbortController();
    const followed = follow(informers.until(AbortSignal.any([end.signal, signal])));
    following = { followed, end };
    const all = Object.values(followed);
    for (const informer of all) informer.onChange(touch);
    await Promise.all(all.map(({ synced }) => synced));
    if (following?.end !== end) return;
    await createClass(client, followed, signal);
    isSynced = true;
    touch();
  };
  const look = (): void => {
    const isServed = servesGateways(kinds);
    if (isServed === (following !== undefined)) return;
    if (isServed) {
      start().catch((error: unknown) => log.error('Cannot follow the kinds of Gateway API', { error }));
      return;
    }
    following?.end.abort();
    following = undefined;
    isSynced = false;
    touch();
  };
  const unsubscribe = kinds.onChange(look);
  signal.addEventListener('abort', unsubscribe, { once: true });
  look();

  const write = async <T extends KubeObject & { status?: unknown }>(kind: Kind<T>, object: T, status: unknown) => {
    if (isDeepStrictEqual(object.status, status)) return;
    const { name, namespace } = object.metadata;
    const body = { status };
    const written = client
      .resource(kind)
      .patch(name, namespace, mediaType.mergePatch, body, { subresource: 'status' }, signal);
    await written.catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  };

  return {
    plan(objects, reached) {
      if (!following || !isSynced) return undefined;
      const { followed } = following;
      return planGateways({
        ...objects,
        reached,
        classes: followed.classes.list(),
        gateways: followed.gateways.list(),
        routes: followed.routes.list(),
        grants: followed.grants.list(),
        labelsOf: (name) => followed.namespaces.get(name)?.metadata.labels,
      });
    },
    async writeStatuses(plan) {
      const now = timestamp(clock.now());
      await Promise.all([
        ...plan.classes.map((each) => write(gatewayClasses, each.class, classStatus(each, now))),
        ...plan.gateways.map((each) => write(gateways, each.gateway, gatewayStatus(each, now))),
        ...plan.routes
          .filter(({ route, parents }) => parents.length > 0 || isShown(route))
          .map((each) => write(httpRoutes, each.route, routeStatus(each, now))),
      ]);
    },
  };
}

const isShown = ({ status }: { status?: { parents: { controllerName: string }[] } }): boolean =>
  status?.parents.some(({ controllerName }) => controllerName === gatewayController) === true;

/** The class is there as soon as its kind is, as a new cluster has an ingress class. */
async function createClass(client: Client, { classes }: Followed, signal: AbortSignal): Promise<void> {
  if (classes.get(gatewayClassName)) return;
  const draft = {
    apiVersion: `${gatewayGroup}/v1`,
    kind: 'GatewayClass',
    metadata: { name: gatewayClassName },
    spec: { controllerName: gatewayController },
  };
  try {
    await client.resource(gatewayClasses).create(draft, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 409) throw error;
  }
}
