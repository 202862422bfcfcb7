/** What this agent remembers of one pod. None of it is needed to find the pod again after a restart. */
import type { core, Pod } from '../../api/types.ts';
import type { RuntimeSandbox } from '../runtime/runtime.ts';
import type { Backoff, Doom, StartFailure } from './model.ts';

/** Operations on the pod as a whole; the others are named after their container, or `POD`. */
export const stopName = 'STOP';
export const finishName = 'FINISH';
export const isEnding = (operation: string): boolean => operation === stopName || operation === finishName;

export interface SandboxStart {
  created: Promise<RuntimeSandbox>;
  /** Resolves when the sandbox runs and is on the network. */
  network: Promise<{ ip: string }>;
}

export interface PodMemory {
  readonly uid: string;
  /** The newest that was seen, from the watch or as the answer to our own write. */
  pod: Pod;
  /** Gone from the API: only clean-up is left. */
  gone: boolean;
  readonly seenAt: number;
  readonly busy: Map<string, AbortController>;
  readonly backoffs: Map<string, Backoff>;
  /** Back-off of pulls, by image. */
  readonly pulls: Map<string, Backoff>;
  readonly failures: Map<string, StartFailure>;
  readonly terminationMessages: Map<string, string>;
  /** Container runs whose back-off was announced. */
  readonly announced: Set<string>;
  sandbox?: SandboxStart;
  /** Attempt of the sandbox that is being brought up; older ones do not count any more. */
  startingAttempt?: number;
  ip?: string;
  /** When the pod must be gone at the latest, while it is being stopped; milliseconds. */
  stopBy?: number;
  /** The volumes as they were last made; made again when `volumesStale`. */
  volumes?: Promise<void>;
  volumesStale: boolean;
  /** They were complete once: containers start with them even where they cannot be brought up to date. */
  volumesMade: boolean;
  /** How often in a row they could not be made. */
  volumeFailures: number;
  /** The node has taken it. */
  admitted: boolean;
  doom?: Doom;
  /** Deleted from the API by us. */
  finished: boolean;
  /** Its remains are being removed. */
  cleaning: boolean;
  /** What was last written. */
  written?: core.PodStatus;
}

export const createMemory = (pod: Pod, now: number): PodMemory => ({
  uid: pod.metadata.uid,
  pod,
  gone: false,
  seenAt: now,
  busy: new Map(),
  backoffs: new Map(),
  pulls: new Map(),
  failures: new Map(),
  terminationMessages: new Map(),
  announced: new Set(),
  volumesStale: false,
  volumesMade: false,
  volumeFailures: 0,
  admitted: false,
  finished: false,
  cleaning: false,
});

/** Resource versions of one server are numbers that grow. */
export function remember(memory: PodMemory, pod: Pod): void {
  if (Number(pod.metadata.resourceVersion) >= Number(memory.pod.metadata.resourceVersion)) memory.pod = pod;
}
