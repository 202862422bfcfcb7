/**
 * The events that happen while pods are being scheduled. A pod that fails may have missed the event that would help it,
 * so an event is kept while any pod that was popped before it is being scheduled.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/backend/queue/active_queue.go (inFlightEvents)
 */
import type { ClusterEvent } from '../framework/events.ts';

export interface InFlight {
  begin(uid: string): void;
  /** Keeps the event only if a pod is being scheduled. */
  record(event: ClusterEvent): void;
  /** The events since `begin`, oldest first. */
  since(uid: string): readonly ClusterEvent[];
  end(uid: string): void;
}

export function createInFlight(): InFlight {
  /** The index of the first event after each pod was popped, by uid, in the order of popping. */
  const started = new Map<string, number>();
  let events: ClusterEvent[] = [];
  /** The index of `events[0]`. */
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
