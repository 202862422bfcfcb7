/** The control plane of a cluster, in one process: API server, controllers, scheduler. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KindRegistrar } from '../api/registry.ts';
import type { Definitions, Descriptions } from '../api/schema/schema.ts';
import type { CommonObject } from '../apiserver/common-objects.ts';
import { createSummaryReader } from '../apiserver/resource-metrics/kubelets.ts';
import { type ApiServer, type ApiServerOptions, createApiServer } from '../apiserver/server.ts';
import { createStreamLookup } from '../apiserver/streams/lookup.ts';
import { createStreamProxy } from '../apiserver/streams/stream-proxy.ts';
import { accountUser, authenticatedGroup, loopbackUser } from '../apiserver/user.ts';
import { type Client, createClient } from '../client/client.ts';
import { createInformers, type Informers } from '../client/informer.ts';
import { type Transport, userAgentOf, withUserAgent } from '../client/transport.ts';
import type { Clock } from '../clock.ts';
import { startControllers } from '../controllers/manager.ts';
import type { Logger } from '../log.ts';
import type { MetricsRegistry } from '../metrics/registry.ts';
import { serviceCIDRsOf } from '../node-config.ts';
import { startScheduler } from '../scheduler/scheduler.ts';
// biome-ignore lint/style/noRestrictedImports: the composition root hands the store to the API server.
import type { Store } from '../store/store.ts';
import type { NodeFiles } from './files.ts';
import { markControlPlane } from './mark-control-plane.ts';
import { createNodeFolders } from './node-folders.ts';
import type { Platform } from './platforms/platform.ts';

/** What the build leaves beside the agent. */
export interface BuiltFiles {
  schemaFolder: string;
  /** See agent/apiserver/common-objects.ts. Absent: a new cluster begins without them. */
  commonObjects: string | undefined;
}

export interface ControlPlaneOptions {
  files: NodeFiles;
  platform: Platform;
  store: Store;
  /** The served kinds; the controllers follow their changes. */
  kinds: KindRegistrar;
  /** The metrics of the whole process, served at the API server's `/metrics`. */
  metrics: MetricsRegistry;
  built: BuiltFiles;
  clock: Clock;
  logFor(component: string): Logger;
  signal: AbortSignal;
}

const readJson = async <T>(file: string): Promise<T> => JSON.parse(await readFile(file, 'utf8')) as T;

/** How the control plane finds kubelets, and who it is to them. */
const kubeletsOf = ({ files: { text }, platform }: ControlPlaneOptions, transport: Transport) => ({
  lookup: platform.findKubelets(createStreamLookup(transport)),
  tls: {
    ca: text('ca.crt'),
    cert: text('apiserver-kubelet-client.crt'),
    key: text('apiserver-kubelet-client.key'),
  },
});

/** Resolves when the API server answers in process, and where it listens, over the network. */
export async function openApiServer(
  options: ControlPlaneOptions,
  listen?: ApiServerOptions['listen'],
): Promise<ApiServer> {
  const { files, platform, store, kinds, metrics, clock, logFor } = options;
  const { schemaFolder, commonObjects } = options.built;
  const { config, text } = files;
  const kubelets = (transport: Transport) => kubeletsOf(options, transport);
  return createApiServer({
    kinds,
    metrics,
    store,
    clock,
    log: logFor('kube-apiserver'),
    serviceAccountKey: text('service-account.key'),
    definitions: await readJson<Definitions>(join(schemaFolder, 'definitions.json')),
    // The texts for `kubectl explain` take megabytes, so they are read on demand and not kept.
    descriptions: () => readJson<Descriptions>(join(schemaFolder, 'descriptions.json')),
    settings: {
      clusterDomain: config.clusterDomain,
      serviceCIDRs: serviceCIDRsOf(config),
      dnsIP: config.dnsIP,
    },
    reach: platform.reach,
    clientCA: text('ca.crt'),
    tracksLegacyTokens: true,
    frontProxy: {
      ca: text('front-proxy-ca.crt'),
      certificate: text('front-proxy-client.crt'),
      key: text('front-proxy-client.key'),
    },
    streams: (transport) => createStreamProxy(kubelets(transport)),
    readNode: (transport) => createSummaryReader(kubelets(transport)),
    ...(commonObjects ? { commonObjects: () => readJson<CommonObject[]>(commonObjects) } : {}),
    ...(listen ? { listen } : {}),
  });
}

/** Resolves when the API server answers. It accepts connections before that, so that nobody has to try again. */
export async function startApiServer(options: ControlPlaneOptions): Promise<ApiServer> {
  const { config, text } = options.files;
  const tls = { cert: text('apiserver.crt'), key: text('apiserver.key'), ca: text('ca.crt') };
  const port = Number(new URL(config.apiServer).port);
  return openApiServer(options, { host: options.platform.host, port, tls, advertise: config.nodeIP });
}

/** An in-process client with the identity of an upstream component. */
export const componentClient = (server: ApiServer, component: string): Client =>
  createClient(
    withUserAgent(
      server.transport({ username: `system:${component}`, groups: [authenticatedGroup] }),
      userAgentOf(component),
    ),
  );

/**
 * An in-process client with the identity of a service account in kube-system, as each of upstream's controllers has
 * one. It goes by the name of the program that all of them share.
 */
export const controllerClient = (server: ApiServer, account: string): Client =>
  createClient(
    withUserAgent(server.transport(accountUser('kube-system', account)), userAgentOf('kube-controller-manager')),
  );

export interface Managers {
  /** Shared by controllers, scheduler and the node's own components. */
  informers: Informers;
  /** Resolves when, after the signal, the leases are given back: as long as that, the API server must answer. */
  ended: Promise<unknown>;
}

/** Starts controllers and scheduler. */
export function startManagers(server: ApiServer, options: ControlPlaneOptions): Managers {
  const { files, kinds, metrics, clock, logFor, signal } = options;
  const managerClient = componentClient(server, 'kube-controller-manager');
  const clientFor = (account: string) => controllerClient(server, account);
  const log = logFor('kube-controller-manager');
  const informers = createInformers(managerClient, { clock, log, signal, metrics });
  const leader = { identity: files.config.nodeName };
  const controllers = startControllers({
    client: managerClient,
    clientFor,
    informers,
    // Garbage and namespaces may hold objects of other API servers.
    kinds: server.kinds,
    metrics,
    clock,
    log,
    signal,
    leader,
    folders: createNodeFolders(kubeletsOf(options, server.transport(loopbackUser))),
    rootCA: files.text('ca.crt'),
    authority: { certificate: files.text('ca.crt'), key: files.text('ca.key') },
  });
  const { nodeName } = files.config;
  markControlPlane({ client: clientFor('node-controller'), informers, nodeName, clock, log, signal });
  const schedulerLog = logFor('kube-scheduler');
  const schedulerClient = componentClient(server, 'kube-scheduler');
  const scheduler = startScheduler({
    client: schedulerClient,
    informers,
    kinds,
    metrics,
    clock,
    log: schedulerLog,
    signal,
    leader,
  });
  return { informers, ended: Promise.all([controllers, scheduler]) };
}
