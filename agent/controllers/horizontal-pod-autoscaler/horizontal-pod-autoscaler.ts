/**
 * Scales workloads by metrics.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/podautoscaler/horizontal.go
 */
import { horizontalPodAutoscalers } from '../../api/autoscaling/horizontal-pod-autoscaler.ts';
import { pods } from '../../api/core/pod.ts';
import { messageOf } from '../../api/errors.ts';
import { isEqual } from '../../api/json/value.ts';
import type { Kind } from '../../api/kind.ts';
import { quantityMilliValue } from '../../api/quantity.ts';
import { matchesLabels, parseLabelSelector, type Requirement } from '../../api/selectors.ts';
import type { AnyObject, autoscaling, HorizontalPodAutoscaler, Pod } from '../../api/types.ts';
import { type InformerChange, keyOf, splitKey } from '../../client/informer.ts';
import { byNamespace, type Context, namespaceIndex } from '../shared/controller.ts';
import { type Controller, defineController } from '../shared/runtime.ts';
import { kindOfGroup, readScale, type Scale } from '../shared/scale.ts';
import { type Memory, normalize, remember, type Wish } from './behavior.ts';
import { createMetricsClient } from './metrics-client.ts';
import { MetricFailure, type Proposal, propose, type Scaled } from './proposals.ts';
import type { Tolerances } from './replicas.ts';
import { type AutoscalerStatus, StatusDraft } from './status.ts';

/** Upstream's `--horizontal-pod-autoscaler-sync-period`, in milliseconds. */
const syncPeriod = 15_000;
/** Upstream's `--horizontal-pod-autoscaler-tolerance`. */
const tolerance = 0.1;

/** What the controller remembers, by key. */
interface Memories {
  of(key: string): Memory;
  selectors: Map<string, readonly Requirement[]>;
  forget(key: string): void;
}

function createMemories(): Memories {
  const memories = new Map<string, Memory>();
  const selectors = new Map<string, readonly Requirement[]>();
  return {
    selectors,
    of(key) {
      const memory = memories.get(key) ?? { recommendations: [], added: [], removed: [] };
      memories.set(key, memory);
      return memory;
    },
    forget(key) {
      memories.delete(key);
      selectors.delete(key);
    },
  };
}

/** One round over one autoscaler. */
interface Round {
  context: Context;
  memories: Memories;
  key: string;
  autoscaler: HorizontalPodAutoscaler;
  draft: StatusDraft;
  now: number;
}

interface Target {
  kind: Kind;
  scale: Scale;
}

async function findTarget({ context, autoscaler, draft }: Round): Promise<Target> {
  const { scaleTargetRef } = autoscaler.spec;
  const { namespace = '' } = autoscaler.metadata;
  try {
    const kind = kindOfGroup(context, scaleTargetRef);
    const scale = await readScale(context, kind, scaleTargetRef.name, namespace);
    const message = "the HPA controller was able to get the target's current scale";
    draft.set('AbleToScale', 'True', { reason: 'SucceededGetScale', message });
    return { kind, scale };
  } catch (error) {
    context.recorder.event(autoscaler, 'Warning', 'FailedGetScale', messageOf(error));
    const message = `the HPA controller was unable to get the target's current scale: ${messageOf(error)}`;
    draft.set('AbleToScale', 'False', { reason: 'FailedGetScale', message });
    throw error;
  }
}

/** Throws, after it said so, where pods cannot be found by the target's selector. */
function refuseSelector({ context, autoscaler, draft }: Round, reason: string, event: string, message = event): never {
  context.recorder.event(autoscaler, 'Warning', reason, event);
  const condition = reason === 'SelectorRequired' ? 'InvalidSelector' : reason;
  draft.set('ScalingActive', 'False', { reason: condition, message });
  throw new Error(event);
}

/** The autoscalers, as upstream prints them, whose selectors have one of the pods. */
function autoscalersOf({ memories }: Round, namespace: string, found: readonly Pod[]): string[] {
  return [...memories.selectors]
    .flatMap(([key, requirements]) => {
      const [of, name] = splitKey(key);
      const selects = of === namespace && found.some(({ metadata }) => matchesLabels(requirements, metadata.labels));
      return selects ? [`{${name} ${namespace}}`] : [];
    })
    .sort();
}

function selectedPods(round: Round, { scale }: Target): Pod[] {
  const { context, memories, key, autoscaler } = round;
  const { namespace = '' } = autoscaler.metadata;
  const { selector = '' } = scale.status;
  if (selector === '') {
    refuseSelector(round, 'SelectorRequired', 'selector is required', "the HPA target's scale is missing a selector");
  }
  let requirements: readonly Requirement[];
  try {
    requirements = parseLabelSelector(selector);
  } catch (error) {
    const text = `couldn't convert selector into a corresponding internal selector object: ${messageOf(error)}`;
    return refuseSelector(round, 'InvalidSelector', text);
  }
  memories.selectors.set(key, requirements);
  const all = context.informer(pods).byIndex(namespaceIndex, namespace);
  const found = all.filter(({ metadata }) => matchesLabels(requirements, metadata.labels));
  const autoscalers = autoscalersOf(round, namespace, found);
  if (autoscalers.length > 1) {
    const list = `[${autoscalers.join(' ')}]`;
    refuseSelector(round, 'AmbiguousSelector', `pods by selector ${selector} are controlled by multiple HPAs: ${list}`);
  }
  return found;
}

function tolerancesOf({ spec: { behavior } }: HorizontalPodAutoscaler): Tolerances {
  const of = (rules: autoscaling.HPAScalingRules | undefined): number =>
    rules?.tolerance === undefined ? tolerance : quantityMilliValue(rules.tolerance) / 1000;
  return { up: of(behavior?.scaleUp), down: of(behavior?.scaleDown) };
}

interface Wanted {
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
async function wantedReplicas(round: Round, target: Target): Promise<Wanted> {
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
async function runRound(round: Round): Promise<void> {
  const { context, key, draft } = round;
  try {
    await scaleOnce(round);
  } catch (error) {
    context.signal.throwIfAborted();
    context.log.info('An autoscaler could not scale', { key, error: messageOf(error) });
  }
  await writeStatus(round, draft.status);
}

/** At once when it comes or asks for something else; after that each round plans the next. */
const isNews = ({ type, object, old }: InformerChange<HorizontalPodAutoscaler>): boolean =>
  type !== 'updated' || !isEqual(old.spec, object.spec);

export function horizontalPodAutoscaler(): Controller {
  const memories = createMemories();
  return defineController({
    name: 'horizontalpodautoscaler',
    account: 'horizontal-pod-autoscaler',
    component: 'horizontal-pod-autoscaler',
    for: horizontalPodAutoscalers,
    keys: (change) => (isNews(change) ? [keyOf(change.object)] : []),
    reads: [pods],
    indices: [byNamespace(pods)],
    async reconcile(context, key) {
      const autoscaler = context.informer(horizontalPodAutoscalers).get(key);
      if (!autoscaler) {
        memories.forget(key);
        return undefined;
      }
      const now = context.clock.now();
      const draft = new StatusDraft(autoscaler.status, now);
      await runRound({ context, memories, key, autoscaler, draft, now });
      return { after: syncPeriod };
    },
  });
}
