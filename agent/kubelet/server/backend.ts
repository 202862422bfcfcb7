/**
 * What the kubelet's server needs from the kubelet: the pods as it knows them, and a way into their containers.
 * Everything else (which container, which of its runs, every message) is decided in this folder from the pod's status.
 */
import type { Duplex } from 'node:stream';
import type { Pod } from '../../api/types.ts';
import type { ContainerProcess, ExecOptions, LogOptions } from '../runtime/runtime.ts';

/** One run of a container, taken from the pod's status. */
export interface ContainerTarget {
  pod: Pod;
  /** Name in the pod's spec. */
  name: string;
  /** Without the scheme: `docker://4f5e...` is `4f5e...`. */
  id: string;
  /** Scheme of the id in the pod's status, e.g. `docker`; mirror pods of built-in components have one of their own. */
  scheme: string;
}

export interface StreamBackend {
  /** Every pod on this node, mirror pods included, with the status that the kubelet last generated for it. */
  pods(): readonly Pod[];
  /** Undefined where this node does not run it. */
  pod(namespace: string, name: string): Pod | undefined;
  logs(container: ContainerTarget, options: LogOptions, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Rejects where the process cannot be started; the message reaches the person who typed the command. */
  exec(container: ContainerTarget, options: ExecOptions, signal: AbortSignal): Promise<ContainerProcess>;
  /** `tty` is what the container was created with. */
  attach(
    container: ContainerTarget,
    options: { stdin: boolean; tty: boolean },
    signal: AbortSignal,
  ): Promise<ContainerProcess>;
  /** A connection to a port that a program in the pod listens on, its localhost included (`dialPod` in dial.ts). */
  dial(pod: Pod, port: number, signal: AbortSignal): Promise<Duplex>;
}
