/** What this agent remembers of one pod. None of it is needed to find the pod again after a restart. */
import type { core, Pod } from '../../api/types.ts';
import { createSlots, type Slots } from '../limits/slots.ts';
import type { RuntimeSandbox } from '../runtime/runtime.ts';
import type { Backoff, PodFailure, StartFailure } from './model.ts';

/** Operations on the pod as a whole; the others are named after their container, or `POD`. */
export const stopName = 'STOP';
export const finishName = 'FINISH';
export const isEnding = (operation: string): boolean => operation === stopName || operation === finishName;

export interface SandboxStart {
  created: Promise<RuntimeSandbox>;
  /** Resolves when the sandbox runs and is on the network. */
  network: Promise<{ ip: string }>;
}

/** Containers of one pod that are made at a time; upstream makes one. What another pod needs is not behind thousands. */
const startsAtOnce = 16;

/** What came of the attempts to start its containers. */
export interface StartMemory {
  readonly slots: Slots;
  readonly backoffs: Map<string, Backoff>;
  /** Back-off of pulls, by image. */
  readonly pulls: Map<string, Backoff>;
  /** By container; `POD` is the sandbox. */
  readonly failures: Map<string, StartFailure>;
  /** Container runs whose back-off was announced. */
  readonly announced: Set<string>;
}

export interface SandboxMemory {
  start?: SandboxStart;
  /** Attempt of the sandbox that is being brought up; older ones do not count any more. */
  startingAttempt?: number;
  ip?: string;
}

export interface VolumeMemory {
  /** The volumes as they were last made; made again when `stale`. */
  attempt?: Promise<void>;
  stale: boolean;
  /** They were complete once: containers start with them even where they cannot be brought up to date. */
  made: boolean;
  /** How often in a row they could not be made. */
  failures: number;
}

/** How far its end has come. */
export interface EndMemory {
  /** Gone from the API: only clean-up is left. */
  gone: boolean;
  /** Set when the kubelet must end the pod. */
  failure?: PodFailure;
  /** When the pod must be gone at the latest, while it is being stopped; milliseconds. */
  stopBy?: number;
  /** Deleted from the API by us. */
  finished: boolean;
  /** Its remains are being removed. */
  cleaning: boolean;
}

export interface PodMemory {
  readonly uid: string;
  /** The newest that was seen, from the watch or as the answer to our own write. */
  pod: Pod;
  readonly seenAt: number;
  /** The node has taken it. */
  admitted: boolean;
  /** Under way beside the passes, by the name of the container, `POD`, or one of the names above. */
  readonly operations: Map<string, AbortController>;
  readonly starts: StartMemory;
  readonly sandbox: SandboxMemory;
  readonly volumes: VolumeMemory;
  /** By id of the run. */
  readonly terminationMessages: Map<string, string>;
  readonly end: EndMemory;
  /** The status that was last written. */
  written?: core.PodStatus;
}

export const createMemory = (pod: Pod, now: number): PodMemory => ({
  uid: pod.metadata.uid,
  pod,
  seenAt: now,
  admitted: false,
  operations: new Map(),
  starts: {
    slots: createSlots(startsAtOnce),
    backoffs: new Map(),
    pulls: new Map(),
    failures: new Map(),
    announced: new Set(),
  },
  sandbox: {},
  volumes: { stale: false, made: false, failures: 0 },
  terminationMessages: new Map(),
  end: { gone: false, finished: false, cleaning: false },
});

/** Resource versions of one server are numbers that grow. */
export function remember(memory: PodMemory, pod: Pod): void {
  if (Number(pod.metadata.resourceVersion) >= Number(memory.pod.metadata.resourceVersion)) memory.pod = pod;
}
