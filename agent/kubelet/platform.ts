/**
 * Everything that depends on the platform that runs a node's pods. The kubelet uses this interface and never asks which
 * platform it is.
 */
import type { Clock } from '../clock.ts';
import type { SignalOptions } from './eviction/signals.ts';
import type { Observation } from './eviction/thresholds.ts';
import type { Disk } from './images/garbage.ts';
import type { RecordStore } from './images/pulled-images.ts';
import type { RunHook } from './pods/hooks.ts';
import type { ProbeOnce } from './probes/probe.ts';
import type { FindManagedFile } from './runtime/managed-file.ts';
import type { PodNetwork } from './runtime/pod-network.ts';
import type { Runtime, Usage } from './runtime/runtime.ts';
import type { InterfaceCounters } from './stats/interfaces.ts';
import type { ImageContent, ImageContentOptions } from './volumes/image-content.ts';
import type { Paths } from './volumes/paths.ts';
import type { Volumes } from './volumes/volumes.ts';

export interface KubeletPlatform {
  /** Scheme of the container ids in a pod's status, e.g. `docker`. */
  scheme: string;
  runtime: Runtime;
  network: PodNetwork;
  /** The folder with the manifests of static pods. */
  manifests(dataFolder: string): string;
  /** Creates the volumes of this node's pods; the kubelet calls it once. */
  volumes(place: { paths: Paths; clock: Clock }): Volumes;
  /** Where the node records its pulls; the kubelet calls it once, with the node's data folder. */
  pullRecords(dataFolder: string): RecordStore;
  /** The disk with the engine's images; absent on a platform that keeps no images. */
  readImageDisk?(dataFolder: string): Promise<Disk>;
  /** The images that pods mount; the kubelet calls it once. */
  imageContent(place: ImageContentOptions): ImageContent;
  findManagedFile: FindManagedFile;
  /** Where the engine has the root of the node's container; undefined if it is in no single place. */
  findRoot(): Promise<string | undefined>;
  /** What the node's own container uses, without its pods. */
  ownUsage(): Promise<Usage>;
  /** What went over the interfaces of a sandbox's process, or of the node itself. */
  readInterfaces(pid: number | undefined): Promise<InterfaceCounters[]>;
  /** What is left of the node's memory and disk. */
  readSignals(options: SignalOptions): Promise<readonly Observation[]>;
  probeOnce: ProbeOnce;
  runHook: RunHook;
  /** The node's labels besides upstream's own. */
  nodeLabels: Readonly<Record<string, string>>;
  /** The components in the node's agent besides the kubelet; each is shown as a mirror pod. */
  components: readonly string[];
  /** Of components that speak from an address on the pod network; the others have the node's. */
  componentAddresses?: Readonly<Record<string, string>>;
}
