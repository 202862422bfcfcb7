/** Whose log is read: a pod's, or those of all pods that a workload selects, and of those that take their place. */
import type { Pod } from '../../agent/api/types.ts';

export interface LogTarget {
  namespace: string;
  /** A pod's name, or with a selector the workload's. */
  pod: string;
  selector?: Record<string, string>;
}

export const containersOf = (pod: Pod | undefined): string[] => [
  ...(pod?.spec.containers ?? []).map(({ name }) => name),
  ...(pod?.spec.initContainers ?? []).map(({ name }) => name),
];

const statusesOf = ({ status }: Pod) => [
  ...(status?.containerStatuses ?? []),
  ...(status?.initContainerStatuses ?? []),
];

/** Before that there is nothing to read, and the server says so with an error. */
export const hasStarted = (pod: Pod, container: string): boolean =>
  statusesOf(pod).some(
    ({ name, state, restartCount }) =>
      name === container && (state?.running !== undefined || state?.terminated !== undefined || restartCount > 0),
  );

/** `ContainerCreating`, `ImagePullBackOff`, ...: why there is no log yet. */
export const waitingFor = (pod: Pod, container: string): string =>
  statusesOf(pod).find(({ name }) => name === container)?.state?.waiting?.reason ?? pod.status?.phase ?? 'Pending';

export const isChosen = ({ metadata }: Pod, { namespace, pod, selector }: LogTarget): boolean =>
  metadata.namespace === namespace &&
  (selector
    ? Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value)
    : metadata.name === pod);

const controllerOf = ({ metadata }: Pod): string | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller)?.uid;

/** When a pod was asked to go: its deletion timestamp is that moment plus the time that it was given. */
const leaving = ({ metadata }: Pod, now: number): number =>
  metadata.deletionTimestamp
    ? Date.parse(metadata.deletionTimestamp) - (metadata.deletionGracePeriodSeconds ?? 0) * 1000
    : now;

/** Between the clock of the API server, in whole seconds, and that of the window. */
const tolerance = 2_000;

/**
 * The pod that its controller made in place of one that has gone or is about to: of the same controller, and the first
 * made since then. Undefined where there is none (yet).
 */
export function successorOf(gone: Pod, pods: readonly Pod[], now: number): Pod | undefined {
  const controller = controllerOf(gone);
  if (!controller) return undefined;
  const since = leaving(gone, now) - tolerance;
  const made = (pod: Pod) => Date.parse(pod.metadata.creationTimestamp ?? '');
  return pods
    .filter((pod) => pod.metadata.uid !== gone.metadata.uid && controllerOf(pod) === controller && made(pod) >= since)
    .sort((a, b) => made(a) - made(b))[0];
}
