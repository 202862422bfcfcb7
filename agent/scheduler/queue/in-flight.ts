/**
 * Events that happen while a pod is being scheduled. A pod that fails in the end may have missed the very event that
 * would have helped it, so every event is kept for as long as a pod that was popped before it is under way.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/backend/queue/active_queue.go (inFlightEvents)
 */
import type { ClusterEvent } from '../framework/events.ts';

export interface InFlight {
  begin(uid: string): void;
  /** Kept only while any pod is under way. */
  record(event: ClusterEvent): void;
  /** What has happened since `begin`, oldest first. */
  since(uid: string): readonly ClusterEvent[];
  end(uid: string): void;
}

export function createInFlight(): InFlight {
  /** Number of the first event after the pod was popped, by uid; in the order of popping. */
  const started = new Map<string, number>();
  let events: ClusterEvent[] = [];
  /** Number of `events[0]`. */
  let first = 0;

  const forget = (): void => {
    const [oldest] = started.values();
    const keep = oldest === undefined ? events.length : oldest - first;
    if (keep <= 0) return;
    events = events.slice(keep);
    first += keep;
  };

  return {
    begin: (uid) => void started.set(uid, first + events.length),
    record(event) {
      if (started.size > 0) events.push(event);
    },
    since(uid) {
      const from = started.get(uid);
      return from === undefined ? [] : events.slice(from - first);
    },
    end(uid) {
      if (started.delete(uid)) forget();
    },
  };
}
