/** What the parts of the kubelet share. */
import type { Node, Service } from '../api/types.ts';
import type { Client } from '../client/client.ts';
import type { Recorder } from '../client/recorder.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { PodNetwork } from '../network/pod-network.ts';
import type { NodeConfig } from '../node-config.ts';
import type { RunHook } from './pods/hooks.ts';
import type { Probes } from './probes/probes.ts';
import type { RuntimeCache } from './runtime/cache.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { Tokens } from './sources/tokens.ts';
import type { WatchedObjects } from './sources/watched-objects.ts';
import type { Paths } from './volumes/paths.ts';
import type { Volumes } from './volumes/volumes.ts';

export interface KubeletDeps {
  config: NodeConfig;
  client: Client;
  clock: Clock;
  log: Logger;
  recorder: Recorder;
  runtime: Runtime;
  /** Scheme of container ids, e.g. `docker`. */
  scheme: string;
  cache: RuntimeCache;
  network: PodNetwork;
  volumes: Volumes;
  paths: Paths;
  objects: WatchedObjects;
  services(): readonly Service[];
  tokens: Tokens;
  probes: Probes;
  runHook: RunHook;
  /** The node as the API has it; undefined until that is known. */
  node(): Node | undefined;
  /** The node's own resolv.conf. */
  nodeResolvConf: string;
  /** The kubelet's life; a pod's operations end with it. */
  signal: AbortSignal;
}
