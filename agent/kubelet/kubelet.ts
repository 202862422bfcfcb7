/** The kubelet of one node: creates its parts and connects them. */
import { messageOf } from '../api/errors.ts';
import type { Node, Pod, Service } from '../api/types.ts';
import type { Informer } from '../client/informer.ts';
import type { Eviction } from './eviction/eviction.ts';
import { createPulledImages, type PulledImages } from './images/pulled-images.ts';
import { watchImages } from './images/watch-images.ts';
import { createSlots } from './limits/slots.ts';
import type { ComponentLogs } from './mirror/component-logs.ts';
import { componentsOf, startMirrorPods } from './mirror/mirror-pods.ts';
import { startNodeAgent } from './node/node-agent.ts';
import { recordSchedulability } from './node/node-events.ts';
import type { NodeFacts } from './node/node-status.ts';
import type { SystemFacts } from './node/system.ts';
import type { KubeletPlatform } from './platform.ts';
import { createPodManager, type PodManager } from './pods/manager.ts';
import type { PodParts } from './pods/parts.ts';
import { prepareShutdown } from './prepare-shutdown.ts';
import { collectImages, watchPressure } from './pressure.ts';
import { createProbes } from './probes/probes.ts';
import { createReadings } from './readings.ts';
import { createRuntimeCache, type RuntimeCache } from './runtime/cache.ts';
import type { ImageChange, Runtime } from './runtime/runtime.ts';
import type { StreamBackend } from './server/backend.ts';
import type { Shutdown } from './shutdown/shutdown.ts';
import { createTokens } from './sources/tokens.ts';
import { createWatchedObjects } from './sources/watched-objects.ts';
import { followManifests } from './static-pods/folder.ts';
import { startStaticMirrors } from './static-pods/mirrors.ts';
import { createStats } from './stats/stats.ts';
import { createStreamBackend } from './stream-backend.ts';
import type { HostFolders } from './volumes/host-folders.ts';
import { createPaths } from './volumes/paths.ts';

/** The options that the kubelet passes to the pods' parts unchanged. */
type SharedPart = 'config' | 'client' | 'clock' | 'log' | 'recorder' | 'nodeResolvConf' | 'nodeHosts' | 'signal';

export interface KubeletOptions extends Pick<PodParts, SharedPart> {
  platform: KubeletPlatform;
  services: Informer<Service>;
  nodes: Informer<Node>;
  /** This node's data volume as this process sees it. */
  dataFolder: string;
  system: SystemFacts;
  kubeletVersion: string;
  logs: ComponentLogs;
  startedAt: number;
  /** Resolves when the kubelet's server listens. */
  serverPort: Promise<number>;
}

export interface Kubelet {
  /** The pods of this node. */
  readonly pods: Informer<Pod>;
  readonly backend: StreamBackend;
  /** Resolves when the node is registered and the kubelet runs its pods. */
  readonly ready: Promise<void>;
  /** Ends the pods of a node that shuts down, if it has a grace period for that. Call it before the signal aborts. */
  shutDown(): Promise<void>;
  /**
   * Stops the containers of every pod, e.g. because the node stops. The pods stay in the API. Call it after the signal
   * aborted.
   */
  stopPods(graceSeconds: number): Promise<void>;
}

interface Wired {
  manager: PodManager;
  cache: RuntimeCache;
  probes: PodParts['probes'];
  folders: HostFolders;
  pulled: PulledImages;
  pressure: Eviction['pressure'];
  shutdown: Shutdown;
}

/**
 * As upstream's kubelet with serializeImagePulls off and this maxParallelImagePulls: one slow registry does not keep
 * other images from the node. https://kubernetes.io/docs/concepts/containers/images/#serial-and-parallel-image-pulls
 */
const pullsAtOnce = 5;

