/**
 * Which pod goes first when its node is short of something. Pure.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#pod-selection-for-kubelet-eviction
 */
import { podAmounts } from '../../api/pods.ts';
import { quantityValue } from '../../api/quantity.ts';
import type { Pod } from '../../api/types.ts';
import { isCritical } from '../spec/pod.ts';
import type { Shortage } from './thresholds.ts';

/** Bytes or processes, by pod uid. */
export type PodUsage = ReadonlyMap<string, number>;

const overRequest = (pod: Pod, { resource }: Shortage, usage: PodUsage): number =>
  (usage.get(pod.metadata.uid) ?? 0) - quantityValue(podAmounts(pod, 'requests')[resource]);

/** Those that use more than they requested come first, then those of low priority, then those that use the most. */
export function ranked(pods: readonly Pod[], shortage: Shortage, usage: PodUsage): Pod[] {
  const rules: readonly ((pod: Pod) => number)[] = [
    (pod) => (overRequest(pod, shortage, usage) > 0 ? 0 : 1),
    ({ spec }) => spec.priority ?? 0,
    (pod) => -overRequest(pod, shortage, usage),
  ];
  return pods
    .filter((pod) => !isCritical(pod))
    .sort((left, right) => {
      for (const rule of rules) {
        const difference = rule(left) - rule(right);
        if (difference !== 0) return difference;
      }
      return 0;
    });
}
