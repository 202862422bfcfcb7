/**
 * The finalizers that hold what is in use, by resource.
 * https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection
 */
import { persistentVolumes } from '../core/persistent-volume.ts';
import { persistentVolumeClaims } from '../core/persistent-volume-claim.ts';
import { resourceOf } from '../kind.ts';
import { volumeAttributesClasses } from './volume-attributes-class.ts';

export const protectionFinalizers: ReadonlyMap<string, string> = new Map([
  [resourceOf(persistentVolumes), 'kubernetes.io/pv-protection'],
  [resourceOf(persistentVolumeClaims), 'kubernetes.io/pvc-protection'],
  [resourceOf(volumeAttributesClasses), 'kubernetes.io/vac-protection'],
]);
