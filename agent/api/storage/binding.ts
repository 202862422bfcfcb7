/**
 * What the binder, the provisioner and the scheduler agree on about claims and volumes.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/component-helpers/storage/volume/pv_helpers.go
 */
import { compareQuantities } from '../quantity.ts';
import { selects } from '../selectors.ts';
import type { core, PersistentVolume, PersistentVolumeClaim, StorageClass } from '../types.ts';
import { betaStorageClassAnnotation, storageClassOf } from '../volumes.ts';

/** Annotations of claims and volumes, with upstream's meaning. */
export const storageAnnotation = {
  /** On a claim: it was bound once, so a missing volume is a loss. */
  bindCompleted: 'pv.kubernetes.io/bind-completed',
  /** The binder chose the other side; a user may have chosen it instead. */
  boundByController: 'pv.kubernetes.io/bound-by-controller',
  /** On a volume: who made it. */
  provisionedBy: 'pv.kubernetes.io/provisioned-by',
  /** On a claim: the node for which the scheduler asks for a volume. */
  selectedNode: 'volume.kubernetes.io/selected-node',
  /** On a claim: who is to make its volume. */
  provisioner: 'volume.kubernetes.io/storage-provisioner',
  betaProvisioner: 'volume.beta.kubernetes.io/storage-provisioner',
} as const;

/** A class with this provisioner has only volumes that an administrator makes. */
export const noProvisioner = 'kubernetes.io/no-provisioner';

type Quantities = Readonly<Record<string, string>> | undefined;

export const requestedStorage = ({ spec }: PersistentVolumeClaim): string =>
  (spec.resources?.requests as Quantities)?.storage ?? '0';

export const capacityOfVolume = ({ spec }: PersistentVolume): string => (spec.capacity as Quantities)?.storage ?? '0';

/** False for a claim that names no class at all; '' is a class, the one of volumes without any. */
export const namesClass = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  spec.storageClassName !== undefined || metadata.annotations?.[betaStorageClassAnnotation] !== undefined;

export const waitsForConsumer = (storageClass: StorageClass | undefined): boolean =>
  storageClass?.volumeBindingMode === 'WaitForFirstConsumer';

/** The volume is bound to the claim, or set aside for it by a user. */
export function isBoundTo({ spec: { claimRef } }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  if (!claimRef || claimRef.name !== metadata.name || claimRef.namespace !== metadata.namespace) return false;
  return !claimRef.uid || claimRef.uid === metadata.uid;
}

const hasMode = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  (volume.spec.volumeMode ?? 'Filesystem') === (claim.spec.volumeMode ?? 'Filesystem');

const hasAccessModes = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  (claim.spec.accessModes ?? []).every((mode) => (volume.spec.accessModes ?? []).includes(mode));

const hasRoom = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  compareQuantities(capacityOfVolume(volume), requestedStorage(claim)) >= 0;

const sameAttributes = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  (volume.spec.volumeAttributesClassName ?? '') === (claim.spec.volumeAttributesClassName ?? '');

/**
 * Why a claim cannot have the volume that it names; undefined if it can.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/volume/persistentvolume/pv_controller.go
 * (checkVolumeSatisfyClaim)
 */
export function volumeMismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (volume.metadata.deletionTimestamp) return `the volume is marked for deletion "${volume.metadata.name}"`;
  if (!hasRoom(volume, claim)) return 'requested PV is too small';
  if (storageClassOf(volume) !== storageClassOf(claim)) return 'storageClassName does not match';
  if (!sameAttributes(volume, claim)) return 'volumeAttributesClassName does not match';
  if (!hasMode(volume, claim)) return 'incompatible volumeMode';
  if (!hasAccessModes(volume, claim)) return 'incompatible accessMode';
  return undefined;
}

const isFree = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean => {
  const { selector } = claim.spec;
  return (
    !volume.spec.claimRef &&
    volume.status?.phase === 'Available' &&
    (!selector || selects(selector, volume.metadata.labels)) &&
    storageClassOf(volume) === storageClassOf(claim) &&
    sameAttributes(volume, claim)
  );
};

/** First the fewest access modes, then the least capacity. */
const closest = (a: PersistentVolume, b: PersistentVolume): number =>
  (a.spec.accessModes ?? []).length - (b.spec.accessModes ?? []).length ||
  compareQuantities(capacityOfVolume(a), capacityOfVolume(b));

export interface MatchOptions {
  /** Leaves free volumes to the scheduler, which chooses for a node. */
  reservedOnly?: boolean;
  /** True if the volume can be reached from where it is needed; by default every volume can. */
  reaches?(volume: PersistentVolume): boolean;
}

/**
 * The volume for a claim: the one that is set aside for it, else the free one that fits most closely.
 * (FindMatchingVolume; allPossibleMatchingAccessModes in pkg/controller/volume/persistentvolume/index.go)
 */
export function matchVolume(
  claim: PersistentVolumeClaim,
  volumes: Iterable<PersistentVolume>,
  { reservedOnly = false, reaches = () => true }: MatchOptions = {},
): PersistentVolume | undefined {
  const fitting: PersistentVolume[] = [];
  for (const volume of volumes) {
    const isUsable = hasRoom(volume, claim) && hasMode(volume, claim) && hasAccessModes(volume, claim);
    if (!isUsable || volume.metadata.deletionTimestamp) continue;
    if (isBoundTo(volume, claim)) return reaches(volume) ? volume : undefined;
    if (!reservedOnly && isFree(volume, claim) && reaches(volume)) fitting.push(volume);
  }
  return fitting.sort(closest)[0];
}

export const referenceToClaim = ({ metadata }: PersistentVolumeClaim): core.ObjectReference => ({
  kind: 'PersistentVolumeClaim',
  apiVersion: 'v1',
  namespace: metadata.namespace,
  name: metadata.name,
  uid: metadata.uid,
  resourceVersion: metadata.resourceVersion,
});

/** The volume with a reference to the claim; the same object if it has one already. (GetBindVolumeToClaim) */
export function boundVolume(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { spec, metadata } = volume;
  const chosenHere = !isBoundTo(volume, claim);
  if (!chosenHere && spec.claimRef?.uid === claim.metadata.uid) return volume;
  const annotations = chosenHere
    ? { annotations: { ...metadata.annotations, [storageAnnotation.boundByController]: 'yes' } }
    : {};
  return {
    ...volume,
    metadata: { ...metadata, ...annotations },
    spec: { ...spec, claimRef: referenceToClaim(claim) },
  };
}

/** The object without these annotations. */
export function withoutAnnotations<T extends PersistentVolume | PersistentVolumeClaim>(
  object: T,
  ...names: readonly string[]
): T {
  const kept = Object.entries(object.metadata.annotations ?? {}).filter(([name]) => !names.includes(name));
  return { ...object, metadata: { ...object.metadata, annotations: Object.fromEntries(kept) } };
}
