/**
 * How fast the number of replicas may follow what the metrics ask for. Pure, but for the memory that it is given.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/podautoscaler/horizontal.go
 * (normalizeDesiredReplicas, normalizeDesiredReplicasWithBehaviors)
 */
import type { autoscaling } from '../../api/types.ts';

/** `at` in milliseconds since the epoch. */
interface Dated {
  replicas: number;
  at: number;
}

/** What is remembered of one autoscaler. */
export interface Memory {
  /** What its metrics asked for. */
  recommendations: Dated[];
  /** By how much it scaled. */
  added: Dated[];
  removed: Dated[];
}

export interface Reasoned {
  reason: string;
  message: string;
}

export interface Normalized {
  replicas: number;
  /** Of the condition AbleToScale. */
  able: Reasoned;
  /** Of the condition ScalingLimited. */
  limited: Reasoned & { status: 'True' | 'False' };
}

export interface Wish {
  current: number;
  desired: number;
  least: number;
  most: number;
  behavior: autoscaling.HorizontalPodAutoscalerSpec['behavior'];
  now: number;
}

type Rules = autoscaling.HPAScalingRules;

/** Upstream's `--horizontal-pod-autoscaler-downscale-stabilization`, in seconds. */
const downscaleStabilization = 300;
const scaleUpFactor = 2;
const scaleUpLeast = 4;

const ready: Reasoned = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
const stabilizedUp: Reasoned = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};
const stabilizedDown: Reasoned = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const inRange: Reasoned = {
  reason: 'DesiredWithinRange',
  message: 'the desired count is within the acceptable range',
};
const tooFew: Reasoned = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
};
const tooMany: Reasoned = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};
const tooFast: Reasoned = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const tooFastDown: Reasoned = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};

const since = (all: readonly Dated[], seconds: number, now: number): Dated[] =>
  all.filter(({ at }) => at > now - seconds * 1000);

const windows = (behavior: Wish['behavior']) => ({
  up: behavior?.scaleUp?.stabilizationWindowSeconds ?? 0,
  down: behavior?.scaleDown?.stabilizationWindowSeconds ?? downscaleStabilization,
});

/** What was asked for lately keeps replicas from coming and going. Remembers what is asked for now. */
function stabilize(memory: Memory, { current, desired, behavior, now }: Wish): number {
  const { up, down } = windows(behavior);
  const { recommendations } = memory;
  const lowest = Math.min(desired, ...since(recommendations, up, now).map(({ replicas }) => replicas));
  const highest = Math.max(desired, ...since(recommendations, down, now).map(({ replicas }) => replicas));
  memory.recommendations = [...since(recommendations, Math.max(up, down), now), { replicas: desired, at: now }];
  return Math.min(Math.max(current, lowest), highest);
}

interface Limit {
  replicas: number;
  why: Reasoned;
}

/** Without rules: to the double, or to four. */
function limitWithoutRules(desired: number, { current, least, most }: Wish): Limit {
  const fastest = Math.max(scaleUpFactor * current, scaleUpLeast);
  const upper = most > fastest ? { replicas: fastest, why: tooFast } : { replicas: most, why: tooMany };
  if (desired < least) return { replicas: least, why: tooFew };
  return desired > upper.replicas ? upper : { replicas: desired, why: inRange };
}

/** How many there were when the period began. */
function startOf(memory: Memory, current: number, seconds: number, now: number): number {
  const sum = (all: readonly Dated[]): number =>
    since(all, seconds, now).reduce((total, { replicas }) => total + replicas, 0);
  return current - sum(memory.added) + sum(memory.removed);
}

function fastestUp(memory: Memory, { policies = [], selectPolicy }: Rules, { current, now }: Wish): number {
  if (selectPolicy === 'Disabled') return current;
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const start = startOf(memory, current, periodSeconds, now);
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return Math.max(current, selectPolicy === 'Min' ? Math.min(...proposals) : Math.max(...proposals));
}

function fastestDown(memory: Memory, { policies = [], selectPolicy }: Rules, { current, now }: Wish): number {
  if (selectPolicy === 'Disabled') return current;
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const start = startOf(memory, current, periodSeconds, now);
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100));
  });
  return Math.min(current, selectPolicy === 'Min' ? Math.max(...proposals) : Math.min(...proposals));
}

function limitByRules(memory: Memory, desired: number, wish: Wish): Limit {
  const { current, least, most, behavior } = wish;
  if (desired > current) {
    const fastest = fastestUp(memory, behavior?.scaleUp ?? {}, wish);
    const upper = most > fastest ? { replicas: fastest, why: tooFast } : { replicas: most, why: tooMany };
    if (desired > upper.replicas) return upper;
  } else if (desired < current) {
    const fastest = fastestDown(memory, behavior?.scaleDown ?? {}, wish);
    const lower = least < fastest ? { replicas: fastest, why: tooFastDown } : { replicas: least, why: tooFew };
    if (desired < lower.replicas) return lower;
  }
  return { replicas: desired, why: inRange };
}

export function normalize(memory: Memory, wish: Wish): Normalized {
  const { current, desired, behavior } = wish;
  const stable = behavior ? stabilize(memory, wish) : stabilizeDown(memory, wish);
  const limit = behavior ? limitByRules(memory, stable, wish) : limitWithoutRules(stable, wish);
  const held = behavior && desired >= current ? stabilizedUp : stabilizedDown;
  return {
    replicas: limit.replicas,
    able: stable === desired ? ready : held,
    limited: { status: limit.replicas === stable ? 'False' : 'True', ...limit.why },
  };
}

/** Without rules only a decrease is held back. */
function stabilizeDown(memory: Memory, { desired, now }: Wish): number {
  const recent = since(memory.recommendations, downscaleStabilization, now);
  memory.recommendations = [...recent, { replicas: desired, at: now }];
  return Math.max(desired, ...recent.map(({ replicas }) => replicas));
}

const longestPeriod = ({ policies = [] }: Rules = {}): number =>
  Math.max(0, ...policies.map(({ periodSeconds }) => periodSeconds));

/** Remembers a change of scale for as long as a policy looks back. */
export function remember(memory: Memory, { current, behavior, now }: Wish, replicas: number): void {
  if (!behavior) return;
  const change = { replicas: Math.abs(replicas - current), at: now };
  if (replicas > current) memory.added = [...since(memory.added, longestPeriod(behavior.scaleUp), now), change];
  else memory.removed = [...since(memory.removed, longestPeriod(behavior.scaleDown), now), change];
}
