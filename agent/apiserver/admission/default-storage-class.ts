/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/admission/storage/storageclass/setdefault/admission.go
 */
import { isDefaultStorageClass, storageClasses } from '../../api/storage/storage-class.ts';
import type { PersistentVolumeClaim, StorageClass } from '../../api/types.ts';
import { betaStorageClassAnnotation } from '../../api/volumes.ts';
import { objectIn } from './attributes.ts';
import { defaultClass } from './default-class.ts';
import type { AdmissionStep } from './step.ts';

export const defaultStorageClass: AdmissionStep = {
  name: 'DefaultStorageClass',
  operations: ['create'],
  resources: ['persistentvolumeclaims'],
  mutate: (attributes, { state }) => {
    const { metadata, spec } = objectIn(attributes) as object as PersistentVolumeClaim;
    // An empty class is one: it asks for a volume without any.
    if (spec.storageClassName !== undefined || metadata.annotations?.[betaStorageClassAnnotation] !== undefined) return;
    const found = defaultClass(state, storageClasses, (object) =>
      isDefaultStorageClass(object as object as StorageClass),
    );
    if (found) spec.storageClassName = found.metadata.name;
  },
};
