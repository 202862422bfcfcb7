/**
 * The seam to the runtime of pods, after the verbs of the Container Runtime Interface.
 * https://github.com/kubernetes/cri-api/blob/master/pkg/apis/runtime/v1/api.proto
 */
import type { Readable, Writable } from 'node:stream';

/** The identity of a pod; runtime objects carry it as `io.kubernetes.*` labels. */
export interface PodIdentity {
  name: string;
  namespace: string;
  uid: string;
}

export interface SandboxConfig extends PodIdentity {
  hostname: string;
  /** The pod's labels. */
  podLabels: Record<string, string>;
  /** The pod's annotations. */
  annotations: Record<string, string>;
  labels: Record<string, string>;
  hostNetwork: boolean;
  hostPID: boolean;
  hostIPC: boolean;
  sysctls: Record<string, string>;
  /** The runtime that runs the pod's containers; by default the engine's own. */
  handler?: string;
  /** Mounts that must last for as long as the pod lives. */
  mounts: Mount[];
  /** Restart count of the sandbox itself. */
  attempt: number;
}

export interface Mount {
  /** The path on the engine's host. */
  source: string;
  target: string;
  readOnly: boolean;
  propagation?: 'private' | 'rslave' | 'rshared';
  /**
   * Set for a mount of memory: `source` is then the name of a volume that the pod's containers share. `size` in bytes.
   */
  tmpfs?: { size?: number; group?: number };
}

/** CPU in millicores, memory in bytes; absent means unlimited, or no request. */
export interface ContainerResources {
  cpuRequest?: number;
  cpuLimit?: number;
  memoryLimit?: number;
}

export interface ContainerConfig {
  pod: PodIdentity;
  name: string;
  image: string;
  /** Restart count; part of the container's name. */
  attempt: number;
  command?: string[];
  args?: string[];
  env: { name: string; value: string }[];
  workingDir?: string;
  mounts: Mount[];
  tty: boolean;
  stdin: boolean;
  stdinOnce: boolean;
  resources: ContainerResources;
  oomScoreAdj: number;
  security: {
    privileged: boolean;
    user?: string;
    groups: string[];
    /** Whether the groups that the image's `/etc/group` gives the user count; absent if they do. */
    imageGroups?: 'ignored';
    readOnlyRootFilesystem: boolean;
    noNewPrivileges: boolean;
    addCapabilities: string[];
    dropCapabilities: string[];
    /** `unconfined`, or the text of a profile; by default the engine's own. */
    seccomp?: string;
    /** `unconfined`, or the name of a profile; by default the engine's own. */
    appArmor?: string;
    /** The container sees all of `/proc`, and may write to it. */
    unmaskedProc?: true;
  };
  shareProcesses: boolean;
  /** Id of the container whose processes this one sees; by default the sandbox's. */
  processesOf?: string;
  terminationMessagePath: string;
  labels: Record<string, string>;
}

/** The user of a container's first process when it started. */
export interface ContainerUser {
  uid: number;
  gid: number;
  /** With the first group, in ascending order. */
  groups: number[];
}

export interface RuntimeContainer {
  id: string;
  pod: PodIdentity;
  name: string;
  attempt: number;
  image: string;
  imageID: string;
  state: 'created' | 'running' | 'exited';
  /** Milliseconds since the epoch; 0 if it has not happened. The same holds for the other times. */
  createdAt: number;
  startedAt: number;
  finishedAt: number;
  exitCode: number;
  oomKilled: boolean;
  error: string;
  labels: Record<string, string>;
  /** What the container has now. */
  resources?: ContainerResources;
  /** Absent if the runtime does not know it. */
  user?: ContainerUser;
}

export interface RuntimeSandbox {
  id: string;
  pod: PodIdentity;
  attempt: number;
  state: 'ready' | 'notready';
  /** The sandbox shares the node's network and is not attached to the pod network. */
  hostNetwork: boolean;
  createdAt: number;
  /** PID of the sandbox's process in the engine host's PID namespace; 0 if it does not run. */
  pid: number;
  labels: Record<string, string>;
}

