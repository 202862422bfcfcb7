/**
 * One round over one autoscaler.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/podautoscaler/horizontal.go
 * (reconcileAutoscaler)
 */
import { horizontalPodAutoscalers } from '../../api/autoscaling/horizontal-pod-autoscaler.ts';
import { messageOf } from '../../api/errors.ts';
import { isEqual } from '../../api/json/value.ts';
import type { AnyObject, autoscaling } from '../../api/types.ts';
import { normalize, remember, type Wish } from './behavior.ts';
import type { AutoscalerStatus } from './status.ts';
import { findTarget, type Round, type Target } from './target.ts';
import { wantedReplicas } from './wanted.ts';

interface Decision {
  replicas: number;
  /** Why, in events; '' where nothing changes. */
  reason: string;
  statuses: autoscaling.MetricStatus[];
}

async function decideByMetrics(round: Round, target: Target, bounds: Omit<Wish, 'desired'>): Promise<Decision> {
  const { draft, memories, key } = round;
  const { current } = bounds;
  const { replicas: desired, name, statuses } = await wantedReplicas(round, target);
  const normalized = normalize(memories.of(key), { ...bounds, desired });
  draft.set('AbleToScale', 'True', normalized.able);
  draft.set('ScalingLimited', normalized.limited.status, normalized.limited);
  const reason = desired > current ? `${name} above target` : desired < current ? 'All metrics below target' : '';
  return { replicas: normalized.replicas, reason, statuses };
}

async function decide(round: Round, target: Target, bounds: Omit<Wish, 'desired'>): Promise<Decision> {
  const { current, least, most } = bounds;
  if (current === 0 && least !== 0) {
    const message = 'scaling is disabled since the replica count of the target is zero';
    round.draft.set('ScalingActive', 'False', { reason: 'ScalingDisabled', message });
    return { replicas: 0, reason: '', statuses: [] };
  }
  const fixed = (replicas: number, reason: string): Decision => ({ replicas, reason, statuses: [] });
  if (current > most) return fixed(most, 'Current number of replicas above Spec.MaxReplicas');
  if (current < least) return fixed(least, 'Current number of replicas below Spec.MinReplicas');
  try {
    return await decideByMetrics(round, target, bounds);
  } catch (error) {
    round.draft.setCurrent(current);
    round.context.recorder.event(round.autoscaler, 'Warning', 'FailedComputeMetricsReplicas', messageOf(error));
    throw error;
  }
}

async function rescale({ context, autoscaler, draft }: Round, { kind, scale }: Target, decision: Decision) {
  const { replicas, reason } = decision;
  const { client, recorder, signal } = context;
  const revised = { apiVersion: 'autoscaling/v1', kind: 'Scale', ...scale, spec: { ...scale.spec, replicas } };
  try {
    await client.resource(kind).put(revised as object as AnyObject, 'scale', signal);
  } catch (error) {
    const text = messageOf(error);
    recorder.event(autoscaler, 'Warning', 'FailedRescale', `New size: ${replicas}; reason: ${reason}; error: ${text}`);
    const message = `the HPA controller was unable to update the target scale: ${text}`;
    draft.set('AbleToScale', 'False', { reason: 'FailedUpdateScale', message });
    draft.setCurrent(scale.spec.replicas ?? 0);
    throw error;
  }
  const message = `the HPA controller was able to update the target scale to ${replicas}`;
  draft.set('AbleToScale', 'True', { reason: 'SucceededRescale', message });
  recorder.event(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${reason}`);
}

async function scaleOnce(round: Round): Promise<void> {
  const { autoscaler, draft, memories, key, now } = round;
  const target = await findTarget(round);
  const current = target.scale.spec.replicas ?? 0;
  const { minReplicas: least = 1, maxReplicas: most, behavior } = autoscaler.spec;
  const bounds = { current, least, most, behavior, now };
  const memory = memories.of(key);
  if (memory.recommendations.length === 0) memory.recommendations.push({ replicas: current, at: now });
  const decision = await decide(round, target, bounds);
  const isChange = decision.replicas !== current;
  if (isChange) {
    await rescale(round, target, decision);
    remember(memory, { ...bounds, desired: decision.replicas }, decision.replicas);
  }
  draft.setScaled(current, decision.replicas, decision.statuses, isChange);
}

async function writeStatus({ context, autoscaler }: Round, status: AutoscalerStatus): Promise<void> {
  if (isEqual(autoscaler.status, status)) return;
  const { client, informer, recorder, signal } = context;
  try {
    const written = await client.resource(horizontalPodAutoscalers).updateStatus({ ...autoscaler, status }, signal);
    await informer(horizontalPodAutoscalers).caughtUp(written, signal);
  } catch (error) {
    recorder.event(autoscaler, 'Warning', 'FailedUpdateStatus', messageOf(error));
    throw error;
  }
}

/** A failure waits for the next round; the status says what it is. */
export async function runRound(round: Round): Promise<void> {
  const { context, key, draft } = round;
  try {
    await scaleOnce(round);
  } catch (error) {
    context.signal.throwIfAborted();
    context.log.info('An autoscaler could not scale', { key, error: messageOf(error) });
  }
  await writeStatus(round, draft.status);
}
