/** The API server: wires the parts of the pipeline and offers it in process and over TLS. */

import { metricsKinds } from '../api/metrics/metrics.ts';
import type { KindRegistrar, KindRegistry } from '../api/registry.ts';
import { createSchemaProvider } from '../api/schema/provider.ts';
import type { Definitions, Descriptions } from '../api/schema/schema.ts';
import { type Transport, userAgentOf, withUserAgent } from '../client/transport.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { createProcessMetrics } from '../metrics/process.ts';
import type { MetricsRegistry } from '../metrics/registry.ts';
import type { Store } from '../store/store.ts';
import { createAdmission } from './admission/admission.ts';
import type { AdmissionStep } from './admission/step.ts';
import { admissionSteps } from './admission/steps.ts';
import { createAggregation } from './aggregation/aggregation.ts';
import type { FrontProxy } from './aggregation/options.ts';
import { createServiceAccountTokens } from './authentication/service-account-tokens.ts';
import { createAuthorizer, storedRoles } from './authorization/chain.ts';
import { createNodeGraph } from './authorization/node-graph.ts';
import { ensurePolicy } from './authorization/policy/ensure.ts';
import { makeNamespaces, makeObjects, publishAddresses, watchBuiltIn } from './bootstrap.ts';
import { createCatchUp } from './catch-up.ts';
import { makeClusterInfo } from './cluster-info.ts';
import type { ClusterSettings } from './cluster-settings.ts';
import { type CommonObject, writeCommonObjects } from './common-objects.ts';
import { createConverter } from './conversion/converter.ts';
import type { Core } from './core.ts';
import { serveCustomResources } from './custom-resources/maintain.ts';
import { createDocuments } from './documents/documents.ts';
import { createOpenApi } from './documents/openapi.ts';
import { publishAuthentication } from './extension-authentication.ts';
import { createFieldChecker } from './fields.ts';
import { reportDangling } from './flow-control/dangling.ts';
import { flowObjects } from './flow-control/objects.ts';
import { createHandler } from './handler.ts';
import { type Listener, type ListenOptions, listen } from './http/listener.ts';
import { inProcessTransport } from './in-process.ts';
import { trackLegacyTokens } from './legacy-token-tracking.ts';
import { startMaintenance } from './maintenance.ts';
import { collectState, createRequestMetrics } from './metrics.ts';
import type { ReadNode } from './resource-metrics/collector.ts';
import type { MetricsObjects } from './resource-metrics/metrics-objects.ts';
import { makeMetricsRole } from './resource-metrics/role.ts';
import type { History } from './state/resource-state.ts';
import { createSizeCheck } from './state/size-limit.ts';
import { createState } from './state/state.ts';
import { createStorage } from './storage.ts';
import { boundedCheck } from './store-check.ts';
import type { StreamProxy } from './streams/types.ts';
import { createTurns } from './turns.ts';
import { createUntilDone } from './until-done.ts';
import { createMayUpgrade } from './upgrades.ts';
import { loopbackUser, type UserInfo } from './user.ts';
import { createWebhookClient } from './webhooks/client.ts';
import type { Address } from './webhooks/service-address.ts';

export interface ApiServerOptions {
  /** Stays the caller's: closing the server does not close it. */
  store: Store;
  clock: Clock;
  log: Logger;
  /** What is served, and what is served later: custom resources are registered here. */
  kinds: KindRegistrar;
  /** Schemas of everything that is served; see agent/api/schema. */
  definitions?: Definitions;
  /** Their documentation, which only `kubectl explain` and the like want. */
  descriptions?: () => Promise<Descriptions>;
  /** PEM: private key, EC P-256 or RSA, that signs service-account tokens. */
  serviceAccountKey: string;
  settings?: Partial<ClusterSettings>;
  /** What `/metrics` tells, beside the server's own; other parts of the process write there as well. */
  metrics?: MetricsRegistry;
  /** How far back a watch may start. */
  history?: History;
  streams?: (transport: Transport) => StreamProxy;
  /** How to ask a node's kubelet what it uses. Absent: there is no `metrics.k8s.io`. */
  readNode?: (transport: Transport) => ReadNode;
  /** Where the endpoint of a service really is, for webhooks. Throws where this process reaches no pods. */
  reach?: (endpoint: Address) => Address;
  /** How other API servers know this one. Absent: they are asked without a certificate. */
  frontProxy?: FrontProxy;
  /** PEM: whose certificates clients have; published for other API servers. */
  clientCA?: string;
  /** Says in a config map since when uses of tokens in secrets are noted, without which none is ever cleaned up. */
  tracksLegacyTokens?: boolean;
  /** Steps that run after the built-in ones. */
  admission?: readonly AdmissionStep[];
  /** What a new store begins with. Absent: the pipeline makes all of it. */
  commonObjects?: () => Promise<readonly CommonObject[]>;
  /** Where to accept connections while the server still starts: their requests wait until it has. */
  listen?: PublicListenOptions;
}

