import type * as policy from 'kubernetes-models/policy/v1';
import type { Wire } from './wire.ts';

export type PodDisruptionBudget = Wire<policy.IPodDisruptionBudget>;
export type PodDisruptionBudgetSpec = Wire<policy.IPodDisruptionBudgetSpec>;
export type PodDisruptionBudgetStatus = NonNullable<PodDisruptionBudget['status']>;