/** Runs what the node's folder of manifests has, and keeps a mirror pod of each. */
function followStaticPods(
  { config, client, clock, log, platform, dataFolder, signal }: KubeletOptions,
  { informer, findStatic, setStatic }: PodManager,
  node: PodParts['node'],
) {
  const { nodeName, role } = config;
  const names = componentsOf(role, platform.components);
  const components = new Set(names.map((name) => `kube-system/${name}-${nodeName}`));
  const isComponent = ({ metadata }: Pod) => components.has(`${metadata.namespace}/${metadata.name}`);
  const mirrors = startStaticMirrors({ client, clock, log, signal, informer, node, find: findStatic, isComponent });
  const folder = platform.manifests(dataFolder);
  const following = followManifests({ folder, nodeName, clock, log, signal, onPods: setStatic });
  /** Resolves when the folder was read, or cannot be. */
  const read = following.catch((error) => log.error('Cannot read the manifests of static pods', { folder, error }));
  return { touch: mirrors.touch, read };
}

/** Creates the pod manager. Its parts need a way to call it before it exists, so they call through `touch`. */
function wire(options: KubeletOptions, onHealth: () => void): Wired {
  const { config, client, clock, log, recorder, platform, signal } = options;
  const { runtime, network, scheme, probeOnce, runHook } = platform;
  let manager: PodManager | undefined;
  const touch = (uid: string) => manager?.touch(uid);
  const { dataOnEngine, engineSocket } = config;
  const { dataFolder } = options;
  const paths = createPaths({ ...platform, dataFolder, dataOnEngine, engineSocket });
  const volumes = platform.volumes({ paths, clock });
  const cache = createRuntimeCache({ runtime, clock, log, onChange: touch, onHealth });
  const pulled = createPulledImages(platform.pullRecords(dataFolder));
  const collector = collectImages(options, { pulled, manager: () => manager });
  const eviction = watchPressure(options, { cache, volumes, collector, manager: () => manager, onHealth });
  const manifests = Promise.withResolvers<void>();
  const parts: PodParts = {
    onStaticPod: (key) => statics?.touch(key),
    staticPods: manifests.promise,
    pressure: eviction.pressure,
    shuttingDown: () => shutdown.isUnderWay(),
    hasAppArmor: options.system.hasAppArmor,
    config,
    client,
    clock,
    log,
    recorder,
    runtime,
    imageContent: platform.imageContent({ paths, dataFolder, runtime }),
    images: {
      runtime,
      clock,
      pulled,
      slots: createSlots(pullsAtOnce),
    },
    scheme,
    cache,
    network,
    paths,
    volumes,
    services: () => options.services.list(),
    objects: createWatchedObjects({
      client,
      clock,
      log,
      signal,
      onChange: (uid) => manager?.sourcesChanged(uid),
    }),
    tokens: createTokens({ client, clock, signal }),
    probes: createProbes({ runtime, clock, recorder, log, onChange: touch, probeOnce }),
    runHook,
    node: () => options.nodes.get(config.nodeName),
    nodeResolvConf: options.nodeResolvConf,
    nodeHosts: options.nodeHosts,
    signal,
  };
  manager = createPodManager(parts);
  const shutdown = prepareShutdown(options, manager, onHealth);
  const statics = followStaticPods(options, manager, parts.node);
  manifests.resolve(statics.read);
  const { pressure } = eviction;
  return { manager, cache, probes: parts.probes, folders: volumes.folders, pulled, pressure, shutdown };
}

/**
 * Stops all containers, then all sandboxes. `graceSeconds` is shorter than at an upstream shutdown (ten seconds for
 * critical pods), because a person waits for it.
 */
async function stopAll(runtime: Runtime, graceSeconds: number): Promise<void> {
  const signal = AbortSignal.timeout((graceSeconds + 10) * 1000);
  const containers = (await runtime.listContainers(signal)).filter(({ state }) => state === 'running');
  await Promise.allSettled(containers.map(({ id }) => runtime.stopContainer(id, graceSeconds, signal)));
  const sandboxes = (await runtime.listSandboxes(signal)).filter(({ state }) => state === 'ready');
  await Promise.allSettled(sandboxes.map(({ id }) => runtime.stopSandbox(id, signal)));
}

