/**
 * What the kubelet's server needs from the kubelet: the pods with their status, and access to their containers. This
 * folder decides everything else (which container, which of its runs, every message) from the pod's status.
 */
import type { Duplex } from 'node:stream';
import type { Pod } from '../../api/types.ts';
import type { ContainerProcess, ExecOptions, LogOptions } from '../runtime/runtime.ts';
import type { ReadSummary } from '../stats/stats.ts';
import type { HostFolders } from '../volumes/host-folders.ts';

/** One run of a container, taken from the pod's status. */
export interface ContainerTarget {
  pod: Pod;
  /** The container's name in the pod's spec. */
  name: string;
  /** The id without the scheme: `4f5e...` for `docker://4f5e...`. */
  id: string;
  /** The scheme of the id in the pod's status, e.g. `docker`. Mirror pods of built-in components have their own. */
  scheme: string;
}

/** What the kubelet tells of itself. */
export interface Readings {
  /** In Prometheus' text format, as are the next two: what containers use, under cAdvisor's names. */
  containers(signal: AbortSignal): Promise<string>;
  /** Of the kubelet's own process. */
  kubelet(): Promise<string>;
  /** Results of probes. */
  probes(): Promise<string>;
  /** The answer of `/configz`. */
  configuration(): Promise<object>;
  /** The pods that the runtime runs, whether or not the API has them. */
  running(): readonly object[];
  /** The files of the components' logs. */
  logNames(): Promise<string[]>;
  /** Undefined if there is no such file. */
  log(name: string): Promise<string | undefined>;
}

export interface StreamBackend {
  folders: HostFolders;
  /** All pods on this node, including mirror pods, with the status that the kubelet last generated. */
  pods(): readonly Pod[];
  /** Undefined if this node does not run the pod. */
  pod(namespace: string, name: string): Pod | undefined;
  summary: ReadSummary;
  readings: Readings;
  logs(container: ContainerTarget, options: LogOptions, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Rejects if the process cannot start. The message reaches the person who typed the command. */
  exec(container: ContainerTarget, options: ExecOptions, signal: AbortSignal): Promise<ContainerProcess>;
  /** `tty` tells whether the container was created with a terminal. */
  attach(
    container: ContainerTarget,
    options: { stdin: boolean; tty: boolean },
    signal: AbortSignal,
  ): Promise<ContainerProcess>;
  /** Connects to a port that a program in the pod listens on, also on the pod's localhost (`dialPod` in dial.ts). */
  dial(pod: Pod, port: number, signal: AbortSignal): Promise<Duplex>;
}
