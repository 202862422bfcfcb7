/**
 * Ownership and adoption: a controller adopts matching orphans and releases objects that no longer match. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/controller_ref_manager.go
 */
import { controllerOf } from '../../api/owner.ts';
import { selects } from '../../api/selectors.ts';
import type { KubeObject, meta } from '../../api/types.ts';

/** Indexes objects by their controller's uid; objects without one are under `orphan:NAMESPACE`. */
export const controllerIndex = 'controller';
export const byController = (object: KubeObject): readonly string[] => [
  controllerOf(object)?.uid ?? `orphan:${object.metadata.namespace}`,
];

export interface Claims<T> {
  owned: T[];
  adopt: T[];
  release: T[];
}

/**
 * `candidates` are objects in the owner's namespace. Objects of another controller are left alone. Objects that
 * `isMember` refuses do not match.
 */
export function planClaims<T extends KubeObject>(
  owner: KubeObject,
  selector: meta.LabelSelector,
  candidates: readonly T[],
  isMember: (object: T) => boolean = () => true,
): Claims<T> {
  const claims: Claims<T> = { owned: [], adopt: [], release: [] };
  const leaving = Boolean(owner.metadata.deletionTimestamp);
  for (const object of candidates) {
    const matches = selects(selector, object.metadata.labels) && isMember(object);
    const controller = controllerOf(object);
    if (controller?.uid === owner.metadata.uid) {
      if (matches) claims.owned.push(object);
      else if (!leaving) claims.release.push(object);
    } else if (!controller && matches && !leaving && !object.metadata.deletionTimestamp) claims.adopt.push(object);
  }
  return claims;
}
