import { controllerOf } from '../../../api/owner.ts';
import type { meta, Pod } from '../../../api/types.ts';
import type { Handle } from '../../framework/handle.ts';

/**
 * Selects the pods that belong together with this one: those of its services and of its controller. Undefined for a pod
 * with neither.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/helper/spread.go
 * (DefaultSelector)
 */
export function defaultSelector(
  pod: Pod,
  { servicesIn, selectorOfOwner }: Pick<Handle, 'servicesIn' | 'selectorOfOwner'>,
): meta.LabelSelector | undefined {
  const { labels = {}, namespace = '' } = pod.metadata;
  let matchLabels: Record<string, string> = {};
  for (const { spec } of servicesIn(namespace)) {
    const selector = spec.selector ?? {};
    const entries = Object.entries(selector);
    if (entries.length > 0 && entries.every(([key, value]) => labels[key] === value)) {
      matchLabels = { ...matchLabels, ...selector };
    }
  }
  const owner = controllerOf(pod);
  const own = owner && selectorOfOwner(owner, namespace);
  const equal = Object.entries(own?.matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [value],
  }));
  const matchExpressions = [...equal, ...(own?.matchExpressions ?? [])];
  if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) return undefined;
  return { matchLabels, matchExpressions };
}
