/**
 * What is in use is not deleted before its users: a controller takes the finalizer away once there are none.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/admission/storage/storageobjectinuseprotection/admission.go
 */
import { persistentVolumes } from '../../api/core/persistent-volume.ts';
import { persistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts';
import { resourceOf } from '../../api/kind.ts';
import { volumeAttributesClasses } from '../../api/storage/volume-attributes-class.ts';
import { objectIn } from './attributes.ts';
import type { AdmissionStep } from './step.ts';

const finalizers: ReadonlyMap<string, string> = new Map([
  [resourceOf(persistentVolumes), 'kubernetes.io/pv-protection'],
  [resourceOf(persistentVolumeClaims), 'kubernetes.io/pvc-protection'],
  [resourceOf(volumeAttributesClasses), 'kubernetes.io/vac-protection'],
]);

export const storageInUseProtection: AdmissionStep = {
  name: 'StorageObjectInUseProtection',
  operations: ['create'],
  resources: [...finalizers.keys()],
  mutate: (attributes) => {
    const { metadata } = objectIn(attributes);
    const finalizer = finalizers.get(resourceOf(attributes.kind));
    if (finalizer === undefined || metadata.finalizers?.includes(finalizer)) return;
    metadata.finalizers = [...(metadata.finalizers ?? []), finalizer];
  },
};