export interface PublicListenOptions extends ListenOptions {
  /** Published as the address of the `kubernetes` service. */
  advertise?: string;
}

export interface ApiServer {
  /** What is served here, and what other servers serve through it. */
  readonly kinds: KindRegistry;
  /** The pipeline in process, as the given user. */
  transport(user: UserInfo): Transport;
  /** Resolves once connections are accepted. */
  listen(options: PublicListenOptions): Promise<{ port: number }>;
  /** Rejects when the store fails for good: the process should end then. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

const defaultSettings: ClusterSettings = {
  clusterDomain: 'cluster.local',
  serviceCIDRs: ['10.96.0.0/12'],
  serviceIP: '10.96.0.1',
  dnsIP: '10.96.0.10',
  nodePorts: { first: 30000, last: 32767 },
};

const defaultHistory: History = { limit: 4096, bytes: 8 << 20, maxAge: 5 * 60_000 };

/** Made when somebody asks for the first time. */
function createLateMetrics(): (core: Core, read: ReadNode | undefined, signal: AbortSignal) => Promise<MetricsObjects> {
  let made: Promise<MetricsObjects> | undefined;
  return (core, read, signal) => {
    if (!read) throw new Error('this server reaches no kubelets');
    made ??= import('./resource-metrics/objects.ts').then(({ createMetricsObjects }) =>
      createMetricsObjects(core, read, signal),
    );
    return made;
  };
}

export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { store, clock, log, kinds, definitions = {}, history = defaultHistory } = options;
  const schemas = createSchemaProvider(definitions);
  const settings = { ...defaultSettings, ...options.settings };
  const closing = new AbortController();
  if (options.readNode) for (const kind of metricsKinds) kinds.register(kind);
  const isNew = (await store.revision()) === 0;
  if (isNew && options.commonObjects) await writeCommonObjects(store, await options.commonObjects(), clock.now());
  const state = await createState({ store, kinds, clock, log, signal: closing.signal, history });
  const storage = createStorage(store, state, createSizeCheck(schemas));
  const roles = storedRoles(state, kinds);
  const authorizer = createAuthorizer(createNodeGraph(state, kinds), roles);
  const steps = [...admissionSteps, ...(options.admission ?? [])];
  const fields = createFieldChecker(schemas);
  const turns = createTurns();
  const webhooks = createWebhookClient({ state, clock, turns, ...(options.reach ? { reach: options.reach } : {}) });
  const converter = createConverter(webhooks, schemas);
  const cluster = {
    kinds,
    state,
    storage,
    settings,
    clock,
    authorizer,
    roles,
    fields,
    schemas,
    turns,
    converter,
    webhooks,
    log,
  };
  const catchUp = createCatchUp(store, state, clock);
  const lateMetrics = createLateMetrics();
  const core: Core = {
    kinds,
    state,
    storage,
    clock,
    log,
    settings,
    tokens: createServiceAccountTokens(
      options.serviceAccountKey,
      `https://kubernetes.default.svc.${settings.clusterDomain}`,
    ),
    authorizer,
    admission: createAdmission(steps, cluster),
    fields,
    schemas,
    turns,
    readTurns: createTurns(),
    converter,
    checkStore: boundedCheck(clock, () => store.check()),
    catchUp,
    metrics: () => lateMetrics(core, options.readNode?.(loopback), closing.signal),
  };
  const aggregation = createAggregation({
    state,
    kinds,
    clock,
    log,
    signal: closing.signal,
    turns,
    frontProxy: options.frontProxy,
    reach: options.reach ?? ((endpoint) => endpoint),
  });
  const metrics = options.metrics ?? createProcessMetrics();
  collectState(metrics, state);
  const listeners: Listener[] = [];
  const address = () => `${settings.serviceIP}:443`;
  const documents = createDocuments({
    core,
    metrics,
    openApi: createOpenApi({
      kinds,
      aggregation,
      definitions,
      descriptions: options.descriptions ?? (async () => ({})),
    }),
    aggregation,
    address,
  });
  const handler = createHandler({ core, documents, aggregation, metrics: createRequestMetrics(metrics) });
  const loopback = withUserAgent(inProcessTransport(handler, loopbackUser, catchUp), userAgentOf('kube-apiserver'));
  const stopServing = serveCustomResources({ state, kinds, clock, log, signal: closing.signal }, loopback);
  const streams = options.streams?.(loopback);
  const mayUpgrade = createMayUpgrade(kinds, aggregation);
  const flows = flowObjects(state, kinds);
  let published = { advertise: '', port: 0 };
  const untilDone = createUntilDone(clock, log, closing.signal);
  const makeFirst = () => untilDone(() => makeNamespaces(loopback));
  const makeRest = () =>
    Promise.all([
      untilDone(() => makeObjects(loopback, settings).then(() => reportDangling(flows, clock, loopback))),
      untilDone(() => publishAuthentication(loopback, options.clientCA, options.frontProxy?.ca)),
      options.tracksLegacyTokens && untilDone(() => trackLegacyTokens(loopback, clock.now())),
    ]);
  const publishAll = (addresses: readonly string[]) =>
    untilDone(() => publishAddresses(loopback, addresses, published.port));
  /** Of the servers of a store that are alive, the first tidies it. Two that do so for a moment do no harm. */
  let tidiesStore = true;
  /** Beside other servers of the same store, it says from time to time that it is alive. */
  const publish = async () => {
    const { advertise: address } = published;
    if (!store.isShared) return publishAll([address]);
    const { announcePresence } = await import('./presence.ts');
    const { signal } = closing;
    const publishAlive = (addresses: readonly string[]) => {
      tidiesStore = addresses[0] === address;
      return publishAll(addresses);
    };
    await announcePresence({ address, state, transport: loopback, clock, log, signal, publish: publishAlive });
  };
  const inform = async () => {
    const { clientCA } = options;
    const server = `https://${published.advertise}:${published.port}`;
    if (clientCA) await untilDone(() => makeClusterInfo(loopback, server, clientCA));
  };
  const restore = async () => {
    await makeFirst();
    await makeRest();
    // Servers of one store may not agree for a moment: each would restore at once what the other has written.
    if (published.advertise && !store.isShared) await publish();
  };
  const started = Promise.withResolvers<void>();
  const open = async ({ advertise, ...listenOptions }: PublicListenOptions): Promise<number> => {
    const parts = { core, handler, log, streams, mayUpgrade, metrics, started: started.promise };
    const listener = await listen(parts, listenOptions);
    listeners.push(listener);
    if (advertise) published = { advertise, port: listener.port };
    return listener.port;
  };
  const opened = options.listen && open(options.listen);
  const makeAll = async () => {
    await Promise.all([opened, makeFirst()]);
    await Promise.all([
      makeRest(),
      ...(published.advertise ? [publish(), inform()] : []),
      untilDone(() => ensurePolicy(state, kinds, loopback)),
      untilDone(() => aggregation.start(loopback)),
      ...(options.readNode ? [untilDone(() => makeMetricsRole(loopback))] : []),
    ]);
  };
  await makeAll();
  started.resolve();
  /** One after the other, so that a deletion during a restoration is made good as well. */
  let restoring = Promise.resolve();
  const stopRestoring = watchBuiltIn(state, kinds, () => {
    restoring = restoring
      .then(restore)
      .catch((error: unknown) => log.error('Could not restore what was deleted', { error }));
  });
  const stopMaintenance = startMaintenance({ state, store, clock, log, tidiesStore: () => tidiesStore });

  return {
    kinds: aggregation.kinds,
    transport: (user) => inProcessTransport(handler, user, catchUp),
    listen: async (listenOptions) => {
      const port = await open(listenOptions);
      if (listenOptions.advertise) await Promise.all([publish(), inform()]);
      return { port };
    },
    failed: state.done.then(() => new Promise<never>(() => {})),
    close: async () => {
      stopMaintenance();
      stopRestoring();
      stopServing();
      aggregation.close();
      closing.abort();
      state.close();
      streams?.close();
      webhooks.close();
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  };
}
