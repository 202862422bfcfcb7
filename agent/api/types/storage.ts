import type * as storage from 'kubernetes-models/storage.k8s.io/v1';
import type { Wire } from './wire.ts';

export type CSIDriver = Wire<storage.ICSIDriver>;
export type CSIDriverSpec = Wire<storage.ICSIDriverSpec>;
export type CSINode = Wire<storage.ICSINode>;
export type CSINodeDriver = Wire<storage.ICSINodeDriver>;
export type CSIStorageCapacity = Wire<storage.ICSIStorageCapacity>;
export type StorageClass = Wire<storage.IStorageClass>;
export type VolumeAttachment = Wire<storage.IVolumeAttachment>;
export type VolumeAttachmentSource = Wire<storage.IVolumeAttachmentSource>;
export type VolumeAttachmentStatus = Wire<storage.IVolumeAttachmentStatus>;
export type VolumeAttributesClass = Wire<storage.IVolumeAttributesClass>;
export type VolumeError = Wire<storage.IVolumeError>;
