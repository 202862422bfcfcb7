/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/persistentvolume/strategy.go */
import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import type { core, PersistentVolume } from '../types.ts';
import { validatePersistentVolume } from '../validation/persistent-volume.ts';
import { shortAccessModes, storageClassOf } from '../volumes.ts';
import { defaultPersistentVolume } from './persistent-volume-defaults.ts';
import { warnOfPersistentVolume } from './storage-warnings.ts';

const capacityOf = ({ capacity }: core.PersistentVolumeSpec): string =>
  String((capacity as Record<string, unknown> | undefined)?.storage ?? '0');

const claimOf = ({ claimRef }: core.PersistentVolumeSpec): string =>
  claimRef ? `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}` : '';

export const persistentVolumes = defineKind<PersistentVolume>({
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  namespaced: false,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.PersistentVolume' }],
  hasStatus: true,
  columns: [
    nameColumn,
    column('Capacity', 'How much the volume holds.', ({ spec }) => capacityOf(spec)),
    column('Access Modes', 'In how many ways the volume can be mounted.', ({ spec }) =>
      shortAccessModes(spec.accessModes),
    ),
    column(
      'Reclaim Policy',
      'What happens to the volume once its claim is gone.',
      ({ spec }) => spec.persistentVolumeReclaimPolicy ?? '',
    ),
    column('Status', 'Whether the volume is free, bound or released.', ({ metadata, status }) =>
      metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    ),
    column('Claim', 'The claim that the volume is bound to.', ({ spec }) => claimOf(spec)),
    column('StorageClass', 'StorageClass of the pv', storageClassOf),
    column(
      'VolumeAttributesClass',
      'VolumeAttributesClass of the pv',
      ({ spec }) => spec.volumeAttributesClassName ?? '<unset>',
    ),
    column('Reason', 'Why the volume has this status.', ({ status }) => status?.reason ?? ''),
    ageColumn,
    column('VolumeMode', 'Whether it is a file system or a block device.', ({ spec }) => spec.volumeMode ?? '<unset>', {
      wide: true,
    }),
  ],
  default: defaultPersistentVolume,
  prepareForCreate(volume) {
    volume.status = { phase: 'Pending' };
  },
  /** When the phase changed last; a client that changes it may say so itself. */
  stamp(volume, { now, subresource, old }) {
    if (!old) volume.status = { ...volume.status, lastPhaseTransitionTime: now };
    if (!old || subresource !== 'status') return;
    const before = old.status?.lastPhaseTransitionTime;
    const said = volume.status?.lastPhaseTransitionTime;
    const moved = old.status?.phase !== volume.status?.phase;
    if (moved && (said === undefined || said === before)) {
      volume.status = { ...volume.status, lastPhaseTransitionTime: now };
    } else if (!moved && said === undefined && before !== undefined) {
      volume.status = { ...volume.status, lastPhaseTransitionTime: before };
    }
  },
  validate: validatePersistentVolume,
  validateStatus: () => [],
  warn: warnOfPersistentVolume,
});
