/**
 * The parts that the pods of a node run with. A function asks for the narrowest of these interfaces that covers what it
 * uses; only the manager and the worker see `PodParts`.
 */
import type { Node, Service } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import type { Recorder } from '../../client/recorder.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { NodeConfig } from '../../node-config.ts';
import type { Pressure } from '../eviction/thresholds.ts';
import type { ImageDeps } from '../images/pull.ts';
import type { Probes } from '../probes/probes.ts';
import type { RuntimeCache } from '../runtime/cache.ts';
import type { PodNetwork } from '../runtime/pod-network.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Tokens } from '../sources/tokens.ts';
import type { WatchedObjects } from '../sources/watched-objects.ts';
import type { ImageContent } from '../volumes/image-content.ts';
import type { Paths } from '../volumes/paths.ts';
import type { Volumes } from '../volumes/volumes.ts';
import type { RunHook } from './hooks.ts';

/** The container runtime, and what it runs now. */
export interface RuntimeAccess {
  runtime: Runtime;
  cache: RuntimeCache;
}

/** Takes sandboxes off the network and stops them. */
export interface SandboxReleaser extends RuntimeAccess {
  network: PodNetwork;
}

/** Removes old runs and old sandboxes of a live pod. */
export interface RunCollector extends SandboxReleaser {
  clock: Clock;
}

/** Removes the containers, the sandboxes and the volumes of a pod. */
export interface PodRemover extends SandboxReleaser {
  volumes: Volumes;
}

/** Runs the hooks of a container. */
export interface HookRunner {
  runtime: Runtime;
  clock: Clock;
  recorder: Recorder;
  runHook: RunHook;
}

/** Runs a container's pre-stop hook, then stops it. */
export interface ContainerStopper extends HookRunner {
  cache: RuntimeCache;
}

/** Runs operations beside the passes. */
export interface OperationRunner {
  cache: RuntimeCache;
  clock: Clock;
  log: Logger;
  /** Aborts when the kubelet stops; the operations of every pod end with it. */
  signal: AbortSignal;
}

/** Stops containers in an operation. */
export interface StopOperation extends ContainerStopper, OperationRunner {}

/** Removes a pod that the API no longer has. */
export interface PodCleaner extends ContainerStopper, OperationRunner, PodRemover {
  objects: WatchedObjects;
  probes: Probes;
  tokens: Tokens;
}

/** Writes `/etc/hosts` and `/etc/resolv.conf` of a pod. */
export interface PodFileWriter {
  config: NodeConfig;
  paths: Paths;
  /** Content of the node's own resolv.conf. */
  nodeResolvConf: string;
  /** Content of the node's own hosts file. */
  nodeHosts: string;
}

/** Attaches a sandbox to the network and writes the pod's files with its address. */
export interface SandboxAttacher extends PodFileWriter {
  network: PodNetwork;
}

/** Takes over a sandbox that an earlier kubelet process started. */
export interface SandboxAdopter extends SandboxAttacher {
  cache: RuntimeCache;
  signal: AbortSignal;
}

/** Creates and starts sandboxes. */
export interface SandboxStarter extends SandboxAttacher, RuntimeAccess {
  volumes: Volumes;
  signal: AbortSignal;
}

/** Starts a sandbox in an operation. */
export interface SandboxOperation extends SandboxStarter, OperationRunner {
  client: Client;
  recorder: Recorder;
}

/** Reports a failure of a pod, and has the pod looked at again later. */
export interface FailureReporter {
  cache: RuntimeCache;
  clock: Clock;
  recorder: Recorder;
}

/** Makes a pod's volumes and reports the failures. */
export interface VolumePreparer extends PodFileWriter, FailureReporter {
  volumes: Volumes;
  objects: WatchedObjects;
  tokens: Tokens;
  /** The node's object in the API; undefined until it is known. */
  node(): Node | undefined;
}

/** Makes images available to pods. */
export interface ImageUser {
  images: ImageDeps;
  imageContent: ImageContent;
  runtime: Runtime;
  objects: WatchedObjects;
  recorder: Recorder;
  log: Logger;
  /** Aborts when the kubelet stops. */
  signal: AbortSignal;
}

/** Creates and starts containers. */
export interface ContainerStarter extends VolumePreparer, ContainerStopper, ImageUser {
  services(): readonly Service[];
  signal: AbortSignal;
}

/** Reads the termination messages of containers. */
export interface MessageReader extends RuntimeAccess {
  paths: Paths;
  signal: AbortSignal;
}

/** Changes what running containers have. */
export interface Resizer extends RuntimeAccess {
  clock: Clock;
  recorder: Recorder;
}

/** The runtime and the probes, from which a pod's view is made. */
export interface ViewSource {
  cache: RuntimeCache;
  probes: Probes;
}

/** Writes a pod's status to the API. */
export interface StatusWriter extends ViewSource {
  client: Client;
  config: NodeConfig;
  clock: Clock;
  /** Scheme of container ids, e.g. `docker`. */
  scheme: string;
}

/** Writes the last status of a deleted pod, then deletes the pod from the API. */
export interface DeleteOperation extends StatusWriter, OperationRunner, MessageReader, SandboxReleaser {}

/** All parts. */
export interface PodParts extends PodCleaner, SandboxOperation, ContainerStarter, DeleteOperation {
  /** A static pod of this node, by `NAMESPACE/NAME`, has come or gone. */
  onStaticPod(key: string): void;
  /** Resolves when the manager knows the static pods. Until then, what runs of them must not be taken for orphaned. */
  staticPods: Promise<void>;
  /** Whether the kernel of the machine enforces AppArmor profiles. */
  hasAppArmor: boolean;
  /** What the node is short of. */
  pressure(): ReadonlySet<Pressure>;
  /** Whether the node is shutting down. */
  shuttingDown(): boolean;
}
