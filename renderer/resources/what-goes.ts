/** What goes with objects that are deleted: what they own, and what is in a namespace. */
import type { AnyObject, KubeObject } from '../../agent/api/types.ts';

export interface Going {
  kind: string;
  names: readonly string[];
}

/** By owner, and by the owners of those: a deployment takes its replica sets and their pods with it. */
export function whatGoes(
  objects: readonly KubeObject[],
  lists: Readonly<Record<string, readonly AnyObject[]>>,
): Going[] {
  const owners = new Set(objects.map(({ metadata }) => metadata.uid));
  const emptied = new Set(objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name));
  const goes = ({ metadata }: AnyObject): boolean =>
    emptied.has(metadata.namespace ?? '') || (metadata.ownerReferences ?? []).some(({ uid }) => owners.has(uid));
  return Object.entries(lists)
    .map(([kind, items]): Going => {
      const going = items.filter(goes);
      for (const { metadata } of going) owners.add(metadata.uid);
      return { kind, names: going.map(({ metadata }) => metadata.name).sort() };
    })
    .filter(({ names }) => names.length > 0);
}
