/** Controllers on an API server in process, with a clock of their own that stands still. */
import { configMaps } from '../../../../agent/api/core/config-map.ts';
import type { Kind } from '../../../../agent/api/kind.ts';
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import { createKindRegistry, type KindRegistrar } from '../../../../agent/api/registry.ts';
import type { AnyObject, meta } from '../../../../agent/api/types.ts';
import type { ApiServerOptions } from '../../../../agent/apiserver/server.ts';
import { accountUser, type UserInfo } from '../../../../agent/apiserver/user.ts';
import { type Client, createClient } from '../../../../agent/client/client.ts';
import { createInformers } from '../../../../agent/client/informer.ts';
import { systemClock } from '../../../../agent/clock.ts';
import { type Controller, type RuntimeDeps, runControllers } from '../../../../agent/controllers/shared/runtime.ts';
import { createProcessMetrics } from '../../../../agent/metrics/process.ts';
import { createFakeClock, type FakeClock } from '../../../fakes/clock.ts';
import { quietLog } from '../../../fakes/log.ts';
import { startApi, type TestApi } from '../apiserver/api.ts';

/** Served from the start, and unknown to the controllers until a test registers it with them. */
export const widgets: Kind = {
  ...configMaps,
  kind: 'Widget',
  plural: 'widgets',
  singular: 'widget',
  shortNames: [],
  representations: [{ group: 'example.com', version: 'v1', definition: 'io.k8s.api.core.v1.ConfigMap' }],
};

export interface World {
  api: TestApi;
  client: Client;
  clock: FakeClock;
  /** What the controllers believe is served. */
  kinds: KindRegistrar;
  deps: RuntimeDeps;
  /** While set, requests of the controllers whose path it matches fail with a 500. */
  broken: { path?: RegExp };
  /** The controllers stop, as if they had lost the lease. */
  stop(): void;
  /** The controllers stop, and new ones start in their place. */
  restart(): void;
  /** Names of what is there, sorted. */
  names(path: string): Promise<string[]>;
  /** The value of a metric, e.g. `workqueue_depth{name="namespace"}`; undefined where it is not told. */
  metric(series: string): number | undefined;
  close(): Promise<void>;
}

export async function startWorld(
  declare: () => readonly Controller[],
  server: Partial<ApiServerOptions> = {},
): Promise<World> {
  const metrics = createProcessMetrics();
  const api = await startApi({ kinds: createKindRegistry([...builtInKinds, widgets]), metrics, ...server });
  const kinds = createKindRegistry(builtInKinds);
  const clock = createFakeClock();
  let stop = new AbortController();
  const user = { username: 'system:kube-controller-manager', groups: ['system:masters', 'system:authenticated'] };
  const broken: World['broken'] = {};
  const clientAs = (who: UserInfo): Client => {
    const transport = api.server.transport(who);
    return createClient({
      request: async (request) => {
        if (!broken.path?.test(request.path)) return transport.request(request);
        return { status: 500, headers: {}, body: { reason: 'InternalError', message: `${request.path} is broken` } };
      },
    });
  };
  const client = clientAs(user);
  const clientFor = (account: string) => clientAs(accountUser('kube-system', account));
  const informers = createInformers(client, {
    clock: systemClock,
    log: quietLog,
    signal: new AbortController().signal,
    metrics,
  });
  const deps: RuntimeDeps = {
    client,
    clientFor,
    informers,
    kinds,
    clock,
    log: quietLog,
    signal: stop.signal,
    metrics,
  };
  runControllers(declare, deps);
  return {
    api,
    client,
    clock,
    kinds,
    deps,
    broken,
    stop: () => stop.abort(),
    restart() {
      stop.abort();
      stop = new AbortController();
      runControllers(declare, { ...deps, informers: deps.informers.until(stop.signal), signal: stop.signal });
    },
    names: async (path) => (await api.list(path)).items.map(({ metadata }) => metadata.name).sort(),
    metric(series) {
      const line = metrics
        .text()
        .split('\n')
        .find((each) => each.startsWith(`${series} `));
      return line === undefined ? undefined : Number(line.slice(series.length));
    },
    close: async () => {
      stop.abort();
      await api.close();
    },
  };
}

export const configMapsPath = '/api/v1/namespaces/default/configmaps';
/** A kind of which a new cluster has no object. */
export const podTemplatesPath = '/api/v1/namespaces/default/podtemplates';

/** How something owned refers to its owner. */
export const referenceTo = (owner: AnyObject, more: Partial<meta.OwnerReference> = {}): meta.OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  ...more,
});
