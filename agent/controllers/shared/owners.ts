/**
 * Who controls whom, and adoption: a controller takes matching orphans and lets go of what no longer matches.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/controller_ref_manager.go
 */
import type { Kind } from '../../api/kind.ts';
import { controllerOf, ownerReference } from '../../api/owner.ts';
import { selects } from '../../api/selectors.ts';
import type { KubeObject, meta } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';

/** An index by the controller's uid; what has none is under `orphan:NAMESPACE`. */
export const controllerIndex = 'controller';
export const byController = (object: KubeObject): readonly string[] => [
  controllerOf(object)?.uid ?? `orphan:${object.metadata.namespace}`,
];

export interface Claims<T> {
  owned: T[];
  adopt: T[];
  release: T[];
}

/** `candidates` are of the owner's namespace; those of another controller are left alone. */
export function planClaims<T extends KubeObject>(
  owner: KubeObject,
  selector: meta.LabelSelector,
  candidates: readonly T[],
): Claims<T> {
  const claims: Claims<T> = { owned: [], adopt: [], release: [] };
  const leaving = Boolean(owner.metadata.deletionTimestamp);
  for (const object of candidates) {
    const matches = selects(selector, object.metadata.labels);
    const controller = controllerOf(object);
    if (controller?.uid === owner.metadata.uid) {
      if (matches) claims.owned.push(object);
      else if (!leaving) claims.release.push(object);
    } else if (!controller && matches && !leaving && !object.metadata.deletionTimestamp) claims.adopt.push(object);
  }
  return claims;
}

/** Executes the claims; resolves with what is owned afterwards. A 404, 409 or 422 rejects and the reconcile is repeated. */
export async function claim<T extends KubeObject>(
  deps: { client: Client; informer: Informer<T>; kind: Kind<T> },
  owner: KubeObject,
  selector: meta.LabelSelector,
  signal: AbortSignal,
): Promise<T[]> {
  const { client, informer, kind } = deps;
  const { uid, namespace } = owner.metadata;
  const candidates = [
    ...informer.byIndex(controllerIndex, uid),
    ...informer.byIndex(controllerIndex, `orphan:${namespace}`),
  ];
  const claims = planClaims(owner, selector, candidates);
  /** Conflicts where the object has changed since we looked. */
  const setOwners = async (object: T, ownerReferences: meta.OwnerReference[]): Promise<T> => {
    const { name, resourceVersion } = object.metadata;
    const body = {
      metadata: { resourceVersion, ownerReferences: ownerReferences.length > 0 ? ownerReferences : null },
    };
    const type = 'application/merge-patch+json';
    const written = await client.resource(kind).patch(name, namespace, type, body, {}, signal);
    await informer.caughtUp(written, signal);
    return written;
  };
  const ownersOf = (object: T) => object.metadata.ownerReferences ?? [];
  const adopted = await Promise.all(
    claims.adopt.map((object) => setOwners(object, [...ownersOf(object), ownerReference(owner)])),
  );
  const others = (object: T) => ownersOf(object).filter((reference) => reference.uid !== uid);
  await Promise.all(claims.release.map((object) => setOwners(object, others(object))));
  return [...claims.owned, ...adopted];
}
