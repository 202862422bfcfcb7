/**
 * Wire types of the objects that the components handle, with what the API server guarantees to be there made required.
 */

import type * as admissionregistration from './types/admissionregistration.ts';
import type * as apiextensions from './types/apiextensions.ts';
import type * as apiregistration from './types/apiregistration.ts';
import type * as apps from './types/apps.ts';
import type * as autoscaling from './types/autoscaling.ts';
import type * as batch from './types/batch.ts';
import type * as certificates from './types/certificates.ts';
import type * as coordination from './types/coordination.ts';
import type * as core from './types/core.ts';
import type * as discovery from './types/discovery.ts';
import type * as flowcontrol from './types/flowcontrol.ts';
import type * as meta from './types/meta.ts';
import type * as networking from './types/networking.ts';
import type * as node from './types/node.ts';
import type * as policy from './types/policy.ts';
import type * as rbac from './types/rbac.ts';
import type * as resource from './types/resource.ts';
import type * as scheduling from './types/scheduling.ts';
import type * as storage from './types/storage.ts';

/** The package marks what only the server writes as read-only; we are the server. */
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Metadata of an object that the API server has stored. `namespace` is '' or absent on cluster-scoped objects. */
export interface ObjectMeta extends Writable<meta.ObjectMeta> {
  name: string;
  uid: string;
  resourceVersion: string;
  /** RFC 3339, seconds. */
  creationTimestamp: string;
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** Any object, for code that is generic over kinds. */
export interface AnyObject extends KubeObject {
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
  [field: string]: unknown;
}

/** What a client sends: the server fills in the rest. */
export type Draft<T extends KubeObject = AnyObject> = Omit<T, 'metadata' | 'apiVersion' | 'kind' | 'status'> & {
  apiVersion: string;
  kind: string;
  metadata: meta.ObjectMeta;
  status?: unknown;
};

type Stored<T> = Writable<Omit<T, 'apiVersion' | 'kind' | 'metadata' | 'spec'>> &
  KubeObject &
  (T extends { spec?: infer S } ? { spec: NonNullable<S> } : unknown);

export interface ObjectList<T extends KubeObject = AnyObject> {
  apiVersion: string;
  kind: string;
  metadata: meta.ListMeta;
  items: T[];
}

export type WatchEvent<T extends KubeObject = AnyObject> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; object: T }
  | { type: 'ERROR'; object: Status };

/** https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#status-v1-meta */
export interface Status {
  apiVersion: 'v1';
  kind: 'Status';
  metadata: meta.ListMeta;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  code: number;
  details?: meta.StatusDetails;
}

export type Namespace = Stored<core.Namespace>;
export type Node = Stored<core.Node>;
export type Pod = Stored<core.Pod>;
export type Service = Stored<core.Service>;
export type Endpoints = Stored<core.Endpoints>;
export type EndpointSlice = Stored<discovery.EndpointSlice>;
export type ConfigMap = Stored<core.ConfigMap>;
export type Secret = Stored<core.Secret>;
export type ServiceAccount = Stored<core.ServiceAccount>;
export type Event = Stored<core.Event>;
export type Lease = Stored<coordination.Lease>;
export type ReplicaSet = Stored<apps.ReplicaSet>;
export type Deployment = Stored<apps.Deployment>;
export type Role = Stored<rbac.Role>;
export type RoleBinding = Stored<rbac.RoleBinding>;
export type ClusterRole = Stored<rbac.ClusterRole>;
export type ClusterRoleBinding = Stored<rbac.ClusterRoleBinding>;

export interface CustomResourceDefinition extends KubeObject {
  spec: apiextensions.CustomResourceDefinitionSpec;
  status?: apiextensions.CustomResourceDefinitionStatus;
}

export type APIService = Stored<apiregistration.APIService>;

export type StatefulSet = Stored<apps.StatefulSet>;
export type DaemonSet = Stored<apps.DaemonSet>;
export type ControllerRevision = Stored<apps.ControllerRevision>;
export type Job = Stored<batch.Job>;
export type CronJob = Stored<batch.CronJob>;
export type ReplicationController = Stored<core.ReplicationController>;
export type PodTemplate = Stored<core.PodTemplate>;
export type LimitRange = Stored<core.LimitRange>;
export type ResourceQuota = Stored<core.ResourceQuota>;
export type ComponentStatus = Stored<core.ComponentStatus>;
export type PodDisruptionBudget = Stored<policy.PodDisruptionBudget>;
export type HorizontalPodAutoscaler = Stored<autoscaling.HorizontalPodAutoscaler>;
export type PriorityClass = Stored<scheduling.PriorityClass>;
export type RuntimeClass = Stored<node.RuntimeClass>;

export type PersistentVolume = Stored<core.PersistentVolume>;
export type PersistentVolumeClaim = Stored<core.PersistentVolumeClaim>;
export type StorageClass = Stored<storage.StorageClass>;
export type CSINode = Stored<storage.CSINode>;
export type CSIDriver = Stored<storage.CSIDriver>;
export type CSIStorageCapacity = Stored<storage.CSIStorageCapacity>;
export type VolumeAttachment = Stored<storage.VolumeAttachment>;
export type VolumeAttributesClass = Stored<storage.VolumeAttributesClass>;
export type Ingress = Stored<networking.Ingress>;
export type IngressClass = Stored<networking.IngressClass>;
export type NetworkPolicy = Stored<networking.NetworkPolicy>;
export type IPAddress = Stored<networking.IPAddress>;
export type ServiceCIDR = Stored<networking.ServiceCIDR>;
export type CertificateSigningRequest = Stored<certificates.CertificateSigningRequest>;
export type FlowSchema = Stored<flowcontrol.FlowSchema>;
export type PriorityLevelConfiguration = Stored<flowcontrol.PriorityLevelConfiguration>;
export type MutatingWebhookConfiguration = Stored<admissionregistration.MutatingWebhookConfiguration>;
export type ValidatingWebhookConfiguration = Stored<admissionregistration.ValidatingWebhookConfiguration>;
export type MutatingAdmissionPolicy = Stored<admissionregistration.MutatingAdmissionPolicy>;
export type MutatingAdmissionPolicyBinding = Stored<admissionregistration.MutatingAdmissionPolicyBinding>;
export type ValidatingAdmissionPolicy = Stored<admissionregistration.ValidatingAdmissionPolicy>;
export type ValidatingAdmissionPolicyBinding = Stored<admissionregistration.ValidatingAdmissionPolicyBinding>;
export type DeviceClass = Stored<resource.DeviceClass>;
export type ResourceClaim = Stored<resource.ResourceClaim>;
export type ResourceClaimTemplate = Stored<resource.ResourceClaimTemplate>;
export type ResourceSlice = Stored<resource.ResourceSlice>;

export type {
  admissionregistration,
  apiextensions,
  apiregistration,
  apps,
  autoscaling,
  batch,
  certificates,
  coordination,
  core,
  discovery,
  flowcontrol,
  meta,
  networking,
  node,
  policy,
  rbac,
  resource,
  scheduling,
  storage,
};