export type RuntimeObject =
  | { type: 'sandbox'; sandbox: RuntimeSandbox }
  | { type: 'container'; container: RuntimeContainer };

export interface RuntimeEvent {
  type: 'started' | 'died' | 'oom' | 'removed';
  id: string;
  pod: PodIdentity;
  /** This agent asked for the start, and reads the object itself. */
  own?: true;
  /** How it ended, if the event says all about it; `finishedAt` is in milliseconds since the epoch. */
  end?: { exitCode: number; finishedAt: number };
}

export interface LogOptions {
  follow: boolean;
  timestamps: boolean;
  /** Lines from the end; absent means all. */
  tailLines?: number;
  /** Milliseconds since the epoch. */
  since?: number;
  limitBytes?: number;
}

/** A process in a container. Without a TTY `stdout` and `stderr` are separate; with one all output is in `stdout`. */
export interface ContainerProcess {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  resize(columns: number, rows: number): Promise<void>;
  /** Resolves when the process has ended and its output has been read. */
  exit: Promise<{ exitCode: number }>;
  /** Closes the streams. A command's process ends with them; a container's own process keeps running. */
  close(): void;
}

export interface ExecOptions {
  command: string[];
  stdin: boolean;
  tty: boolean;
}

/** A command that runs to its end, without input. */
export interface CommandOptions {
  command: string[];
  /** How long it may run, in milliseconds; absent means without limit. */
  timeout?: number;
}

export interface CommandResult {
  exitCode: number;
  /** The beginning of what it wrote, on either stream. */
  output: string;
}

/** A command ran for longer than it may. The message is upstream's. */
export class CommandTimeout extends Error {
  constructor(command: readonly string[]) {
    super(`command ${JSON.stringify(command.join(' '))} timed out`);
  }
}

/** What a registry is shown. */
export interface RegistryLogin {
  username: string;
  password: string;
}

export interface ImageInfo {
  id: string;
  tags: string[];
  /** Names with digests; absent if the image was never in a registry. */
  digests?: string[];
  /** In bytes. */
  size: number;
  /** Numeric or named user that the image runs as; '' is root. */
  user: string;
  entrypoint: string[];
  cmd: string[];
}

/** Images came, went or got another name. */
export interface ImageChange {
  /** The names or ids that the engine gives; empty where it does not tell. */
  images: readonly string[];
  /** `wanted`: somebody had the images pulled, loaded, built or named. */
  kind: 'wanted' | 'removed';
  /** Milliseconds since the epoch, by the engine's clock. */
  at: number;
}

/** Why an image is still there, or that it is not. */
export type ImageRemoval = 'removed' | 'in use' | 'not found';

/** Memory in bytes. */
export interface Usage {
  /** Nanoseconds of CPU since the start. */
  cpuUsage: number;
  /** The working set. */
  memory: number;
  /** With the file pages that could be dropped. */
  memoryUsage: number;
  /** Without file pages. */
  rss: number;
  processes: number;
}

/** What a container has read from and written to one disk. */
export interface DiskUse {
  /** `MAJOR:MINOR`. */
  device: string;
  readBytes: number;
  writtenBytes: number;
  reads: number;
  writes: number;
}

/** Counters since the start, and memory in bytes; times in nanoseconds. */
export interface UsageDetail {
  cpuUser: number;
  cpuSystem: number;
  /** Periods of the CPU limit, and those in which it held the container up. */
  periods: number;
  throttled: number;
  throttledTime: number;
  cache: number;
  mappedFile: number;
  swap: number;
  pageFaults: number;
  majorPageFaults: number;
  /** How often memory use hit the limit. */
  limitHits: number;
  disks: readonly DiskUse[];
}

export interface ContainerStats extends Usage {
  id: string;
  /** Absent where the runtime does not measure it. */
  detail?: UsageDetail;
}

