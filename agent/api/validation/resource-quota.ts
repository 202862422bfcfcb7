/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidateResourceQuota)
 */
import { immutable, invalid, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import type { core, ResourceQuota } from '../types.ts';
import { isQuotaResource, validateAmount, validateResourceName } from './resources.ts';

type Spec = core.ResourceQuotaSpec;
type Amounts = Readonly<Record<string, string>>;
type Requirement = NonNullable<NonNullable<Spec['scopeSelector']>['matchExpressions']>[number];

const amountsOf = (amounts: unknown): Amounts => (amounts ?? {}) as Amounts;

function validateName(field: string, name: string): FieldError[] {
  const errors = validateResourceName(field, name);
  if (name.includes('/') || isQuotaResource(name)) return errors;
  return [...errors, invalid(field, name, 'must be a standard resource for quota')];
}

const validateAmounts = (path: string, amounts: Amounts): FieldError[] =>
  Object.entries(amounts).flatMap(([name, amount]) => {
    const field = `${path}[${name}]`;
    return [...validateName(field, name), ...validateAmount(field, name, amount)];
  });

const computed = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const forAllPods = new Set(['pods', ...computed]);

/** What of pods a scope lets a quota count. */
const scopes: Readonly<Record<string, (resource: string) => boolean>> = {
  Terminating: (resource) => forAllPods.has(resource),
  NotTerminating: (resource) => forAllPods.has(resource),
  NotBestEffort: (resource) => forAllPods.has(resource),
  PriorityClass: (resource) => forAllPods.has(resource),
  CrossNamespacePodAffinity: (resource) => forAllPods.has(resource),
  BestEffort: (resource) => resource === 'pods',
  VolumeAttributesClass: (resource) => resource === 'persistentvolumeclaims' || resource === 'requests.storage',
};

/** Only asked whether they are there. */
const plainScopes = new Set([
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'CrossNamespacePodAffinity',
]);

const conflicts = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];

const conflictsIn = (names: readonly string[]): number =>
  conflicts.filter((pair) => pair.every((each) => names.includes(each))).length;

/** How many of the resources the scope is not for; a scope that nobody knows is for all. */
function misapplied(scope: string, { hard }: Spec): number {
  const isFor = Object.hasOwn(scopes, scope) ? scopes[scope] : undefined;
  return isFor ? Object.keys(hard ?? {}).filter((name) => isQuotaResource(name) && !isFor(name)).length : 0;
}

function validateScopes(spec: Spec): FieldError[] {
  const field = 'spec.scopes';
  const { scopes: names = [] } = spec;
  const problem = (detail: string) => invalid(field, names, detail);
  return [
    ...names.flatMap((scope) => [
      ...(Object.hasOwn(scopes, scope) ? [] : [problem('unsupported scope')]),
      ...Array.from({ length: misapplied(scope, spec) }, () => problem('unsupported scope applied to resource')),
    ]),
    ...Array.from({ length: conflictsIn(names) }, () => problem('conflicting scopes')),
  ];
}

const path = 'spec.scopeSelector.matchExpressions';

const existOnly =
  "must be 'Exist' only operator when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, " +
  'ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity';

function validateOperator({ scopeName, operator, values = [] }: Requirement): FieldError[] {
  const errors =
    plainScopes.has(scopeName) && operator !== 'Exists' ? [invalid(`${path}.operator`, operator, existOnly)] : [];
  if (operator === 'In' || operator === 'NotIn') {
    const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    return values.length > 0 ? errors : [...errors, required(`${path}.values`, detail)];
  }
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    return values.length === 0 ? errors : [...errors, invalid(`${path}.values`, values, detail)];
  }
  return [...errors, invalid(`${path}.operator`, operator, 'not a valid selector operator')];
}

/** With Go's names of the fields, as upstream shows its internal types. */
const internalSelector = (requirements: readonly Requirement[]) => ({
  MatchExpressions: requirements.map(({ scopeName, operator, values = null }) => ({
    ScopeName: scopeName,
    Operator: operator,
    Values: values,
  })),
});

function validateScopeSelector(spec: Spec): FieldError[] {
  const requirements = spec.scopeSelector?.matchExpressions ?? [];
  const internal = internalSelector(requirements);
  const names = requirements.map(({ scopeName }) => scopeName);
  return [
    ...requirements.flatMap((requirement) => {
      const { scopeName: scope } = requirement;
      return [
        ...(Object.hasOwn(scopes, scope) ? [] : [invalid(`${path}.scopeName`, scope, 'unsupported scope')]),
        ...Array.from({ length: misapplied(scope, spec) }, () =>
          invalid(path, internal, 'unsupported scope applied to resource'),
        ),
        ...validateOperator(requirement),
      ];
    }),
    ...Array.from({ length: conflictsIn(names) }, () => invalid(path, spec.scopes ?? null, 'conflicting scopes')),
  ];
}

const sorted = (names: readonly string[] = []): string => [...new Set(names)].sort().join();

export function validateResourceQuota({ spec }: ResourceQuota, old?: ResourceQuota): FieldError[] {
  const changed = old !== undefined && sorted(spec.scopes) !== sorted(old.spec.scopes);
  return [
    ...validateAmounts('spec.hard', amountsOf(spec.hard)),
    ...validateScopes(spec),
    ...validateScopeSelector(spec),
    ...(changed ? [invalid('spec.scopes', spec.scopes ?? null, immutable)] : []),
  ];
}

export const validateResourceQuotaStatus = ({ status }: ResourceQuota): FieldError[] => [
  ...validateAmounts('status.hard', amountsOf(status?.hard)),
  ...validateAmounts('status.used', amountsOf(status?.used)),
];
