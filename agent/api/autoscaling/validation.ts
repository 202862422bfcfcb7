/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/autoscaling/validation/validation.go
 * (ValidateHorizontalPodAutoscaler)
 */
import { invalid, nonNegative, oneOf, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { tryParseQuantity } from '../quantity.ts';
import { isEnabled } from '../schema/feature-gates.ts';
import type { autoscaling, HorizontalPodAutoscaler } from '../types.ts';
import { validateMetrics } from './metric-validation.ts';
import { type Leniency, validateReference, versionProblem } from './references.ts';

type Spec = autoscaling.HorizontalPodAutoscalerSpec;

const longestPeriod = 1800;
const longestWindow = 3600;

function validatePolicy(
  at: string,
  { type, value = 0, periodSeconds = 0 }: autoscaling.HPAScalingPolicy,
): FieldError[] {
  const positive = (field: string, amount: number) =>
    amount > 0 ? [] : [invalid(field, amount, 'must be greater than zero')];
  return [
    ...oneOf(`${at}.type`, type ?? '', ['Percent', 'Pods']),
    ...positive(`${at}.value`, value),
    ...positive(`${at}.periodSeconds`, periodSeconds),
    ...(periodSeconds > longestPeriod
      ? [invalid(`${at}.periodSeconds`, periodSeconds, `must be less than or equal to ${longestPeriod}`)]
      : []),
  ];
}

function validateRules(at: string, rules: autoscaling.HPAScalingRules | undefined): FieldError[] {
  if (!rules) return [];
  const { stabilizationWindowSeconds: window = 0, selectPolicy, policies = [], tolerance } = rules;
  const field = `${at}.stabilizationWindowSeconds`;
  const negative = tolerance !== undefined && (tryParseQuantity(tolerance)?.nano ?? 0n) < 0n;
  return [
    ...(window < 0 ? [invalid(field, window, 'must be greater than or equal to zero')] : []),
    ...(window > longestWindow ? [invalid(field, window, `must be less than or equal to ${longestWindow}`)] : []),
    ...oneOf(`${at}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min']),
    ...(policies.length === 0 ? [required(`${at}.policies`, 'must specify at least one Policy')] : []),
    ...policies.flatMap((policy, index) => validatePolicy(`${at}.policies[${index}]`, policy)),
    ...(negative ? [invalid(`${at}.tolerance`, tolerance, 'must be greater than or equal to 0')] : []),
  ];
}

/** Of the object that is scaled. */
function targetLeniency({ scaleTargetRef: now }: Spec, old: Spec | undefined): Leniency {
  const before = old?.scaleTargetRef;
  if (before && before.apiVersion === now.apiVersion && before.kind === now.kind) return { anyVersion: true };
  // The one kind of the core group that can be scaled.
  return { coreGroup: now.kind === 'ReplicationController' };
}

/** Of the objects that are measured. */
function metricLeniency(old: Spec | undefined): Leniency {
  const before = (old?.metrics ?? []).flatMap(({ type, object }) => (type === 'Object' && object ? [object] : []));
  const isWrong = (apiVersion = ''): boolean => versionProblem(apiVersion, { coreGroup: true }) !== undefined;
  return { coreGroup: true, anyVersion: before.some(({ describedObject }) => isWrong(describedObject?.apiVersion)) };
}

export function validateAutoscaler({ spec }: HorizontalPodAutoscaler, old?: HorizontalPodAutoscaler): FieldError[] {
  const { minReplicas, maxReplicas = 0, scaleTargetRef = { kind: '', name: '' }, behavior } = spec;
  // Who scales to zero already may.
  const least = isEnabled('HPAScaleToZero') || old?.spec.minReplicas === 0 ? 0 : 1;
  return [
    ...(minReplicas !== undefined && minReplicas < least
      ? [invalid('spec.minReplicas', minReplicas, `must be greater than or equal to ${least}`)]
      : []),
    ...(maxReplicas < 1 ? [invalid('spec.maxReplicas', maxReplicas, 'must be greater than 0')] : []),
    ...(minReplicas !== undefined && maxReplicas < minReplicas
      ? [invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`')]
      : []),
    ...validateReference('spec.scaleTargetRef', scaleTargetRef, targetLeniency({ ...spec, scaleTargetRef }, old?.spec)),
    ...validateMetrics(spec, metricLeniency(old?.spec)),
    ...validateRules('spec.behavior.scaleUp', behavior?.scaleUp),
    ...validateRules('spec.behavior.scaleDown', behavior?.scaleDown),
  ];
}

export const validateAutoscalerStatus = ({ status }: HorizontalPodAutoscaler): FieldError[] => [
  ...nonNegative('status.currentReplicas', status?.currentReplicas),
  ...nonNegative('status.desiredReplicas', status?.desiredReplicas),
];
