/** Profiles, their clusters, the engine that they run on, and the contexts of the kubeconfig. */
import type { CallError } from './reply.ts';

export type ProfileState = 'absent' | 'stopped' | 'starting' | 'running' | 'degraded' | 'stopping' | 'error';

export interface ClusterStatus {
  profile: string;
  state: ProfileState;
  /** Name of the kubeconfig context, e.g. `skiff`. */
  context: string;
  runtime: 'docker' | 'simulated';
  /** `https://127.0.0.1:PORT`; absent where the cluster was never started. */
  server?: string;
  kubernetesVersion: string;
  nodes: {
    name: string;
    role: 'control-plane' | 'worker';
    ip: string;
    state: 'running' | 'stopped' | 'missing';
    ready: boolean;
  }[];
  unhealthyPods: number;
  /** What answers on localhost. */
  exposed: ExposedPort[];
  /** What is being done to it, by whichever process: `state` is `starting` or `stopping` then. */
  underWay?: UnderWay;
  error?: CallError;
}

export interface UnderWay {
  operation: BootProgress['operation'];
  /** The number of the process that does it. */
  process: number;
  /** The one that is running, counted from 1. */
  step?: { title: string; number: number; of: number };
}

export interface ExposedPort {
  namespace: string;
  service: string;
  port: number;
  protocol: 'TCP' | 'UDP';
  url?: string;
}

export interface StartOptions {
  nodes?: number;
  /** Cores and bytes per node that pods may ask for; default: what the engine has. */
  cpus?: number;
  memory?: number;
  runtime?: 'docker' | 'simulated';
  /** Wait until workloads of kube-system and all nodes are Ready. */
  wait?: boolean;
}

export interface BootStepProgress {
  title: string;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'undone' | 'cancelled';
  /** Milliseconds. */
  elapsed: number;
}

export interface BootFailure extends CallError {
  step: string;
  /** The command or engine call that failed, as one would type it. */
  command?: string;
  /** The last lines of the log of what failed. */
  log: string[];
}

export interface BootProgress {
  profile: string;
  operation: 'start' | 'stop' | 'delete';
  steps: BootStepProgress[];
  finished: boolean;
  failure?: BootFailure;
  cancelled?: boolean;
  /** The number of the process that does it, where it is not this one: it can be cancelled only there. */
  elsewhere?: number;
}

export interface EngineStatus {
  found: boolean;
  /** `Docker 20.10.24`, `Podman 5.2`, ... */
  name?: string;
  endpoint?: string;
  apiVersion?: string;
  cpus?: number;
  /** Bytes. */
  memory?: number;
  /** What was looked for and what came of it, in order. */
  looked: { endpoint: string; source: string; outcome: string }[];
  /** What can be done from here; with `throughSudo` only where a person can type a password, at a terminal. */
  remedy?: { title: string; command?: string; canRun: boolean; throughSudo?: boolean };
}

export interface KubeContext {
  name: string;
  cluster: string;
  namespace: string;
  current: boolean;
  /** Profile name where the context is one of ours. */
  profile?: string;
}
