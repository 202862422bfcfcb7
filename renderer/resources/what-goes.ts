/** What goes with objects that are deleted: what they own, and what is in a namespace. */
import type { AnyObject, KubeObject } from '../../agent/api/types.ts';

export interface Going {
  /** Of the resource, as its view has it. */
  title: string;
  names: readonly string[];
}

export interface LookedInto {
  title: string;
  items: readonly AnyObject[];
}

/**
 * By owner, and by the owners of those: a deployment takes its replica sets and their pods with it. Owners come before
 * what they own. `emptied`: names of namespaces that go.
 */
export function whatGoes(
  objects: readonly KubeObject[],
  lists: readonly LookedInto[],
  emptied: ReadonlySet<string>,
): Going[] {
  const owners = new Set(objects.map(({ metadata }) => metadata.uid));
  const goes = ({ metadata }: AnyObject): boolean =>
    emptied.has(metadata.namespace ?? '') || (metadata.ownerReferences ?? []).some(({ uid }) => owners.has(uid));
  return lists
    .map(({ title, items }): Going => {
      const going = items.filter(goes);
      for (const { metadata } of going) owners.add(metadata.uid);
      return { title, names: going.map(({ metadata }) => metadata.name).sort() };
    })
    .filter(({ names }) => names.length > 0);
}
