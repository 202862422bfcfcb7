import type * as apps from 'kubernetes-models/apps/v1';
import type { Wire } from './wire.ts';

export type ControllerRevision = Wire<apps.IControllerRevision>;
export type DaemonSet = Wire<apps.IDaemonSet>;
export type DaemonSetSpec = Wire<apps.IDaemonSetSpec>;
export type Deployment = Wire<apps.IDeployment>;
export type DeploymentCondition = Wire<apps.IDeploymentCondition>;
export type DeploymentSpec = Wire<apps.IDeploymentSpec>;
export type DeploymentStatus = Wire<apps.IDeploymentStatus>;
export type DeploymentStrategy = Wire<apps.IDeploymentStrategy>;
export type ReplicaSet = Wire<apps.IReplicaSet>;
export type ReplicaSetStatus = Wire<apps.IReplicaSetStatus>;
export type RollingUpdateDeployment = Wire<apps.IRollingUpdateDeployment>;
export type RollingUpdateStatefulSetStrategy = Wire<apps.IRollingUpdateStatefulSetStrategy>;
export type StatefulSet = Wire<apps.IStatefulSet>;
export type StatefulSetSpec = Wire<apps.IStatefulSetSpec>;
export type StatefulSetStatus = Wire<apps.IStatefulSetStatus>;