/**
 * Reads the node's facts. A runtime that does not answer makes the node NotReady; its last known facts are still
 * reported.
 */
function createFactReader(
  {
    config,
    kubeletVersion,
    platform: { runtime, nodeLabels: platformLabels },
    system,
    serverPort,
    signal,
  }: KubeletOptions,
  { pressure, shutdown }: Pick<Wired, 'pressure' | 'shutdown'>,
): () => Promise<NodeFacts> {
  let known: Pick<NodeFacts, 'runtimeVersion' | 'images' | 'handlers'> = {
    runtimeVersion: '',
    images: [],
    handlers: [],
  };
  return async () => {
    const common = {
      config,
      platformLabels,
      kubeletVersion,
      serverPort: await serverPort,
      pressure: pressure(),
      shuttingDown: shutdown.isUnderWay(),
      ...system,
    };
    try {
      const [runtimeVersion, images, handlers] = await Promise.all([
        runtime.version(signal),
        runtime.listImages(signal),
        runtime.handlers(signal),
      ]);
      known = { runtimeVersion, images, handlers };
    } catch (error) {
      signal.throwIfAborted();
      return { ...common, ...known, runtimeError: messageOf(error) };
    }
    return { ...common, ...known };
  };
}

/** Starts the kubelet and returns at once. It runs until the signal aborts; pods keep running until `stopPods`. */
export function startKubelet(options: KubeletOptions): Kubelet {
  const { config, client, clock, log, recorder, platform, signal } = options;
  const { runtime, components, componentAddresses } = platform;
  const wired = wire(options, () => node.touch());
  const { manager, cache, probes, folders, pulled, shutdown } = wired;
  cache.run(signal).catch((error) => {
    if (!signal.aborted) log.error('Following the container runtime ended', { error });
  });
  const onChange = (): void => {
    node.touch();
    manager.imagesChanged().catch((error) => {
      if (!signal.aborted) log.warn('Cannot look for images that pods wait for', { error });
    });
  };
  const onEach = ({ kind, images, at }: ImageChange): void => {
    if (kind === 'removed') return;
    pulled.wanted(images, at).catch((error) => log.error('Cannot record who has an image', { images, error }));
  };
  watchImages({ runtime, clock, log, signal, onEach, onChange }).catch((error) => {
    if (!signal.aborted) log.error('Following the images ended', { error });
  });
  const readFacts = createFactReader(options, wired);
  const { nodes, startedAt } = options;
  const { nodeName } = config;
  const node = startNodeAgent({ client, clock, log, recorder, signal, nodeName, nodes, facts: readFacts });
  recordSchedulability(recorder, nodes, nodeName);
  startMirrorPods({
    client,
    clock,
    log,
    signal,
    config,
    nodes,
    informer: manager.informer,
    startedAt,
    components,
    ...(componentAddresses ? { addresses: componentAddresses } : {}),
  });
  const { informer } = manager;
  const { dataFolder, logs } = options;
  const stats = createStats({ config, ...platform, cache, informer, dataFolder, clock, startedAt });
  const { serverPort, system } = options;
  const readings = createReadings({
    config,
    cache,
    logs,
    probes,
    stats,
    storage: system.storage,
    startedAt,
    serverPort,
  });
  const ready = Promise.all([node.registered, manager.synced, options.services.synced]).then(() => undefined);
  // A kubelet that cannot begin ends its process, which is then started again; one that stops before has not failed.
  ready.catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return {
    pods: informer,
    backend: createStreamBackend({ runtime, cache, informer, logs, summary: stats.summary, readings, folders }),
    ready,
    shutDown: shutdown.run,
    stopPods: (graceSeconds) => stopAll(runtime, graceSeconds),
  };
}
