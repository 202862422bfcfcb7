import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { forbidden, oneOf } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { own } from '../own.ts';
import { retiredVersion } from '../retired-version.ts';
import type { PriorityClass } from '../types.ts';
import { validateKept } from '../validation/kept.ts';

/** Above it are the classes of the system. */
const highestOfUsers = 1_000_000_000;
const systemPrefix = 'system-';

interface SystemClass {
  value: number;
  description: string;
}

/**
 * What every cluster has. https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/scheduling/v1/helpers.go
 */
export const systemPriorityClasses: Readonly<Record<string, SystemClass>> = {
  'system-node-critical': {
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  'system-cluster-critical': {
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
};

/** What keeps a class from being the one of the system that has its name. */
function systemProblem({ metadata: { name }, value, globalDefault }: PriorityClass): string | undefined {
  const known = own(systemPriorityClasses, name);
  if (!known) return `${name} is not a known system priority class`;
  if (known.value !== value) return `value of ${name} PriorityClass must be ${known.value}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

function validateValue(priorityClass: PriorityClass): FieldError[] {
  const { metadata, value = 0 } = priorityClass;
  if (metadata.name.startsWith(systemPrefix)) {
    const problem = systemProblem(priorityClass);
    if (problem === undefined) return [];
    const detail = `priority class names with '${systemPrefix}' prefix are reserved for system use only. error: ${problem}`;
    return [forbidden('metadata.name', detail)];
  }
  if (value <= highestOfUsers) return [];
  return [forbidden('value', `maximum allowed value of a user defined priority is ${highestOfUsers}`)];
}

/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/scheduling/validation/validation.go
 * (ValidatePriorityClass)
 */
const validatePriorityClass = (priorityClass: PriorityClass): FieldError[] => [
  ...validateValue(priorityClass),
  ...oneOf('preemptionPolicy', priorityClass.preemptionPolicy, ['PreemptLowerPriority', 'Never']),
];

const validateUpdate = (priorityClass: PriorityClass, old: PriorityClass): FieldError[] => [
  ...(priorityClass.value === old.value ? [] : [forbidden('value', 'may not be changed in an update.')]),
  ...validateKept('preemptionPolicy', priorityClass.preemptionPolicy, old.preemptionPolicy),
];

export const priorityClasses = defineKind<PriorityClass>({
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  namespaced: false,
  representations: [
    { group: 'scheduling.k8s.io', version: 'v1', definition: 'io.k8s.api.scheduling.v1.PriorityClass' },
    retiredVersion({
      kind: 'PriorityClass',
      group: 'scheduling.k8s.io',
      version: 'v1beta1',
      deprecated: 'v1.14',
      unavailable: 'v1.22',
      use: 'scheduling.k8s.io/v1',
    }),
  ],
  columns: [
    nameColumn,
    column('Value', 'Priority of the pods of the class.', ({ value = 0 }) => value, { type: 'integer' }),
    column('Global-Default', 'Whether pods that name no class have it.', ({ globalDefault = false }) => globalDefault, {
      type: 'boolean',
    }),
    ageColumn,
    column(
      'PreemptionPolicy',
      'Whether its pods take the place of others.',
      ({ preemptionPolicy }) => preemptionPolicy ?? '',
    ),
  ],
  default(priorityClass) {
    priorityClass.value ??= 0;
    priorityClass.preemptionPolicy ||= 'PreemptLowerPriority';
  },
  /** It stays at the first, whatever changes: nobody counts it up. */
  prepareForCreate({ metadata }) {
    metadata.generation = 1;
  },
  validate: (priorityClass, old) => (old ? validateUpdate(priorityClass, old) : validatePriorityClass(priorityClass)),
});
