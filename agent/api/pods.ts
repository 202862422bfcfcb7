/**
 * What several components ask of a pod.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/api/v1/pod/util.go
 */
import { findCondition, isConditionTrue } from './conditions.ts';
import { own, setOwn } from './own.ts';
import { addQuantities, compareQuantities } from './quantity.ts';
import type { core, Pod } from './types.ts';

export const isPodReady = (pod: Pod): boolean => isConditionTrue(pod.status?.conditions, 'Ready');

/** It has run to its end and will not run again. */
export const isPodTerminal = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** Not finished and not being deleted: what controllers count. */
export const isPodActive = (pod: Pod): boolean => !isPodTerminal(pod) && !pod.metadata.deletionTimestamp;

/** Being deleted, and not finished yet. */
export const isPodTerminating = (pod: Pod): boolean => !isPodTerminal(pod) && Boolean(pod.metadata.deletionTimestamp);

/**
 * For a status or a condition: which generation of the pod it is about.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/api/v1/pod/util.go
 * (CalculatePodConditionObservedGeneration)
 */
export const observedGeneration = ({ metadata }: Pick<Pod, 'metadata'>): { observedGeneration?: number } =>
  metadata.generation ? { observedGeneration: metadata.generation } : {};

/**
 * The condition of a pod that the control plane ends; `at` in RFC 3339.
 * https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions
 */
export const disruptionTarget = (pod: Pod, reason: string, message: string, at: string): core.PodCondition => ({
  type: 'DisruptionTarget',
  ...observedGeneration(pod),
  status: 'True',
  reason,
  message,
  lastTransitionTime: at,
});

/** Ready for at least `minReadySeconds`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  if (!isPodReady(pod)) return false;
  if (minReadySeconds === 0) return true;
  const since = pod.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
  return since !== undefined && Date.parse(since) + minReadySeconds * 1000 <= now;
}

/** An init container that keeps running beside the others. */
export const isSidecar = (container: core.Container): boolean => container.restartPolicy === 'Always';

export type Resources = Record<string, string>;

function add(left: Resources, right: Resources): Resources {
  const sum = { ...left };
  for (const [name, amount] of Object.entries(right)) setOwn(sum, name, addQuantities(own(sum, name) ?? '0', amount));
  return sum;
}

function largest(left: Resources, right: Resources): Resources {
  const most = { ...left };
  for (const [name, amount] of Object.entries(right)) {
    if (compareQuantities(own(most, name) ?? '0', amount) < 0) setOwn(most, name, amount);
  }
  return most;
}

/**
 * Of the containers alone: what all that run have, or an init container with the sidecars before it if that is more.
 */
export function effectiveAmounts(
  { containers, initContainers = [] }: core.PodSpec,
  part: 'limits' | 'requests',
): Resources {
  const amountsOf = ({ resources }: core.Container): Resources => (resources?.[part] ?? {}) as Resources;
  let running = containers.map(amountsOf).reduce(add, {});
  let sidecars: Resources = {};
  let init: Resources = {};
  for (const container of initContainers) {
    const amounts = amountsOf(container);
    if (isSidecar(container)) {
      running = add(running, amounts);
      sidecars = add(sidecars, amounts);
      init = largest(init, sidecars);
    } else init = largest(init, add(amounts, sidecars));
  }
  return largest(running, init);
}

/**
 * https://github.com/kubernetes/component-helpers/blob/release-1.36/resource/helpers.go (IsSupportedPodLevelResource)
 */
export const isOfPods = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');

const ofPods = (amounts: Resources): Resources =>
  Object.fromEntries(Object.entries(amounts).filter(([name]) => isOfPods(name)));

/** What the pod asks for as a whole replaces what its containers come to. */
export const amountsWithoutOverhead = (spec: core.PodSpec, part: 'limits' | 'requests'): Resources => ({
  ...effectiveAmounts(spec, part),
  ...ofPods((spec.resources?.[part] ?? {}) as Resources),
});

/**
 * What quotas count: overhead as well, which is added to limits only where there are some.
 * https://github.com/kubernetes/component-helpers/blob/release-1.36/resource/helpers.go (PodRequests, PodLimits)
 */
export function podAmounts({ spec }: Pick<Pod, 'spec'>, part: 'limits' | 'requests'): Resources {
  const amounts = amountsWithoutOverhead(spec, part);
  const overhead = Object.entries((spec.overhead ?? {}) as Resources);
  const added = overhead.filter(([name]) => part === 'requests' || own(amounts, name) !== undefined);
  return add(amounts, Object.fromEntries(added));
}

/** A container as its node has it may still hold more than it asks for now, or not yet have it. */
function withHeld(status: core.PodStatus | undefined, isRefused: boolean) {
  const known = new Map(status?.containerStatuses?.map((each) => [each.name, each]));
  return (container: core.Container): core.Container => {
    const { resources, allocatedResources = {} } = known.get(container.name) ?? {};
    const held = largest((resources?.requests ?? {}) as Resources, allocatedResources as Resources);
    if (Object.keys(held).length === 0) return container;
    const requests = isRefused ? held : largest(held, (container.resources?.requests ?? {}) as Resources);
    return { ...container, resources: { ...container.resources, requests } };
  };
}

/**
 * What the scheduler reserves: the most of what the pod asks for and what its node has given it, plus overhead. What a
 * node can never give does not count.
 * https://github.com/kubernetes/component-helpers/blob/release-1.36/resource/helpers.go (PodRequests with
 * UseStatusResources)
 */
export function podRequests({ spec, status }: Pick<Pod, 'spec' | 'status'>): Resources {
  const isHeld = status?.containerStatuses?.some(({ allocatedResources }) => allocatedResources);
  if (!isHeld) return podAmounts({ spec }, 'requests');
  const isRefused = findCondition(status?.conditions, 'PodResizePending')?.reason === 'Infeasible';
  const containers = spec.containers.map(withHeld(status, isRefused));
  return podAmounts({ spec: { ...spec, containers } }, 'requests');
}

const isZero = (amount: core.Quantity): boolean => compareQuantities(amount, '0') === 0;

/** Whether the pod asks for something as a whole, which then counts in place of what its containers ask for. */
const hasPodAmounts = (resources: core.ResourceRequirements | undefined): boolean =>
  [resources?.requests, resources?.limits].some((amounts) => Object.keys(amounts ?? {}).some(isOfPods));

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/v1/helper/qos/qos.go */
export function qosClass(pod: Pick<Pod, 'spec'>): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const counted = ['cpu', 'memory'];
  const whole = pod.spec.resources;
  const parts = hasPodAmounts(whole)
    ? [whole]
    : [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map(({ resources }) => resources);
  let any = false;
  let guaranteed = true;
  for (const resources of parts) {
    for (const name of counted) {
      const request = resources?.requests?.[name];
      const limit = resources?.limits?.[name];
      const [asks, capped] = [request && !isZero(request), limit && !isZero(limit)];
      any ||= Boolean(asks || capped);
      guaranteed &&= Boolean(capped) && compareQuantities(request ?? limit ?? '0', limit ?? '0') === 0;
    }
  }
  if (!any) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** The claims that a pod uses. An ephemeral volume has a claim that is named after its pod. */
export const claimsOf = ({ metadata, spec }: Pod): string[] =>
  (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [persistentVolumeClaim.claimName];
    return ephemeral ? [`${metadata.name}-${name}`] : [];
  });
