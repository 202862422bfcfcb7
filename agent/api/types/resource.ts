import type * as resource from 'kubernetes-models/resource.k8s.io/v1';
import type { Wire } from './wire.ts';

export type AllocationResult = Wire<resource.IAllocationResult>;
export type Device = Wire<resource.IDevice>;
export type DeviceClaim = Wire<resource.IDeviceClaim>;
export type DeviceClass = Wire<resource.IDeviceClass>;
export type DeviceRequest = Wire<resource.IDeviceRequest>;
export type DeviceSelector = Wire<resource.IDeviceSelector>;
export type DeviceToleration = Wire<resource.IDeviceToleration>;
export type ExactDeviceRequest = Wire<resource.IExactDeviceRequest>;
export type OpaqueDeviceConfiguration = Wire<resource.IOpaqueDeviceConfiguration>;
export type ResourceClaim = Wire<resource.IResourceClaim>;
export type ResourceClaimStatus = Wire<resource.IResourceClaimStatus>;
export type ResourceClaimTemplate = Wire<resource.IResourceClaimTemplate>;
export type ResourceSlice = Wire<resource.IResourceSlice>;
export type ResourceSliceSpec = Wire<resource.IResourceSliceSpec>;
