/** What the pods of a node are run with. Each function takes the parts that it uses; only the manager and the worker see all. */
import type { Node, Service } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import type { Recorder } from '../../client/recorder.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { NodeConfig } from '../../node-config.ts';
import type { Probes } from '../probes/probes.ts';
import type { RuntimeCache } from '../runtime/cache.ts';
import type { PodNetwork } from '../runtime/pod-network.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Tokens } from '../sources/tokens.ts';
import type { WatchedObjects } from '../sources/watched-objects.ts';
import type { Paths } from '../volumes/paths.ts';
import type { Volumes } from '../volumes/volumes.ts';
import type { RunHook } from './hooks.ts';

/** What runs now, and the means to change it. */
export interface Runs {
  runtime: Runtime;
  cache: RuntimeCache;
}

/** Takes sandboxes off the network and ends them. */
export interface Releases extends Runs {
  network: PodNetwork;
}

/** Ends containers, their hooks before. */
export interface Kills extends Runs {
  clock: Clock;
  recorder: Recorder;
  runHook: RunHook;
}

/** Runs operations beside the passes. */
export interface Operates {
  cache: RuntimeCache;
  clock: Clock;
  log: Logger;
  /** The kubelet's life; a pod's operations end with it. */
  signal: AbortSignal;
}

/** Writes `/etc/hosts` and `/etc/resolv.conf` of a pod. */
export interface WritesFiles {
  config: NodeConfig;
  paths: Paths;
  /** The node's own resolv.conf. */
  nodeResolvConf: string;
}

export interface BringsUpSandboxes extends WritesFiles, Releases {
  volumes: Volumes;
}

/** Makes volumes, and tells where that fails. */
export interface PreparesVolumes extends WritesFiles {
  volumes: Volumes;
  objects: WatchedObjects;
  tokens: Tokens;
  /** The node as the API has it; undefined until that is known. */
  node(): Node | undefined;
  cache: RuntimeCache;
  clock: Clock;
  recorder: Recorder;
}

/** Reads what containers said as they ended. */
export interface ReadsMessages extends Runs {
  paths: Paths;
  signal: AbortSignal;
}

export interface WritesStatus {
  client: Client;
  config: NodeConfig;
  cache: RuntimeCache;
  probes: Probes;
  clock: Clock;
  /** Scheme of container ids, e.g. `docker`. */
  scheme: string;
}

/** All of them. */
export interface PodParts extends BringsUpSandboxes, PreparesVolumes, Kills, Operates, ReadsMessages, WritesStatus {
  services(): readonly Service[];
}
