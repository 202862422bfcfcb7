/**
 * Whether a claim ends with its set or with its pod: the set's retention policy as owner references. Pure.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/statefulset/stateful_set_utils.go
 * (isClaimOwnerUpToDate, updateClaimOwnerRefForSetAndPod)
 */
import { ownerReference } from '../../api/owner.ts';
import type { KubeObject, meta, PersistentVolumeClaim, Pod, StatefulSet } from '../../api/types.ts';
import { isInRange, ordinalOf } from './identity.ts';

const referencesOf = ({ metadata }: PersistentVolumeClaim): readonly meta.OwnerReference[] =>
  metadata.ownerReferences ?? [];

/** True if the reference names the object, or one that had its name before. */
const names = (reference: meta.OwnerReference, owner: Named): boolean =>
  reference.apiVersion === owner.apiVersion && reference.kind === owner.kind && reference.name === owner.metadata.name;

type Named = Pick<KubeObject, 'apiVersion' | 'kind'> & { metadata: { name: string; uid?: string } };

const isStale = (claim: PersistentVolumeClaim, owner: Named): boolean =>
  referencesOf(claim).some((reference) => names(reference, owner) && reference.uid !== owner.metadata.uid);

const policyOf = ({ spec }: StatefulSet) => spec.persistentVolumeClaimRetentionPolicy ?? {};

/** True if the claim is about to go with an earlier pod of this name, so that the next pod must wait for a new claim. */
export const goesWithEarlierPod = (set: StatefulSet, podName: string, claim: PersistentVolumeClaim): boolean =>
  policyOf(set).whenScaled === 'Delete' &&
  isStale(claim, { apiVersion: 'v1', kind: 'Pod', metadata: { name: podName } });

/** True if the set deletes claims, but another controller manages this one. */
export function hasOtherController(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  const { whenDeleted, whenScaled } = policyOf(set);
  if (whenDeleted !== 'Delete' && whenScaled !== 'Delete') return false;
  return referencesOf(claim).some(
    (reference) => reference.controller && !names(reference, set) && !names(reference, pod),
  );
}

/** Whom the claim ends with. A pod beyond the number of replicas takes its claim along if `whenScaled` is `Delete`. */
function wantedOwner(set: StatefulSet, pod: Pod): StatefulSet | Pod | undefined {
  const { whenDeleted, whenScaled } = policyOf(set);
  if (whenScaled === 'Delete' && !isInRange(set, ordinalOf(set, pod) ?? -1)) return pod;
  return whenDeleted === 'Delete' ? set : undefined;
}

/**
 * The owner references that the claim needs; undefined if it has them. A claim of an earlier set or pod of the same
 * name stays as it is: the garbage collector deals with it.
 */
export function plannedOwners(
  claim: PersistentVolumeClaim,
  set: StatefulSet,
  pod: Pod,
): meta.OwnerReference[] | undefined {
  if (isStale(claim, set) || isStale(claim, pod)) return undefined;
  const isOurs = (reference: meta.OwnerReference) => names(reference, set) || names(reference, pod);
  const owner = hasOtherController(claim, set, pod) ? undefined : wantedOwner(set, pod);
  const ours = referencesOf(claim).filter(isOurs);
  const fits = owner
    ? ours.length === 1 && ours[0]?.uid === owner.metadata.uid && ours[0]?.controller === true
    : ours.length === 0;
  if (fits) return undefined;
  const others = referencesOf(claim).filter((reference) => !isOurs(reference));
  return owner ? [...others, ownerReference(owner)] : others;
}
