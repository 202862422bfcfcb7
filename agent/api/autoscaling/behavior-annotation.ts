/**
 * The behavior of an autoscaler in an annotation, where upstream writes its internal type, with Go's names of the
 * fields.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/autoscaling/types.go
 * (HorizontalPodAutoscalerBehavior)
 */
import { isObject, type JsonObject } from '../json/value.ts';
import type { autoscaling } from '../types.ts';

export type Behavior = NonNullable<autoscaling.HorizontalPodAutoscalerSpec['behavior']>;
type Rules = autoscaling.HPAScalingRules;
type Policy = autoscaling.HPAScalingPolicy;

const writePolicy = ({ type, value, periodSeconds }: Policy) => ({
  Type: type,
  Value: value,
  PeriodSeconds: periodSeconds,
});

const writeRules = (rules: Rules | undefined) =>
  rules
    ? {
        StabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? null,
        SelectPolicy: rules.selectPolicy ?? null,
        Policies: rules.policies?.map(writePolicy) ?? null,
        Tolerance: rules.tolerance ?? null,
      }
    : null;

export const writeBehavior = ({ scaleUp, scaleDown }: Behavior): string =>
  JSON.stringify({ ScaleUp: writeRules(scaleUp), ScaleDown: writeRules(scaleDown) });

/** Go reads names of fields in any case. */
function field(object: JsonObject, name: string): unknown {
  const found = Object.keys(object).find((key) => key.toLowerCase() === name.toLowerCase());
  return (found === undefined ? undefined : object[found]) ?? undefined;
}

const isInteger = (value: unknown): value is number => Number.isInteger(value);
const isText = (value: unknown): value is string => typeof value === 'string';

function readPolicy(policy: unknown): Policy | undefined {
  if (!isObject(policy)) return undefined;
  const [type = '', value = 0, periodSeconds = 0] = ['Type', 'Value', 'PeriodSeconds'].map((each) =>
    field(policy, each),
  );
  return isText(type) && isInteger(value) && isInteger(periodSeconds) ? { type, value, periodSeconds } : undefined;
}

function readPolicies(policies: unknown): Policy[] | undefined {
  if (!Array.isArray(policies)) return undefined;
  const read = policies.map(readPolicy).filter((policy) => policy !== undefined);
  return read.length === policies.length ? read : undefined;
}

/** Undefined where a field has a value of another type. */
function readRules(rules: JsonObject): Rules | undefined {
  const [window, select, list, tolerance] = ['StabilizationWindowSeconds', 'SelectPolicy', 'Policies', 'Tolerance'].map(
    (each) => field(rules, each),
  );
  const policies = list === undefined ? [] : readPolicies(list);
  const fits =
    (window === undefined || isInteger(window)) &&
    (select === undefined || isText(select)) &&
    (tolerance === undefined || isText(tolerance));
  if (!fits || !policies) return undefined;
  return {
    ...(window === undefined ? {} : { stabilizationWindowSeconds: window }),
    ...(select === undefined ? {} : { selectPolicy: select }),
    ...(policies.length === 0 ? {} : { policies }),
    ...(tolerance === undefined ? {} : { tolerance }),
  };
}

/** Undefined where it says nothing, or is no behavior. */
export function readBehavior(value: unknown): Behavior | undefined {
  if (!isObject(value)) return undefined;
  const [up, down] = [field(value, 'ScaleUp'), field(value, 'ScaleDown')];
  const scaleUp = isObject(up) ? readRules(up) : undefined;
  const scaleDown = isObject(down) ? readRules(down) : undefined;
  if ((up !== undefined && !scaleUp) || (down !== undefined && !scaleDown)) return undefined;
  if (!scaleUp && !scaleDown) return undefined;
  return { ...(scaleUp ? { scaleUp } : {}), ...(scaleDown ? { scaleDown } : {}) };
}
