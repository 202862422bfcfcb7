import type * as rbac from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import type { Wire } from './wire.ts';

export type ClusterRole = Wire<rbac.IClusterRole>;
export type ClusterRoleBinding = Wire<rbac.IClusterRoleBinding>;
export type PolicyRule = Wire<rbac.IPolicyRule>;
export type Role = Wire<rbac.IRole>;
export type RoleBinding = Wire<rbac.IRoleBinding>;
export type RoleRef = Wire<rbac.IRoleRef>;
export type Subject = Wire<rbac.ISubject>;