export interface Runtime {
  /** E.g. `docker://20.10.24`, for node status. */
  version(signal: AbortSignal): Promise<string>;
  /** The runtimes that pods may ask for, by name. */
  handlers(signal: AbortSignal): Promise<readonly string[]>;
  /** Creates a sandbox without starting it, so that containers can be created while the sandbox starts. */
  createSandbox(config: SandboxConfig, signal: AbortSignal): Promise<RuntimeSandbox>;
  startSandbox(id: string, signal: AbortSignal): Promise<RuntimeSandbox>;
  stopSandbox(id: string, signal: AbortSignal): Promise<void>;
  removeSandbox(id: string, signal: AbortSignal): Promise<void>;
  listSandboxes(signal: AbortSignal): Promise<RuntimeSandbox[]>;
  /**
   * Creates a container in a sandbox, which may start later, and returns its id. To start the container it must run.
   */
  createContainer(sandbox: RuntimeSandbox, config: ContainerConfig, signal: AbortSignal): Promise<string>;
  startContainer(id: string, signal: AbortSignal): Promise<void>;
  /** Changes what a running container has. Resources that are absent stay as they are: no limit is ever removed. */
  updateContainer(id: string, resources: ContainerResources, signal: AbortSignal): Promise<void>;
  /** Sends the stop signal, then SIGKILL after `graceSeconds`. */
  stopContainer(id: string, graceSeconds: number, signal: AbortSignal): Promise<void>;
  removeContainer(id: string, signal: AbortSignal): Promise<void>;
  listContainers(signal: AbortSignal): Promise<RuntimeContainer[]>;
  /** Reads one object as of now, which is cheaper than a list; undefined if it is gone. */
  inspect(id: string, signal: AbortSignal): Promise<RuntimeObject | undefined>;
  /**
   * Yields the events of this node's containers from now on. Ends when the signal aborts; throws if the engine goes
   * away.
   */
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent>;
  /** Undefined if the image is not present. */
  inspectImage(image: string, pod: PodIdentity, signal: AbortSignal): Promise<ImageInfo | undefined>;
  /** Pulls an image for the pod that needs it. */
  pullImage(image: string, pod: PodIdentity, login: RegistryLogin | undefined, signal: AbortSignal): Promise<void>;
  listImages(signal: AbortSignal): Promise<ImageInfo[]>;
  /** The image as an archive of its layers, as `docker save` writes it. */
  exportImage(image: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Ids and names of the images of all containers that the engine has: running or not, of this node or anybody's. */
  imagesInUse(signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** Takes one name from an image, and the image with its last name. An image that a container has stays. */
  removeImage(name: string, signal: AbortSignal): Promise<ImageRemoval>;
  /** Yields whenever the images changed. Ends when the signal aborts; throws if the engine goes away. */
  imageChanges(signal: AbortSignal): AsyncIterable<ImageChange>;
  /** Raw bytes as the container wrote them, in order; with `timestamps` each line starts with RFC 3339 nanoseconds. */
  logs(containerId: string, options: LogOptions, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** If the signal aborts or the streams are closed first, the process ends with all that it started. */
  exec(containerId: string, options: ExecOptions, signal: AbortSignal): Promise<ContainerProcess>;
  /**
   * Runs a command to its end. Rejects with `CommandTimeout` if the command itself runs for too long: time in which the
   * engine or this process is late does not count. After a timeout or an abort none of its processes is left.
   */
  execSync(containerId: string, options: CommandOptions, signal: AbortSignal): Promise<CommandResult>;
  attach(
    containerId: string,
    options: { stdin: boolean; tty: boolean },
    signal: AbortSignal,
  ): Promise<ContainerProcess>;
  /** Bytes that the container has in its own file system, beyond its image. */
  writtenBytes(id: string, signal: AbortSignal): Promise<number>;
  /** Of all that runs, sandboxes included. */
  stats(signal: AbortSignal): Promise<ContainerStats[]>;
}
