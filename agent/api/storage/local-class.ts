/**
 * The storage classes of a new cluster. The provisioner makes each volume a folder on the data volume of one node, as
 * local-path-provisioner does in kind and k3s. `standard` is the name in kind and minikube, `local-path` in k3s and
 * Rancher Desktop, `hostpath` in Docker Desktop: manifests that name one of them work unchanged.
 */
import type { Draft, StorageClass } from '../types.ts';
import { defaultClassAnnotation } from './storage-class.ts';

export const localProvisioner = 'skiff.dev/local-path';

/** On the node; the volumes are folders in it. */
export const localVolumesFolder = '/var/local-path-provisioner';

const local = (
  name: string,
  volumeBindingMode: 'Immediate' | 'WaitForFirstConsumer',
  annotations?: Record<string, string>,
): Draft<StorageClass> => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name, ...(annotations ? { annotations } : {}) },
  provisioner: localProvisioner,
  reclaimPolicy: 'Delete',
  volumeBindingMode,
  allowVolumeExpansion: true,
});

export const firstStorageClasses: readonly Draft<StorageClass>[] = [
  local('standard', 'WaitForFirstConsumer', { [defaultClassAnnotation]: 'true' }),
  local('local-path', 'WaitForFirstConsumer'),
  local('hostpath', 'Immediate'),
];
