/** The status of an autoscaler while it is worked out, and its conditions. */
import { withCondition } from '../../api/conditions.ts';
import type { autoscaling, HorizontalPodAutoscaler } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import type { Reasoned } from './behavior.ts';

export type AutoscalerStatus = NonNullable<HorizontalPodAutoscaler['status']>;
type Type = 'AbleToScale' | 'ScalingActive' | 'ScalingLimited';

export class StatusDraft {
  status: AutoscalerStatus;
  readonly #now: string;

  constructor(before: HorizontalPodAutoscaler['status'], now: number) {
    this.status = before ?? { desiredReplicas: 0 };
    this.#now = timestamp(now);
  }

  set(type: Type, value: 'True' | 'False', { reason, message }: Reasoned): void {
    const condition = { type, status: value, lastTransitionTime: this.#now, reason, message };
    this.status = { ...this.status, conditions: withCondition(this.status.conditions, condition) };
  }

  /** How many replicas there are, where nothing else is known. */
  setCurrent(replicas: number): void {
    this.status = { ...this.status, currentReplicas: replicas };
  }

  setScaled(current: number, desired: number, metrics: autoscaling.MetricStatus[], rescaled: boolean): void {
    this.status = {
      ...this.status,
      currentReplicas: current,
      desiredReplicas: desired,
      currentMetrics: metrics,
      ...(rescaled ? { lastScaleTime: this.#now } : {}),
    };
  }
}
