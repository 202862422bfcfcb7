/** What this agent remembers of one pod. None of it is needed to find the pod again after a restart. */
import type { core, Pod } from '../../api/types.ts';
import { createSlots, type Slots } from '../limits/slots.ts';
import type { RuntimeSandbox } from '../runtime/runtime.ts';
import type { PodFailure } from '../spec/pod-failure.ts';
import type { Backoff, StartFailure } from './model.ts';
import { withAllocation } from './resize/allocation.ts';
import { type ResizeMemory, resizeMemory } from './resize/state.ts';

/** Names of the operations on a whole pod. Other operations carry the name of their container, or `POD`. */
export const stopName = 'STOP';
export const finishName = 'FINISH';
export const isEnding = (operation: string): boolean => operation === stopName || operation === finishName;

export interface SandboxStart {
  created: Promise<RuntimeSandbox>;
  /** Resolves when the sandbox runs and has its addresses. */
  network: Promise<void>;
}

/** How many containers of one pod start at a time (upstream: one), so that a huge pod cannot delay other pods. */
const startsAtOnce = 16;

/** The outcomes of the attempts to start the pod's containers. */
export interface StartMemory {
  readonly slots: Slots;
  readonly backoffs: Map<string, Backoff>;
  /** Back-off of pulls, by image. */
  readonly pulls: Map<string, Backoff>;
  /** By container; `POD` is the sandbox. */
  readonly failures: Map<string, StartFailure>;
  /** The last run of each container that was stopped to start it again. */
  readonly restarting: Map<string, string>;
  /** Container runs whose post-start hook runs. */
  readonly hooked: Set<string>;
  /** Container runs whose back-off was announced. */
  readonly announced: Set<string>;
}

export interface SandboxMemory {
  start?: SandboxStart;
  /** The attempt of the sandbox that is being started; the pod's view ignores older sandboxes. */
  startingAttempt?: number;
  /** One of each family, the primary one first. */
  ips?: readonly string[];
}

export interface VolumeMemory {
  /** The last preparation of the volumes; repeated when `stale`. */
  attempt?: Promise<void>;
  stale: boolean;
  /** True after the first complete preparation. Containers may then start even if an update of the volumes fails. */
  made: boolean;
  /** Failed preparations in a row. */
  failures: number;
}

/** How far the end of the pod has come. */
export interface EndMemory {
  /** The API no longer has the pod; only clean-up is left. */
  gone: boolean;
  /** Set when the kubelet must end the pod. */
  failure?: PodFailure;
  /** While the pod is being stopped: its deadline, in milliseconds since the epoch. */
  stopBy?: number;
  /** The kubelet deleted the pod from the API. */
  finished: boolean;
  /** Clean-up is under way. */
  cleaning: boolean;
}

export interface PodMemory {
  readonly uid: string;
  /** The newest version seen, from the watch or from the answer to a write. */
  asked: Pod;
  /** The same, with the resources that the node gave it: what the pod runs with. */
  pod: Pod;
  readonly seenAt: number;
  /** The node accepted the pod. */
  admitted: boolean;
  /** The operations under way, by name: a container's, `POD`, `STOP` or `FINISH`. */
  readonly operations: Map<string, AbortController>;
  readonly starts: StartMemory;
  readonly sandbox: SandboxMemory;
  readonly volumes: VolumeMemory;
  /** Termination messages by container id. */
  readonly terminationMessages: Map<string, string>;
  resize: ResizeMemory;
  readonly end: EndMemory;
  /** Of a static pod: the uid of its mirror pod, which has its status. */
  mirrorUid?: string;
  /** The status that was last written. */
  written?: core.PodStatus;
}

export const createMemory = (asked: Pod, now: number): PodMemory => {
  const resize = resizeMemory(asked);
  return { ...emptyMemory(asked.metadata.uid, now), asked, pod: withAllocation(asked, resize.allocation), resize };
};

const emptyMemory = (uid: string, now: number): Omit<PodMemory, 'asked' | 'pod' | 'resize'> => ({
  uid,
  seenAt: now,
  admitted: false,
  operations: new Map(),
  starts: {
    slots: createSlots(startsAtOnce),
    backoffs: new Map(),
    pulls: new Map(),
    failures: new Map(),
    restarting: new Map(),
    hooked: new Set(),
    announced: new Set(),
  },
  sandbox: {},
  volumes: { stale: false, made: false, failures: 0 },
  terminationMessages: new Map(),
  end: { gone: false, finished: false, cleaning: false },
});

/** Keeps the newer version: resource versions of one server are growing numbers. */
export function remember(memory: PodMemory, pod: Pod): void {
  if (Number(pod.metadata.resourceVersion) < Number(memory.asked.metadata.resourceVersion)) return;
  memory.asked = pod;
  give(memory);
}

/** Lets the pod run with what the node gives it now. */
export function give(memory: PodMemory): void {
  memory.pod = withAllocation(memory.asked, memory.resize.allocation);
}

/** A static pod has no version in the API: its status is kept here. */
export function rememberStatus(memory: PodMemory, status: core.PodStatus): void {
  memory.asked = { ...memory.asked, status };
  give(memory);
}
