import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { invalid, nonNegative, oneOf } from '../field-errors.ts';
import type { IntOrString } from '../int-or-string.ts';
import type { FieldError } from '../kind.ts';
import { checkPathSegment } from '../names.ts';
import { retiredVersion } from '../retired-version.ts';
import { validateLabelSelector } from '../selector-validation.ts';
import type { PodDisruptionBudget, policy } from '../types.ts';
import { validateConditions } from '../validation/conditions.ts';
import { validateAtMostAll, validateIntOrPercent } from '../validation/int-or-percent.ts';
import { budgetFromHub, budgetToHub } from './v1beta1.ts';

type Spec = policy.PodDisruptionBudgetSpec;

/** With Go's names of the fields, as upstream shows its internal types. */
const internalSpec = ({ minAvailable, selector, maxUnavailable, unhealthyPodEvictionPolicy }: Spec) => ({
  MinAvailable: minAvailable ?? null,
  Selector: selector ?? null,
  MaxUnavailable: maxUnavailable ?? null,
  UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy ?? null,
});

const validateAmount = (field: string, value: IntOrString | undefined): FieldError[] => [
  ...validateIntOrPercent(field, value),
  ...validateAtMostAll(field, value),
];

/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/policy/validation/validation.go
 * (ValidatePodDisruptionBudgetSpec)
 */
function validateSpec(spec: Spec): FieldError[] {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: unhealthy } = spec;
  const both = minAvailable !== undefined && maxUnavailable !== undefined;
  return [
    ...(both ? [invalid('spec', internalSpec(spec), 'minAvailable and maxUnavailable cannot be both set')] : []),
    ...validateAmount('spec.minAvailable', minAvailable),
    ...validateAmount('spec.maxUnavailable', maxUnavailable),
    ...(selector ? validateLabelSelector('spec.selector', selector) : []),
    ...oneOf('spec.unhealthyPodEvictionPolicy', unhealthy, ['AlwaysAllow', 'IfHealthyBudget']),
  ];
}

const counts = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;

const shown = (amount: IntOrString | undefined): string => (amount === undefined ? 'N/A' : String(amount));

export const podDisruptionBudgets = defineKind<PodDisruptionBudget>({
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  namespaced: true,
  representations: [
    { group: 'policy', version: 'v1', definition: 'io.k8s.api.policy.v1.PodDisruptionBudget' },
    retiredVersion(
      {
        kind: 'PodDisruptionBudget',
        group: 'policy',
        version: 'v1beta1',
        deprecated: 'v1.21',
        unavailable: 'v1.25',
        use: 'policy/v1',
      },
      { toHub: budgetToHub, fromHub: budgetFromHub },
    ),
  ],
  hasStatus: true,
  hasGeneration: true,
  needsRevision: true,
  anyFinalizer: true,
  checkName: checkPathSegment,
  columns: [
    nameColumn,
    column('Min Available', 'The minimum number of pods that must be available.', ({ spec }) =>
      shown(spec.minAvailable),
    ),
    column('Max Unavailable', 'The maximum number of pods that may be unavailable.', ({ spec }) =>
      shown(spec.maxUnavailable),
    ),
    column(
      'Allowed Disruptions',
      'Calculated number of pods that may be disrupted at this time.',
      ({ status }) => status?.disruptionsAllowed ?? 0,
      { type: 'integer' },
    ),
    ageColumn,
  ],
  default(budget) {
    budget.spec ??= {};
  },
  prepareForCreate(budget) {
    budget.status = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  },
  validate: ({ spec }) => validateSpec(spec),
  validateStatus: ({ status }) => [
    ...validateConditions('status.conditions', status?.conditions),
    ...counts.flatMap((field) => nonNegative(`status.${field}`, status?.[field])),
  ],
});
