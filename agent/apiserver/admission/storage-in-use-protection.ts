/**
 * What is in use is not deleted before its users: a controller takes the finalizer away once there are none.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/admission/storage/storageobjectinuseprotection/admission.go
 */
import { resourceOf } from '../../api/kind.ts';
import { protectionFinalizers } from '../../api/storage/protection.ts';
import { objectIn } from './attributes.ts';
import type { AdmissionStep } from './step.ts';

export const storageInUseProtection: AdmissionStep = {
  name: 'StorageObjectInUseProtection',
  operations: ['create'],
  resources: [...protectionFinalizers.keys()],
  mutate: (attributes) => {
    const { metadata } = objectIn(attributes);
    const finalizer = protectionFinalizers.get(resourceOf(attributes.kind));
    if (finalizer === undefined || metadata.finalizers?.includes(finalizer)) return;
    metadata.finalizers = [...(metadata.finalizers ?? []), finalizer];
  },
};
