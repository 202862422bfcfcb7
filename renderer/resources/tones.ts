/** How many objects of a kind are how well. */
import type { AnyObject, KubeObject } from '../../agent/api/types.ts';
import type { Tone } from '../ui/controls.tsx';
import type { ResourceView } from './view.ts';

/** Worst first. */
export const tones: readonly Tone[] = ['bad', 'warn', 'busy', 'ok', 'idle'];

/** One pass, as lists may be long. */
export function countTones(view: ResourceView, objects: readonly AnyObject[]): Record<Tone, number> {
  const counts: Record<Tone, number> = { bad: 0, warn: 0, busy: 0, ok: 0, idle: 0 };
  for (const object of objects) counts[view.tone(object)] += 1;
  return counts;
}

/** Those of the namespaces on screen; none chosen means all. */
export const inNamespaces = <T extends KubeObject>(
  { namespaced }: { namespaced: boolean },
  items: readonly T[],
  namespaces: readonly string[],
): readonly T[] =>
  namespaced && namespaces.length > 0
    ? items.filter(({ metadata }) => namespaces.includes(metadata.namespace ?? ''))
    : items;
