/** What the storage plugins ask of a pod's claims. */
import { claimsOf } from '../../api/pods.ts';
import type { core, PersistentVolumeClaim, Pod } from '../../api/types.ts';
import type { EventHint } from '../framework/events.ts';
import type { StorageLister } from '../framework/handle.ts';

export interface ClaimUse {
  claimName: string;
  /** The claim is to be made for this pod (a generic ephemeral volume). */
  isEphemeral: boolean;
}

function useOf(pod: Pod, { name, persistentVolumeClaim, ephemeral }: core.Volume): ClaimUse | undefined {
  if (persistentVolumeClaim) return { claimName: persistentVolumeClaim.claimName, isEphemeral: false };
  return ephemeral ? { claimName: `${pod.metadata.name}-${name}`, isEphemeral: true } : undefined;
}

export const claimUsesOf = (pod: Pod): ClaimUse[] =>
  (pod.spec.volumes ?? []).flatMap((volume) => useOf(pod, volume) ?? []);

export const claimNotFound = (name: string): string => `persistentvolumeclaim "${name}" not found`;

/** The claims that exist. */
export const knownClaims = (pod: Pod, storage: StorageLister): PersistentVolumeClaim[] =>
  claimsOf(pod).flatMap((name) => storage.claim(pod.metadata.namespace ?? '', name) ?? []);

const usesClaim = (pod: Pod, { metadata }: PersistentVolumeClaim): boolean =>
  pod.metadata.namespace === metadata.namespace && claimsOf(pod).includes(metadata.name);

/** A change of a claim may help only the pods that use it. */
export const claimHint: EventHint = {
  resource: 'PersistentVolumeClaim',
  actions: ['add', 'update'],
  hint: (pod, { object }) => (object && usesClaim(pod, object) ? 'queue' : 'skip'),
};
