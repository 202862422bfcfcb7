/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/autoscaling/v2/defaults.go */
import type { autoscaling, HorizontalPodAutoscaler } from '../types.ts';

type Rules = autoscaling.HPAScalingRules;

const defaultUtilization = 80;
/** Seconds. */
const period = 15;

const byPods = (value: number) => ({ type: 'Pods', value, periodSeconds: period });
const byPercent = (value: number) => ({ type: 'Percent', value, periodSeconds: period });

/** How long to wait before scaling down is an option of the controller: nothing is filled in. */
const withDefaults = (rules: Rules | undefined, defaults: Rules): Rules => ({ ...defaults, ...rules });

export function defaultAutoscaler({ spec }: HorizontalPodAutoscaler): void {
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length) {
    const target = { type: 'Utilization', averageUtilization: defaultUtilization };
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }];
  }
  if (!spec.behavior) return;
  spec.behavior.scaleUp = withDefaults(spec.behavior.scaleUp, {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [byPods(4), byPercent(100)],
  });
  spec.behavior.scaleDown = withDefaults(spec.behavior.scaleDown, { selectPolicy: 'Max', policies: [byPercent(100)] });
}
