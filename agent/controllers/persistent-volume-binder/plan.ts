/**
 * Plans the next step of a claim, and of a volume. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/volume/persistentvolume/pv_controller.go
 * (syncUnboundClaim, syncBoundClaim, syncVolume)
 */
import {
  isBoundTo,
  matchVolume,
  namesClass,
  storageAnnotation,
  volumeMismatch,
  waitsForConsumer,
} from '../../api/storage/binding.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types.ts';
import { storageClassOf } from '../../api/volumes.ts';

export interface EventNote {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

const normal = (reason: string, message: string): EventNote => ({ type: 'Normal', reason, message });
const warning = (reason: string, message: string): EventNote => ({ type: 'Warning', reason, message });

export type ClaimStep =
  | { kind: 'bind'; volume: PersistentVolume }
  /** `event` is recorded each time for a claim that waits, and with the change of phase for one that is lost. */
  | { kind: 'wait'; event?: EventNote }
  | { kind: 'lose'; event: EventNote }
  | { kind: 'setClass'; name: string }
  | { kind: 'askProvisioner'; provisioner: string }
  /** The step cannot be made now, for a reason that only another change of the cluster removes. */
  | { kind: 'fail'; message: string };

export interface ClaimFacts {
  /** By name. */
  volume(name: string): PersistentVolume | undefined;
  volumes(): Iterable<PersistentVolume>;
  storageClass(name: string): StorageClass | undefined;
  /** The name of the default class. */
  defaultClass(): string | undefined;
  /** Names of pods that use the claim and have no node yet. */
  waitingPods(): readonly string[];
}

function waitingForConsumer(pods: readonly string[]): EventNote {
  if (pods.length === 0) {
    return normal('WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
  }
  const which = pods.length > 1 ? `pods ${pods.join(',')}` : `pod ${pods[0]}`;
  return normal('WaitForPodScheduled', `waiting for ${which} to be scheduled`);
}

/** Names of provisioners that upstream had built in, and of the one that makes nothing. */
const inTree = 'kubernetes.io/';

function planUnclaimed(claim: PersistentVolumeClaim, facts: ClaimFacts): ClaimStep {
  const className = storageClassOf(claim);
  const storageClass = facts.storageClass(className);
  const delays = waitsForConsumer(storageClass);
  const volume = matchVolume(claim, facts.volumes(), { reservedOnly: delays });
  if (volume) return { kind: 'bind', volume };
  const inherited = namesClass(claim) ? undefined : facts.defaultClass();
  if (inherited !== undefined) return { kind: 'setClass', name: inherited };
  if (delays && claim.metadata.annotations?.[storageAnnotation.selectedNode] === undefined) {
    return { kind: 'wait', event: waitingForConsumer(facts.waitingPods()) };
  }
  if (className === '') {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    return { kind: 'wait', event: normal('FailedBinding', message) };
  }
  if (!storageClass) {
    const message = `storageclass.storage.k8s.io "${className}" not found`;
    return { kind: 'wait', event: warning('ProvisioningFailed', message) };
  }
  const { provisioner } = storageClass;
  if (provisioner.startsWith(inTree)) {
    return { kind: 'wait', event: warning('ProvisioningFailed', `no volume plugin matched name: ${provisioner}`) };
  }
  return { kind: 'askProvisioner', provisioner };
}

function planNamed(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined): ClaimStep {
  if (!volume) return { kind: 'wait' };
  const { name } = volume.metadata;
  if (!volume.spec.claimRef) {
    const mismatch = volumeMismatch(volume, claim);
    if (mismatch === undefined) return { kind: 'bind', volume };
    const message = `Cannot bind to requested volume "${name}": ${mismatch}`;
    return { kind: 'wait', event: warning('VolumeMismatch', message) };
  }
  if (isBoundTo(volume, claim)) return { kind: 'bind', volume };
  if (claim.metadata.annotations?.[storageAnnotation.boundByController] === undefined) {
    const message = `volume "${name}" already bound to a different claim.`;
    return { kind: 'wait', event: warning('FailedBinding', message) };
  }
  const { claimRef } = volume.spec;
  const id = `${claim.metadata.namespace}/${claim.metadata.name}`;
  return {
    kind: 'fail',
    message: `invalid binding of claim "${id}" to volume "${name}": volume already claimed by "${claimRef.namespace}/${claimRef.name}"`,
  };
}

function planBound(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined): ClaimStep {
  const lost = (reason: string, message: string): ClaimStep => ({ kind: 'lose', event: warning(reason, message) });
  if (!claim.spec.volumeName) {
    return lost('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!');
  }
  if (!volume) return lost('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  const { claimRef } = volume.spec;
  if (!claimRef || claimRef.uid === claim.metadata.uid) return { kind: 'bind', volume };
  return lost('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
}

export function planClaim(claim: PersistentVolumeClaim, facts: ClaimFacts): ClaimStep {
  const volume = claim.spec.volumeName ? facts.volume(claim.spec.volumeName) : undefined;
  if (claim.metadata.annotations?.[storageAnnotation.bindCompleted] !== undefined) return planBound(claim, volume);
  return claim.spec.volumeName ? planNamed(claim, volume) : planUnclaimed(claim, facts);
}

export type VolumeStep =
  | { kind: 'phase'; phase: 'Available' | 'Bound' }
  /** The claim is gone. */
  | { kind: 'release' }
  /** The claim is bound to another volume. */
  | { kind: 'unbind' }
  /** The next step is the claim's. */
  | { kind: 'leave' }
  /** They cannot be bound, for which each has its message. */
  | { kind: 'mismatch'; forVolume: string; forClaim: string };

/** `claim` is the one that the volume refers to, by name and by uid. */
export function planVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumeStep {
  const { claimRef } = volume.spec;
  if (!claimRef?.uid) return { kind: 'phase', phase: 'Available' };
  if (!claim) return { kind: 'release' };
  if (claim.spec.volumeName === volume.metadata.name) return { kind: 'phase', phase: 'Bound' };
  if (claim.spec.volumeName) {
    const isMade = volume.metadata.annotations?.[storageAnnotation.provisionedBy] !== undefined;
    const isDeleted = isMade && volume.spec.persistentVolumeReclaimPolicy === 'Delete';
    return { kind: isDeleted ? 'release' : 'unbind' };
  }
  if ((claim.spec.volumeMode ?? 'Filesystem') === (volume.spec.volumeMode ?? 'Filesystem')) return { kind: 'leave' };
  const [volumeName, claimName] = [volume.metadata.name, claim.metadata.name];
  const why = 'due to incompatible volumeMode.';
  return {
    kind: 'mismatch',
    forVolume: `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${claimName}" ${why}`,
    forClaim: `Cannot bind PersistentVolume "${volumeName}" to requested PersistentVolumeClaim ${why}`,
  };
}
