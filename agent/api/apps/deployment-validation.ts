/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/apps/validation/validation.go */
import { forbidden, invalid, nonNegative, notSupported } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import type { apps, Deployment } from '../types.ts';
import { validateCollisionCount, validateCounts } from '../validation/counts.ts';
import { isNone, validateAtMostAll, validateIntOrPercent } from '../validation/int-or-percent.ts';
import { internalStrategy } from '../validation/internal-types.ts';
import { validateSelection } from './workload-validation.ts';

function validateRollingUpdate({ maxSurge, maxUnavailable }: apps.RollingUpdateDeployment): FieldError[] {
  const path = 'spec.strategy.rollingUpdate';
  const errors = [
    ...validateIntOrPercent(`${path}.maxUnavailable`, maxUnavailable),
    ...validateIntOrPercent(`${path}.maxSurge`, maxSurge),
  ];
  if (isNone(maxSurge) && isNone(maxUnavailable)) {
    errors.push(invalid(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  return [...errors, ...validateAtMostAll(`${path}.maxUnavailable`, maxUnavailable)];
}

function validateStrategy(strategy: apps.DeploymentStrategy): FieldError[] {
  const { type, rollingUpdate } = strategy;
  if (type === 'RollingUpdate') return validateRollingUpdate(rollingUpdate ?? {});
  if (type !== 'Recreate')
    return [notSupported('spec.strategy', internalStrategy(strategy), ['Recreate', 'RollingUpdate'])];
  if (!rollingUpdate) return [];
  return [forbidden('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'")];
}

export function validateDeploymentSpec(spec: apps.DeploymentSpec, old: apps.DeploymentSpec | undefined): FieldError[] {
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec;
  return [
    ...nonNegative('spec.replicas', spec.replicas),
    ...validateSelection(spec, old),
    ...validateStrategy(spec.strategy ?? {}),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...nonNegative('spec.progressDeadlineSeconds', deadline),
    ...(deadline !== undefined && deadline <= minReadySeconds
      ? [invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
      : []),
  ];
}

const counts = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
];
const ofAll = 'status.replicas';

/** ValidateDeploymentStatusUpdate. */
export function validateDeploymentStatus(
  { status = {} }: Deployment,
  { status: before = {} }: Deployment,
): FieldError[] {
  return [
    ...validateCounts(status as Record<string, unknown>, counts, [
      ['updatedReplicas', 'replicas', ofAll],
      ['readyReplicas', 'replicas', ofAll],
      ['availableReplicas', 'replicas', ofAll],
      ['availableReplicas', 'readyReplicas', 'readyReplicas'],
    ]),
    ...validateCollisionCount(status.collisionCount, before.collisionCount),
  ];
}
