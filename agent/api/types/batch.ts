import type * as batch from 'kubernetes-models/batch/v1';
import type { Wire } from './wire.ts';

export type CronJob = Wire<batch.ICronJob>;
export type CronJobSpec = Wire<batch.ICronJobSpec>;
export type Job = Wire<batch.IJob>;
export type JobSpec = Wire<batch.IJobSpec>;
export type JobStatus = Wire<batch.IJobStatus>;
export type JobTemplateSpec = Wire<batch.IJobTemplateSpec>;
export type PodFailurePolicyRule = Wire<batch.IPodFailurePolicyRule>;
export type SuccessPolicyRule = Wire<batch.ISuccessPolicyRule>;
