/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/persistentvolumeclaim/strategy.go */
import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import type { core, PersistentVolumeClaim } from '../types.ts';
import {
  validatePersistentVolumeClaim,
  validatePersistentVolumeClaimStatus,
} from '../validation/persistent-volume-claim.ts';
import { shortAccessModes, storageClassOf } from '../volumes.ts';
import { warnOfClaim } from './storage-warnings.ts';

type Spec = core.PersistentVolumeClaimSpec;

const isPopulated = ({ kind, apiGroup = '' }: NonNullable<Spec['dataSource']>): boolean =>
  (kind === 'PersistentVolumeClaim' && apiGroup === '') ||
  (kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io');

/**
 * A new claim that names any other source than a claim or a snapshot in the old field gets an empty volume, as ever.
 * The old and the new field of a source say the same.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/api/persistentvolumeclaim/util.go
 * (EnforceDataSourceBackwardsCompatibility, NormalizeDataSources)
 */
function normalizeSources(spec: Spec, old: Spec | undefined): void {
  const inUse = old?.dataSource !== undefined || old?.dataSourceRef !== undefined;
  if (!inUse && !spec.dataSourceRef && spec.dataSource && !isPopulated(spec.dataSource)) delete spec.dataSource;
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource };
  else if (spec.dataSourceRef && !spec.dataSource && !spec.dataSourceRef.namespace) {
    const { namespace: _namespace, ...reference } = spec.dataSourceRef;
    spec.dataSource = reference;
  }
}

const capacityOf = ({ spec, status }: PersistentVolumeClaim): string =>
  spec.volumeName ? String((status?.capacity as Record<string, unknown> | undefined)?.storage ?? '0') : '';

export const persistentVolumeClaims = defineKind<PersistentVolumeClaim>({
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  namespaced: true,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.PersistentVolumeClaim' }],
  hasStatus: true,
  columns: [
    nameColumn,
    column('Status', 'Whether the claim waits for a volume, has one or has lost it.', ({ metadata, status }) =>
      metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    ),
    column('Volume', 'The volume that the claim is bound to.', ({ spec }) => spec.volumeName ?? ''),
    column('Capacity', 'How much the volume of the claim holds.', capacityOf),
    column('Access Modes', 'In how many ways the volume of the claim can be mounted.', ({ spec, status }) =>
      spec.volumeName ? shortAccessModes(status?.accessModes) : '',
    ),
    column('StorageClass', 'StorageClass of the pvc', storageClassOf),
    column(
      'VolumeAttributesClass',
      'VolumeAttributesClass of the pvc',
      ({ spec }) => spec.volumeAttributesClassName ?? '<unset>',
    ),
    ageColumn,
    column('VolumeMode', 'Whether it is a file system or a block device.', ({ spec }) => spec.volumeMode ?? '<unset>', {
      wide: true,
    }),
  ],
  default(claim) {
    claim.spec ??= {};
    claim.status ??= {};
    claim.status.phase ||= 'Pending';
    claim.spec.volumeMode ??= 'Filesystem';
    claim.spec.resources ??= {};
  },
  prepareForCreate(claim) {
    claim.status = { phase: 'Pending' };
    normalizeSources(claim.spec, undefined);
  },
  prepareForUpdate: (claim, old) => normalizeSources(claim.spec, old.spec),
  validate: validatePersistentVolumeClaim,
  validateStatus: validatePersistentVolumeClaimStatus,
  warn: warnOfClaim,
});
