/** How objects belong together: by owner, by selector, by node. Views declare which of these hold for their objects. */
import type { AnyObject, KubeObject } from '../../agent/api/types.ts';
import type { ResourceRef } from '../../main/contract/resources.ts';
import type { Relation } from './view.ts';

export const isOwnedBy = ({ metadata }: KubeObject, { metadata: { uid } }: KubeObject): boolean =>
  metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false;

export const owned = (resource: ResourceRef): Relation<KubeObject> => ({
  resource,
  holds: (object, other) => isOwnedBy(other, object),
});

export type Selector = Readonly<Record<string, string>> | undefined;

/** A selector that names nothing selects nothing. */
export function selects(selector: Selector, labels: Readonly<Record<string, string>> | undefined): boolean {
  const entries = Object.entries(selector ?? {});
  return entries.length > 0 && entries.every(([key, value]) => labels?.[key] === value);
}

const isBeside = (a: KubeObject, b: KubeObject): boolean => a.metadata.namespace === b.metadata.namespace;

/** Those in the same namespace whose labels the object selects, and those that it owns. */
export const selected = <T extends KubeObject>(
  resource: ResourceRef,
  selectorOf: (object: T) => Selector,
): Relation<T> => ({
  resource,
  holds: (object, other) =>
    isOwnedBy(other, object) || (isBeside(object, other) && selects(selectorOf(object), other.metadata.labels)),
});

/** Those in the same namespace that select the object by its labels. */
export const selecting = (resource: ResourceRef, selectorOf: (other: AnyObject) => Selector): Relation<KubeObject> => ({
  resource,
  holds: (object, other) => isBeside(object, other) && selects(selectorOf(other), object.metadata.labels),
});
