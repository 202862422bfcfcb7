/**
 * Which of the pods that wait for more is served first. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/allocation/allocation_manager.go
 * (sortPendingResizes)
 */
import { podAmounts, qosClass } from '../../../api/pods.ts';
import { compareQuantities } from '../../../api/quantity.ts';
import type { Pod } from '../../../api/types.ts';

export interface Waiting {
  /** With what it asks for. */
  asked: Pod;
  /** With what it has. */
  given: Pod;
  /** Since when, in milliseconds since the epoch. */
  since: number;
}

const asksForMore = ({ asked, given }: Waiting): boolean => {
  const [now, before] = [podAmounts(asked, 'requests'), podAmounts(given, 'requests')];
  return ['cpu', 'memory'].some((name) => compareQuantities(now[name] ?? '0', before[name] ?? '0') > 0);
};

/** Smaller values come first. */
const rules: readonly ((waiting: Waiting) => number)[] = [
  (waiting) => (asksForMore(waiting) ? 1 : 0),
  ({ asked }) => -(asked.spec.priority ?? 0),
  ({ asked }) => (qosClass(asked) === 'Guaranteed' ? 0 : 1),
  ({ since }) => since,
];

export function inOrder<T extends Waiting>(waiting: readonly T[]): T[] {
  return [...waiting].sort((left, right) => {
    for (const rule of rules) {
      const difference = rule(left) - rule(right);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}
