/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/v1/defaults.go (SetDefaults_PersistentVolume
 * and those of its sources)
 */
import type { PersistentVolume } from '../types.ts';

export function defaultPersistentVolume(volume: PersistentVolume): void {
  volume.spec ??= {};
  const { spec } = volume;
  volume.status ??= {};
  volume.status.phase ||= 'Pending';
  spec.persistentVolumeReclaimPolicy ||= 'Retain';
  spec.volumeMode ??= 'Filesystem';
  if (spec.hostPath) spec.hostPath.type ??= '';
  if (spec.iscsi) spec.iscsi.iscsiInterface ||= 'default';
  if (spec.rbd) {
    spec.rbd.pool ||= 'rbd';
    spec.rbd.user ||= 'admin';
    spec.rbd.keyring ||= '/etc/ceph/keyring';
  }
  if (spec.scaleIO) {
    spec.scaleIO.storageMode ||= 'ThinProvisioned';
    spec.scaleIO.fsType ||= 'xfs';
  }
  if (!spec.azureDisk) return;
  spec.azureDisk.cachingMode ??= 'ReadWrite';
  spec.azureDisk.kind ??= 'Shared';
  spec.azureDisk.fsType ??= 'ext4';
  spec.azureDisk.readOnly ??= false;
}
