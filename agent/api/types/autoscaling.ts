import type * as autoscaling from 'kubernetes-models/autoscaling/v2';
import type { Wire } from './wire.ts';

export type CrossVersionObjectReference = Wire<autoscaling.ICrossVersionObjectReference>;
export type HorizontalPodAutoscaler = Wire<autoscaling.IHorizontalPodAutoscaler>;
export type HorizontalPodAutoscalerSpec = Wire<autoscaling.IHorizontalPodAutoscalerSpec>;
export type HPAScalingPolicy = Wire<autoscaling.IHPAScalingPolicy>;
export type HPAScalingRules = Wire<autoscaling.IHPAScalingRules>;
export type MetricIdentifier = Wire<autoscaling.IMetricIdentifier>;
export type MetricSpec = Wire<autoscaling.IMetricSpec>;
export type MetricStatus = Wire<autoscaling.IMetricStatus>;
export type MetricTarget = Wire<autoscaling.IMetricTarget>;
