/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/admission/storage/persistentvolume/resize/admission.go
 */
import { compareQuantities } from '../../api/quantity.ts';
import { storageClasses } from '../../api/storage/storage-class.ts';
import type { PersistentVolumeClaim } from '../../api/types.ts';
import { storageClassOf } from '../../api/volumes.ts';
import { forbidden } from '../errors.ts';
import { objectIn } from './attributes.ts';
import type { AdmissionStep, Cluster } from './step.ts';

const sizeOf = ({ spec }: PersistentVolumeClaim): string =>
  (spec.resources?.requests as Readonly<Record<string, string>> | undefined)?.storage ?? '0';

function allowsExpansion({ storage }: Cluster, claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const name = storageClassOf(claim);
  if (name === '' || name !== storageClassOf(old)) return false;
  return storage.find(storageClasses, '', name)?.object.allowVolumeExpansion === true;
}

const notExpandable =
  'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';

export const persistentVolumeClaimResize: AdmissionStep = {
  name: 'PersistentVolumeClaimResize',
  operations: ['update'],
  resources: ['persistentvolumeclaims'],
  validate: (attributes, cluster) => {
    const claim = objectIn(attributes) as object as PersistentVolumeClaim;
    const old = attributes.old as object as PersistentVolumeClaim;
    if (compareQuantities(sizeOf(claim), sizeOf(old)) <= 0) return;
    const { kind } = attributes;
    const { name } = claim.metadata;
    if (old.status?.phase !== 'Bound') {
      throw forbidden(kind, name, 'Only bound persistent volume claims can be expanded');
    }
    if (!allowsExpansion(cluster, claim, old)) throw forbidden(kind, name, notExpandable);
  },
};
