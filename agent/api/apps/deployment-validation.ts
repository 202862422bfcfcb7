/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/apps/validation/validation.go */
import { forbidden, invalid, nonNegative, notSupported } from '../field-errors.ts';
import { type IntOrString, isPercent } from '../int-or-string.ts';
import type { FieldError } from '../kind.ts';
import type { apps, Deployment } from '../types.ts';
import { internalStrategy } from '../validation/internal-types.ts';
import { validateCounts, validateSelection } from './workload-validation.ts';

const invalidPercent =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for " +
  "validation is '[0-9]+%')";

function validateAmount(path: string, value: IntOrString | undefined): FieldError[] {
  if (typeof value === 'number') return nonNegative(path, value);
  return value === undefined || isPercent(value) ? [] : [invalid(path, value, invalidPercent)];
}

/** A text that is neither a percentage nor a number counts as none. */
function isZero(value: IntOrString = 0): boolean {
  if (typeof value === 'number' || isPercent(value)) return Number.parseInt(String(value), 10) === 0;
  return !/^[-+]?\d+$/.test(value) || Number(value) === 0;
}

function validateRollingUpdate({ maxSurge, maxUnavailable }: apps.RollingUpdateDeployment): FieldError[] {
  const path = 'spec.strategy.rollingUpdate';
  const errors = [
    ...validateAmount(`${path}.maxUnavailable`, maxUnavailable),
    ...validateAmount(`${path}.maxSurge`, maxSurge),
  ];
  if (isZero(maxSurge) && isZero(maxUnavailable)) {
    errors.push(invalid(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  if (isPercent(maxUnavailable) && Number.parseInt(String(maxUnavailable), 10) > 100) {
    errors.push(invalid(`${path}.maxUnavailable`, maxUnavailable, 'must not be greater than 100%'));
  }
  return errors;
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
  const { collisionCount = 0 } = status;
  return [
    ...validateCounts(status as Record<string, unknown>, counts, [
      ['updatedReplicas', 'replicas', ofAll],
      ['readyReplicas', 'replicas', ofAll],
      ['availableReplicas', 'replicas', ofAll],
      ['availableReplicas', 'readyReplicas', 'readyReplicas'],
    ]),
    ...(collisionCount < (before.collisionCount ?? 0)
      ? [invalid('status.collisionCount', collisionCount, 'cannot be decremented')]
      : []),
  ];
}
