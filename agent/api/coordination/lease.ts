import { ageColumn, column, nameColumn } from '../columns.ts';
import { forbidden, invalid, invalidBy, nonNegative, notSupported } from '../field-errors.ts';
import type { FieldError, Kind } from '../kind.ts';
import { checkQualifiedName } from '../names.ts';
import type { Lease } from '../types.ts';

type Spec = NonNullable<Lease['spec']>;

/** The path, with a field of its own in it, is upstream's. */
function validateStrategy(strategy: string | undefined): FieldError[] {
  const path = 'spec.strategy.strategy';
  if (strategy === undefined || strategy === 'OldestEmulationVersion') return [];
  if (strategy.includes('/')) return invalidBy(path, strategy, checkQualifiedName);
  return [notSupported(path, strategy, ['OldestEmulationVersion'])];
}

/**
 * Strategy and preferred holder are there only while a feature gate is on, or where they are stored.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/coordination/validation/validation.go
 * (ValidateLeaseSpec)
 */
function validateLeaseSpec(spec: Spec): FieldError[] {
  const { leaseDurationSeconds: duration, leaseTransitions, strategy, preferredHolder } = spec;
  return [
    ...(duration !== undefined && duration <= 0
      ? [invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0')]
      : []),
    ...nonNegative('spec.leaseTransitions', leaseTransitions),
    ...validateStrategy(strategy),
    ...(preferredHolder && !strategy
      ? [forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined')]
      : []),
  ];
}

export const leases: Kind<Lease> = {
  kind: 'Lease',
  plural: 'leases',
  singular: 'lease',
  shortNames: [],
  categories: [],
  namespaced: true,
  representations: [{ group: 'coordination.k8s.io', version: 'v1', definition: 'io.k8s.api.coordination.v1.Lease' }],
  hasStatus: false,
  createOnUpdate: true,
  anyFinalizer: true,
  hasGeneration: false,
  columns: [
    nameColumn,
    column('Holder', 'The identity of the holder of a current lease.', ({ spec }) => spec?.holderIdentity ?? ''),
    ageColumn,
  ],
  fieldSelectors: {},
  validate: ({ spec }) => validateLeaseSpec(spec ?? {}),
};
