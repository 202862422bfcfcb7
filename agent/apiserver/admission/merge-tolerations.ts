/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/util/tolerations/tolerations.go */
import type { Steps } from '../../api/json/steps.ts';
import { isEqual } from '../../api/json/value.ts';
import type { core } from '../../api/types.ts';

type Toleration = core.Toleration;

/** Whether the first tolerates everything that the second does. */
function includes(one: Toleration, other: Toleration): boolean {
  if (isEqual(one, other)) return true;
  if (one.key !== other.key && (one.key || one.operator !== 'Exists')) return false;
  if (one.effect && one.effect !== other.effect) return false;
  const seconds = one.effect === 'NoExecute' ? one.tolerationSeconds : undefined;
  if (seconds !== undefined && (other.tolerationSeconds === undefined || other.tolerationSeconds > seconds))
    return false;
  if (one.operator === 'Exists') return true;
  return (other.operator || 'Equal') === 'Equal' && one.value === other.value;
}

/** Each is compared with all others: after so many, somebody else has a turn. */
const atOnce = 20;

/** All of them but those that another includes. */
export function* mergeTolerations(first: readonly Toleration[], second: readonly Toleration[]): Steps<Toleration[]> {
  const all = [...first, ...second];
  const merged: Toleration[] = [];
  for (const [index, each] of all.entries()) {
    if (index % atOnce === atOnce - 1) yield;
    const later = all.some((other, at) => at > index && !isEqual(other, each) && includes(other, each));
    if (!later && !merged.some((other) => includes(other, each))) merged.push(each);
  }
  return merged;
}
