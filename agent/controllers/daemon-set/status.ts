/**
 * The status of a daemon set. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/daemon/daemon_controller.go
 * (updateDaemonSetStatus)
 */
import { canonicalJson } from '../../api/hash.ts';
import { isPodReady } from '../../api/pods.ts';
import type { DaemonSet } from '../../api/types.ts';
import { withoutZeros } from '../shared/counts.ts';
import type { Situation } from './situation.ts';

type Status = NonNullable<DaemonSet['status']>;

const alwaysCounted = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
] as const;

/** In its wire form. Of several pods on a node the oldest one counts. */
export function planStatus(
  { daemonSet, placements, pods, isUpdated, isAvailable }: Situation,
  collisionCount: number,
): Status {
  const wanted = [...placements].filter(([, placement]) => placement === 'run');
  const others = [...placements].filter(([, placement]) => placement !== 'run');
  const present = wanted.map(([node]) => pods.get(node)?.[0]).filter((pod) => pod !== undefined);
  const available = present.filter(isAvailable).length;
  const status: Status = {
    ...daemonSet.status,
    observedGeneration: daemonSet.metadata.generation ?? 0,
    desiredNumberScheduled: wanted.length,
    currentNumberScheduled: present.length,
    numberMisscheduled: others.filter(([node]) => pods.has(node)).length,
    numberReady: present.filter(isPodReady).length,
    updatedNumberScheduled: present.filter(isUpdated).length,
    numberAvailable: available,
    numberUnavailable: wanted.length - available,
    collisionCount,
  };
  return withoutZeros(status, alwaysCounted);
}

export const sameStatus = (a: Status | undefined, b: Status): boolean =>
  canonicalJson(withoutZeros({ ...a }, alwaysCounted)) === canonicalJson(b);
