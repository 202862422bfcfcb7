/** All that depends on what runs a node's pods. The kubelet asks this, and never which platform it is. */
import type { Clock } from '../clock.ts';
import type { RunHook } from './pods/hooks.ts';
import type { ProbeOnce } from './probes/probe.ts';
import type { PodNetwork } from './runtime/pod-network.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { Paths } from './volumes/paths.ts';
import type { Volumes } from './volumes/volumes.ts';

export interface KubeletPlatform {
  /** Scheme of the container ids in a pod's status, e.g. `docker`. */
  scheme: string;
  runtime: Runtime;
  network: PodNetwork;
  /** Makes the volumes of this node's pods; called once. */
  volumes(place: { paths: Paths; clock: Clock }): Volumes;
  probeOnce: ProbeOnce;
  runHook: RunHook;
  /** Labels of the node beside upstream's own. */
  nodeLabels: Readonly<Record<string, string>>;
  /** What runs in the agent of every node beside the kubelet; each is shown as a mirror pod. */
  components: readonly string[];
}
