/**
 * When the change happened that endpoints are written for: monitoring measures from there how long the network takes
 * to be programmed.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/endpointslice/util/trigger_time_tracker.go
 */
import { findCondition } from '../../api/conditions.ts';
import type { Pod, Service } from '../../api/types.ts';

export const triggerTimeAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';

export interface TriggerTimes {
  /**
   * The earliest of the times that are new since the last call for this service; of a service that is new, when it was
   * created. RFC 3339; undefined if none is new.
   */
  next(key: string, service: Service, pods: readonly Pod[]): string | undefined;
  forget(key: string): void;
}

interface Seen {
  service: string;
  /** By pod: when its readiness last changed. */
  pods: ReadonlyMap<string, string>;
}

const isAfter = (time: string, before: string | undefined): boolean =>
  before === undefined || Date.parse(time) > Date.parse(before);

function seenOf({ metadata }: Service, pods: readonly Pod[]): Seen {
  const times = pods.flatMap((pod): [string, string][] => {
    const time = findCondition(pod.status?.conditions, 'Ready')?.lastTransitionTime;
    return time ? [[pod.metadata.name, time]] : [];
  });
  return { service: metadata.creationTimestamp ?? '', pods: new Map(times) };
}

/** The memory of one controller. */
export function createTriggerTimes(): TriggerTimes {
  const known = new Map<string, Seen>();
  return {
    next(key, service, pods) {
      const before = known.get(key);
      const now = seenOf(service, pods);
      known.set(key, now);
      if (!before) return now.service || undefined;
      const ofPods = [...now.pods].filter(([name, time]) => isAfter(time, before.pods.get(name)));
      const changed = [
        ...ofPods.map(([, time]) => time),
        ...(isAfter(now.service, before.service) ? [now.service] : []),
      ];
      return changed.sort((left, right) => Date.parse(left) - Date.parse(right))[0];
    },
    forget: (key) => void known.delete(key),
  };
}

interface Annotated {
  annotations?: Record<string, string> | undefined;
}

/** Metadata with the annotation, or without it if no time is known. */
export function withTriggerTime<M extends Annotated>(metadata: M, time: string | undefined): M {
  const { [triggerTimeAnnotation]: _before, ...others } = metadata.annotations ?? {};
  const annotations = time ? { ...others, [triggerTimeAnnotation]: time } : others;
  if (Object.keys(annotations).length === 0 && metadata.annotations === undefined) return metadata;
  return { ...metadata, annotations };
}
