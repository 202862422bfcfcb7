/** Profiles, their clusters, the engine that they run on, and the contexts of the kubeconfig. */
import type { CallError } from './reply.ts';

export type ProfileState = 'absent' | 'stopped' | 'starting' | 'running' | 'degraded' | 'stopping' | 'error';

export interface ClusterStatus {
  profile: string;
  state: ProfileState;
  /** Name of the kubeconfig context, e.g. `skiff`. */
  context: string;
  runtime: 'docker' | 'simulated';
  /** `https://127.0.0.1:PORT`; absent if the cluster was never started. */
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
  /** Services that answer on localhost. */
  exposed: ExposedPort[];
  /** The operation that some process runs on it. Of a whole cluster, `state` is then `starting` or `stopping`. */
  underWay?: UnderWay;
  error?: CallError;
}

export interface UnderWay {
  operation: Operation;
  /** Pid of the process that runs the operation. */
  process: number;
  /** The running step, counted from 1. */
  step?: { title: string; number: number; of: number };
}

export interface ExposedPort {
  namespace: string;
  service: string;
  port: number;
  protocol: 'TCP' | 'UDP';
  url?: string;
}

export interface NodeTaint {
  key: string;
  value?: string;
  effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** What a node offers to pods, and which pods it takes. */
export interface NodeShape {
  /** Cores and bytes that pods may request; default: those of the profile, else what the engine has. */
  cpus?: number;
  memory?: number;
  /** Of worker nodes, when they register themselves. */
  labels?: Readonly<Record<string, string>>;
  taints?: readonly NodeTaint[];
}

export interface AddNodesOptions extends NodeShape {
  /** How many; default: one. */
  count?: number;
  /** The nodes' names begin with the cluster's, e.g. `skiff-big`; default: `worker`. */
  name?: string;
}

export interface StartOptions extends NodeShape {
  nodes?: number;
  runtime?: 'docker' | 'simulated';
  /** Families of the addresses of nodes, pods and services; default: IPv4 alone. Fixed when the cluster is made. */
  ipFamily?: 'ipv4' | 'dual';
  /** How many of the nodes are control planes, by default one; several share an etcd. */
  controlPlanes?: number;
  /** Seconds that the pods of a node have when it shuts down; 0: they stop with it. */
  shutdownGracePeriod?: number;
  /** The last part of that, for critical pods alone; default: a third. */
  shutdownGracePeriodCriticalPods?: number;
  /** Name of an image that has the program `etcd`; by default it comes from this machine. */
  etcdImage?: string;
  /** Also wait until the workloads of kube-system are Ready. */
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
  /** The command or engine call that failed, as a user would type it. */
  command?: string;
  /** The last lines of the log that explains the failure. */
  log: string[];
}

/** As one types it after `skiff`. */
export type Operation =
  | 'start'
  | 'stop'
  | 'delete'
  | 'node add'
  | 'node remove'
  | 'node stop'
  | 'node start'
  | 'node restart';

export interface BootProgress {
  profile: string;
  operation: Operation;
  steps: BootStepProgress[];
  finished: boolean;
  failure?: BootFailure;
  cancelled?: boolean;
  /** Pid of the process that runs the operation, if it is another one: only that process can cancel it. */
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
  /** The endpoints that Skiff tried and the outcome of each, in order. */
  looked: { endpoint: string; source: string; outcome: string }[];
  /**
   * What to do. `canRun`: Skiff may run the command; `throughSudo`: at a terminal only, where the user can type a
   * password.
   */
  remedy?: { title: string; command?: string; canRun: boolean; throughSudo?: boolean };
}

export interface KubeContext {
  name: string;
  cluster: string;
  namespace: string;
  current: boolean;
  /** Name of the profile, if Skiff made the context. */
  profile?: string;
}
