/** Writes of the binder. Each does nothing if the object is as wanted, and resolves once the informer has seen it. */
import { persistentVolumes } from '../../api/core/persistent-volume.ts';
import { persistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts';
import { isEqual } from '../../api/json/value.ts';
import { boundVolume, capacityOfVolume, storageAnnotation } from '../../api/storage/binding.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types.ts';
import type { Context } from '../shared/controller.ts';

type VolumePhase = 'Available' | 'Bound' | 'Released' | 'Failed';
type VolumeStatus = NonNullable<PersistentVolume['status']>;
type ClaimStatus = NonNullable<PersistentVolumeClaim['status']>;

export async function writeVolume(
  { client, informer, signal }: Context,
  volume: PersistentVolume,
): Promise<PersistentVolume> {
  const written = await client.resource(persistentVolumes).update(volume, signal);
  await informer(persistentVolumes).caughtUp(written, signal);
  return written;
}

/** `message` says why a volume failed. */
export async function setVolumePhase(
  { client, informer, signal }: Context,
  volume: PersistentVolume,
  phase: VolumePhase,
  message?: string,
): Promise<PersistentVolume> {
  if (volume.status?.phase === phase && (volume.status.message ?? undefined) === message) return volume;
  const { message: _, ...rest } = volume.status ?? {};
  const status: VolumeStatus = { ...rest, phase, ...(message === undefined ? {} : { message }) };
  const written = await client.resource(persistentVolumes).updateStatus({ ...volume, status }, signal);
  await informer(persistentVolumes).caughtUp(written, signal);
  return written;
}

export async function writeClaim(
  { client, informer, signal }: Context,
  claim: PersistentVolumeClaim,
): Promise<PersistentVolumeClaim> {
  const written = await client.resource(persistentVolumeClaims).update(claim, signal);
  await informer(persistentVolumeClaims).caughtUp(written, signal);
  return written;
}

/** False if the claim has the status already. */
export async function setClaimStatus(
  { client, informer, signal }: Context,
  claim: PersistentVolumeClaim,
  status: ClaimStatus,
): Promise<boolean> {
  if (isEqual(claim.status ?? {}, status)) return false;
  const written = await client.resource(persistentVolumeClaims).updateStatus({ ...claim, status }, signal);
  await informer(persistentVolumeClaims).caughtUp(written, signal);
  return true;
}

/**
 * The status of a claim that has the volume. An expansion sets the capacity of a claim that is bound already.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/volume/persistentvolume/pv_controller.go
 * (updateClaimStatus)
 */
function boundStatus({ status = {} }: PersistentVolumeClaim, volume: PersistentVolume): ClaimStatus {
  const capacity = status.phase === 'Bound' ? status.capacity : { storage: capacityOfVolume(volume) };
  const attributes = volume.spec.volumeAttributesClassName;
  return {
    ...status,
    phase: 'Bound',
    accessModes: volume.spec.accessModes ?? [],
    ...(capacity ? { capacity } : {}),
    ...(attributes && status.phase !== 'Bound' ? { currentVolumeAttributesClassName: attributes } : {}),
  };
}

function boundClaim(claim: PersistentVolumeClaim, { metadata: { name } }: PersistentVolume): PersistentVolumeClaim {
  const { bindCompleted, boundByController } = storageAnnotation;
  const chosenHere: Record<string, string> = claim.spec.volumeName === name ? {} : { [boundByController]: 'yes' };
  const annotations = { ...chosenHere, ...claim.metadata.annotations, [bindCompleted]: 'yes' };
  return { ...claim, metadata: { ...claim.metadata, annotations }, spec: { ...claim.spec, volumeName: name } };
}

const isWhole = ({ metadata, spec }: PersistentVolumeClaim, name: string): boolean =>
  spec.volumeName === name && metadata.annotations?.[storageAnnotation.bindCompleted] !== undefined;

/** Binds both sides, in upstream's order: a crash in between leaves what the next attempt completes. */
export async function bind(context: Context, volume: PersistentVolume, claim: PersistentVolumeClaim): Promise<void> {
  const referring = boundVolume(volume, claim);
  const written = referring === volume ? volume : await writeVolume(context, referring);
  await setVolumePhase(context, written, 'Bound');
  const named = isWhole(claim, volume.metadata.name) ? claim : await writeClaim(context, boundClaim(claim, volume));
  await setClaimStatus(context, named, boundStatus(named, volume));
}
