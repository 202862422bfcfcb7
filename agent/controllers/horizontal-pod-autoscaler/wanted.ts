/**
 * How many replicas all metrics of an autoscaler ask for together.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/podautoscaler/horizontal.go
 * (computeReplicasForMetrics)
 */
import { quantityMilliValue } from '../../api/quantity.ts';
import type { autoscaling, HorizontalPodAutoscaler } from '../../api/types.ts';
import { createMetricsClient } from './metrics-client.ts';
import { MetricFailure, type Proposal, propose, type Scaled } from './proposals.ts';
import type { Tolerances } from './replicas.ts';
import { type Round, selectedPods, type Target } from './target.ts';

/** Upstream's `--horizontal-pod-autoscaler-tolerance`. */
const tolerance = 0.1;

function tolerancesOf({ spec: { behavior } }: HorizontalPodAutoscaler): Tolerances {
  const of = (rules: autoscaling.HPAScalingRules | undefined): number =>
    rules?.tolerance === undefined ? tolerance : quantityMilliValue(rules.tolerance) / 1000;
  return { up: of(behavior?.scaleUp), down: of(behavior?.scaleDown) };
}

export interface Wanted {
  replicas: number;
  /** The metric that asks for the most. */
  name: string;
  statuses: autoscaling.MetricStatus[];
}

/** What stands in the status for a metric that could not be had, so that the others keep their places. */
const unknownMetric = { type: '' };

/**
 * The most that a metric asks for. Rejects where none could be had, or where one is missing and the others would remove
 * replicas.
 */
export async function wantedReplicas(round: Round, target: Target): Promise<Wanted> {
  const { context, autoscaler, draft, now } = round;
  const { metrics = [] } = autoscaler.spec;
  const { spec, status } = target.scale;
  const scaled: Scaled = {
    namespace: autoscaler.metadata.namespace ?? '',
    selector: status.selector ?? '',
    pods: selectedPods(round, target),
    current: spec.replicas ?? 0,
    present: status.replicas,
    tolerances: tolerancesOf(autoscaler),
    metrics: createMetricsClient(context),
    now,
  };
  const proposals: Proposal[] = [];
  const failures: MetricFailure[] = [];
  const statuses: autoscaling.MetricStatus[] = [];
  for (const metric of metrics) {
    try {
      const proposed = await propose(scaled, metric);
      proposals.push(proposed);
      statuses.push(proposed.status);
    } catch (error) {
      if (!(error instanceof MetricFailure)) throw error;
      context.recorder.event(autoscaler, 'Warning', error.reason, error.message);
      failures.push(error);
      statuses.push(unknownMetric);
    }
  }
  const most = proposals.reduce<Proposal | undefined>(
    (left, right) => (left && left.replicas >= right.replicas ? left : right),
    undefined,
  );
  const [first] = failures;
  if (first && (!most || most.replicas < scaled.current)) {
    const message = `the HPA was unable to compute the replica count: ${first.message}`;
    draft.set('ScalingActive', 'False', { reason: first.reason, message });
    const count = `${failures.length} invalid out of ${metrics.length}`;
    throw new Error(`invalid metrics (${count}), first error is: ${first.told}`);
  }
  const { name = '', replicas = 0 } = most ?? {};
  const message = `the HPA was able to successfully calculate a replica count from ${name}`;
  draft.set('ScalingActive', 'True', { reason: 'ValidMetricFound', message });
  return { replicas, name, statuses };
}
