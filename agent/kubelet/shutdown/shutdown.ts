/**
 * Ends the pods of a node that shuts down, if the node has a grace period for that. By default it has none, as in
 * upstream: what runs stops with the node, and comes back with it.
 * https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/
 */

import type { Pod } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import { graceSecondsOf } from '../spec/pod.ts';
import type { PodFailure } from '../spec/pod-failure.ts';
import { type ShutdownPeriods, shutdownGroups } from './groups.ts';

export interface ShutdownOptions {
  clock: Clock;
  /** Absent: pods are not ended. */
  periods: ShutdownPeriods | undefined;
  pods: {
    active(): Pod[];
    end(podUid: string, failure: PodFailure): void;
    /** Resolves when the API shows that the pod has ended. */
    ended(podUid: string): Promise<void>;
  };
  /** The node is about to shut down. Resolves when the API shows that. */
  announce(): Promise<void>;
}

export interface Shutdown {
  isUnderWay(): boolean;
  /** Resolves when the pods have ended, or their time is over. */
  run(): Promise<void>;
}

const message = 'Pod was terminated in response to imminent node shutdown.';

/** How long the API may take to learn of it, in milliseconds. Pods do not wait for that longer. */
const announceWithin = 1_000;

export function createShutdown({ clock, periods, pods, announce }: ShutdownOptions): Shutdown {
  let underWay = false;

  const within = async (milliseconds: number, done: Promise<unknown>): Promise<void> => {
    const early = new AbortController();
    const sleep = clock.sleep(milliseconds, early.signal).catch((error: unknown) => {
      if (!early.signal.aborted) throw error;
    });
    try {
      await Promise.race([done, sleep]);
    } finally {
      early.abort();
    }
  };
  const end = (pod: Pod, seconds: number): Promise<void> => {
    const { uid } = pod.metadata;
    const graceSeconds = Math.min(seconds, graceSecondsOf(pod));
    const ended = pods.ended(uid);
    pods.end(uid, { reason: 'Terminated', message, graceSeconds, disrupted: true, quiet: true });
    return ended;
  };

  return {
    isUnderWay: () => underWay,
    async run() {
      if (!periods || underWay) return;
      underWay = true;
      await within(announceWithin, announce());
      for (const { seconds, pods: group } of shutdownGroups(periods, pods.active())) {
        await within(seconds * 1000, Promise.all(group.map((pod) => end(pod, seconds))));
      }
    },
  };
}
