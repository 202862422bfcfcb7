/** Brings what runs of a node's static pods in line with its manifests. */
import type { Pod } from '../../api/types.ts';
import { type Clock, timestamp } from '../../clock.ts';
import { graceSecondsOf, isStatic } from '../spec/pod.ts';
import { type PodMemory, rememberStatus } from './memory.ts';

export interface StaticMemoriesOptions {
  clock: Clock;
  memories: ReadonlyMap<string, PodMemory>;
  /** Takes a new static pod, or one that is being deleted. */
  take(pod: Pod): void;
  /** `NAMESPACE/NAME` of a static pod that has come or gone. */
  onChange(key: string): void;
  /** Requests a pass. */
  touch(podUid: string): void;
}

export interface StaticMemories {
  /** All pods of the manifests. */
  set(pods: readonly Pod[]): void;
  /** Call this when a pod is gone: another of its name may wait for that. */
  gone(memory: PodMemory): void;
  find(key: string): Pod | undefined;
  /** A mirror pod as the API has it; undefined if it is gone. */
  mirrored(podUid: string, mirror: Pod | undefined): void;
}

const keyOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`;

/** As the API would delete it. */
function deleted(pod: Pod, now: number): Pod {
  const times = { deletionTimestamp: timestamp(now), deletionGracePeriodSeconds: graceSecondsOf(pod) };
  return { ...pod, metadata: { ...pod.metadata, ...times } };
}

export function createStaticMemories(options: StaticMemoriesOptions): StaticMemories {
  const { clock, memories, take, onChange, touch } = options;
  let wanted: ReadonlyMap<string, Pod> = new Map();
  const present = () => [...memories.values()].filter(({ asked }) => isStatic(asked));

  const apply = (): void => {
    for (const { uid, asked } of present()) {
      if (wanted.has(uid) || asked.metadata.deletionTimestamp) continue;
      take(deleted(asked, clock.now()));
    }
    const taken = new Set(present().map(({ asked }) => keyOf(asked)));
    for (const pod of wanted.values()) {
      if (taken.has(keyOf(pod))) continue;
      taken.add(keyOf(pod));
      take(pod);
      onChange(keyOf(pod));
    }
  };

  return {
    set(pods) {
      wanted = new Map(pods.map((pod) => [pod.metadata.uid, pod]));
      apply();
    },
    gone({ asked }) {
      if (!isStatic(asked)) return;
      apply();
      onChange(keyOf(asked));
    },
    find: (key) => present().find(({ asked }) => keyOf(asked) === key)?.asked,
    mirrored(podUid, mirror) {
      const memory = memories.get(podUid);
      if (!memory || memory.mirrorUid === mirror?.metadata.uid) return;
      if (!mirror) {
        delete memory.mirrorUid;
        return;
      }
      memory.mirrorUid = mirror.metadata.uid;
      // A new mirror pod has no status yet; one that an earlier process of this agent made has the last one.
      memory.written = mirror.status ?? {};
      if (!memory.asked.status?.containerStatuses && mirror.status?.containerStatuses) {
        rememberStatus(memory, mirror.status);
      }
      touch(podUid);
    },
  };
}
