/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/apps/validation/validation.go
 * (ValidateDaemonSetSpec)
 */
import { invalid, nonNegative, notSupported, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { validateLabelSelector } from '../selector-validation.ts';
import { selects } from '../selectors.ts';
import type { apps, DaemonSet } from '../types.ts';
import { validateCollisionCount, validateCounts } from '../validation/counts.ts';
import { isNone, validateAtMostAll, validateIntOrPercent } from '../validation/int-or-percent.ts';
import { internalDaemonStrategy } from '../validation/internal-types.ts';
import { unmatchedLabels, validateLastingPods, validatePodTemplate } from '../validation/pod-template.ts';
import { isEmpty } from './workload-validation.ts';

type Spec = apps.DaemonSetSpec;
type Strategy = NonNullable<Spec['updateStrategy']>;

const at = 'spec.updateStrategy.rollingUpdate';

function validateRollingUpdate({ maxUnavailable, maxSurge }: NonNullable<Strategy['rollingUpdate']>): FieldError[] {
  const errors = [
    ...validateIntOrPercent(`${at}.maxUnavailable`, maxUnavailable),
    ...validateIntOrPercent(`${at}.maxSurge`, maxSurge),
    ...validateAtMostAll(`${at}.maxUnavailable`, maxUnavailable),
    ...validateAtMostAll(`${at}.maxSurge`, maxSurge),
  ];
  if (!isNone(maxUnavailable) && !isNone(maxSurge)) {
    errors.push(invalid(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  } else if (isNone(maxUnavailable) && isNone(maxSurge)) {
    errors.push(required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  }
  return errors;
}

function validateStrategy(strategy: Strategy): FieldError[] {
  const { type, rollingUpdate } = strategy;
  if (type === 'OnDelete') return [];
  if (type === 'RollingUpdate') return rollingUpdate ? validateRollingUpdate(rollingUpdate) : [required(at)];
  return [notSupported('spec.updateStrategy', internalDaemonStrategy(strategy), ['RollingUpdate', 'OnDelete'])];
}

function validateSelector({ selector, template }: Spec): FieldError[] {
  // Without a selector, upstream takes one that matches nothing.
  const errors = selector ? validateLabelSelector('spec.selector', selector) : [];
  if (errors.length === 0 && !selects(selector, template.metadata?.labels)) {
    errors.push(unmatchedLabels('spec.template', template));
  }
  if (!selector || !isEmpty(selector)) return errors;
  return [...errors, invalid('spec.selector', selector, 'empty selector is invalid for daemonset')];
}

export const validateDaemonSetSpec = (spec: Spec): FieldError[] => [
  ...validateSelector(spec),
  ...validatePodTemplate('spec.template', spec.template),
  ...validateLastingPods('spec.template', spec.template.spec, 'DaemonSet'),
  ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
  ...validateStrategy(spec.updateStrategy ?? {}),
  ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
];

const counts = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
];

/** ValidateDaemonSetStatusUpdate. */
export const validateDaemonSetStatus = ({ status }: DaemonSet, { status: before }: DaemonSet): FieldError[] => [
  ...validateCounts({ ...status }, counts, []),
  ...validateCollisionCount(status?.collisionCount, before?.collisionCount),
];
