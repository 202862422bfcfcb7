/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/admissionregistration/validation/validation.go
 * (ValidateValidatingAdmissionPolicy, ValidateMutatingAdmissionPolicy)
 */
import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { invalid, notSupported, oneOf, required } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError, Representation } from '../kind.ts';
import { selectorText } from '../selectors.ts';
import { keepMetadata } from '../status-metadata.ts';
import type {
  admissionregistration,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../types.ts';
import { validateConditions } from '../validation/conditions.ts';
import { isBlank } from './blank.ts';
import { language, validateMatchConditions, validateVariables } from './expressions.ts';
import {
  validateActions,
  validateAuditAnnotations,
  validateParamKind,
  validateParamRef,
  validatePolicyName,
  validateTypeChecking,
  validateValidation,
} from './policy-rules.ts';
import { defaultMatchResources, validateMatchResources } from './rules.ts';
import { extensionCategories, failurePolicies, reinvocationPolicies } from './webhooks.ts';

const group = 'admissionregistration.k8s.io';
const definition = 'io.k8s.api.admissionregistration.v1';

/** Whether its expressions compile is asked by what is loaded with the first policy. */
const expressions: Pick<Representation, 'load' | 'judge'> = {
  load: () => language.load(),
  judge: (policy, old) => language.get().judgeExpressions(policy, old),
};

type ValidatingSpec = ValidatingAdmissionPolicy['spec'];
type MutatingSpec = MutatingAdmissionPolicy['spec'];
type Binding = ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding;

/** What both kinds of policies have; conditions that stay as they were are not judged again. */
function validatePolicy(spec: ValidatingSpec | MutatingSpec, old: ValidatingSpec | MutatingSpec | undefined) {
  const { paramKind, matchConstraints: match, matchConditions } = spec;
  const kept = old && isEqual(paramKind, old.paramKind) && isEqual(matchConditions, old.matchConditions);
  const at = 'spec.matchConstraints';
  return [
    ...oneOf('spec.failurePolicy', spec.failurePolicy, failurePolicies),
    ...(paramKind ? validateParamKind('spec.paramKind', paramKind) : []),
    ...(match ? validateMatchResources(at, match) : [required(at)]),
    ...(match && !match.resourceRules?.length ? [required(`${at}.resourceRules`)] : []),
    ...(kept ? [] : validateMatchConditions('spec.matchConditions', matchConditions, paramKind ? { paramKind } : {})),
    ...validateVariables('spec.variables', spec.variables),
  ];
}

function validateOutcomes({ metadata, spec }: ValidatingAdmissionPolicy): FieldError[] {
  const { validations = [], auditAnnotations = [] } = spec;
  const neither = 'validations or auditAnnotations must contain at least one item';
  if (validations.length === 0 && auditAnnotations.length === 0) {
    return [required('spec.validations', neither), required('spec.auditAnnotations', neither)];
  }
  return [
    ...validations.flatMap((validation, index) => validateValidation(`spec.validations[${index}]`, validation)),
    ...validateAuditAnnotations('spec.auditAnnotations', auditAnnotations, metadata.name),
  ];
}

type Mutation = NonNullable<MutatingSpec['mutations']>[number];

/** By the type of a patch, the field that has its expression. */
const patchFields = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const;
const patchTypes = ['ApplyConfiguration', 'JSONPatch'] as const;

function validateMutation(path: string, mutation: Mutation): FieldError[] {
  const type = patchTypes.find((each) => each === mutation.patchType);
  if (!mutation.patchType) return [required(`${path}.patchType`)];
  if (!type) return [notSupported(`${path}.patchType`, mutation.patchType, patchTypes)];
  const [own, other] = [
    patchFields[type],
    type === 'JSONPatch' ? patchFields.ApplyConfiguration : patchFields.JSONPatch,
  ];
  const patch = mutation[own];
  return [
    ...(patch ? [] : [required(`${path}.${own}`, `must be specified when patchType is ${type}`)]),
    ...(patch && isBlank(patch.expression)
      ? [required(`${path}.${own}.expression`, 'expression is not specified')]
      : []),
    ...(mutation[other]
      ? [invalid(`${path}.${other}`, `{${other}}`, `must not be specified when patchType is ${type}`)]
      : []),
  ];
}

function validateMutations({ mutations = [], reinvocationPolicy = '' }: MutatingSpec): FieldError[] {
  const at = 'spec.mutations';
  return [
    ...(mutations.length === 0 ? [required(at, 'mutations must contain at least one item')] : []),
    ...mutations.flatMap((mutation, index) => validateMutation(`${at}[${index}]`, mutation)),
    ...(reinvocationPolicies.includes(reinvocationPolicy)
      ? []
      : [notSupported('spec.reinvocationPolicy', reinvocationPolicy, reinvocationPolicies)]),
  ];
}

const validateBinding = ({ spec }: Binding): FieldError[] => [
  ...validatePolicyName('spec.policyName', spec.policyName),
  ...(spec.paramRef ? validateParamRef('spec.paramRef', spec.paramRef) : []),
  ...(spec.matchResources ? validateMatchResources('spec.matchResources', spec.matchResources) : []),
];

const paramKindOf = (kind: admissionregistration.ParamKind | undefined): string =>
  kind ? `${kind.apiVersion ?? ''}/${kind.kind ?? ''}` : '<unset>';

/** Nobody knows here whether the parameters have a namespace. */
function paramOf({ spec: { paramRef: reference } }: Binding): string {
  if (reference?.name) return `${reference.namespace || '*'}/${reference.name}`;
  return reference?.selector ? selectorText(reference.selector) : '<unset>';
}

const paramKindColumn = column<ValidatingAdmissionPolicy | MutatingAdmissionPolicy>(
  'ParamKind',
  'ParamKind specifies the kind of resources used to parameterize this policy',
  ({ spec }) => paramKindOf(spec.paramKind),
);

const bindingColumns = [
  nameColumn,
  column<Binding>(
    'PolicyName',
    'PolicyName indicates the policy definition which the policy binding binded to',
    ({ spec }) => spec.policyName ?? '',
  ),
  column<Binding>('ParamRef', 'ParamRef indicates the param resource which sets the configration param', paramOf),
  ageColumn,
];

function defaultPolicy(policy: ValidatingAdmissionPolicy | MutatingAdmissionPolicy): void {
  policy.spec ??= {};
  policy.spec.failurePolicy ??= 'Fail';
  defaultMatchResources(policy.spec.matchConstraints);
}

export const validatingAdmissionPolicies = defineKind<ValidatingAdmissionPolicy>({
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  categories: extensionCategories,
  namespaced: false,
  anyFinalizer: true,
  representations: [{ group, version: 'v1', definition: `${definition}.ValidatingAdmissionPolicy`, ...expressions }],
  hasStatus: true,
  hasGeneration: true,
  needsRevision: true,
  columns: [
    nameColumn,
    column(
      'Validations',
      'Validations indicates the number of validation rules defined in this configuration',
      ({ spec }) => spec.validations?.length ?? 0,
      { type: 'integer' },
    ),
    paramKindColumn,
    ageColumn,
  ],
  default: defaultPolicy,
  prepareForCreate(policy) {
    policy.status = {};
  },
  prepareForStatusUpdate: keepMetadata,
  validate: (policy, old) => [...validatePolicy(policy.spec, old?.spec), ...validateOutcomes(policy)],
  validateStatus: (policy) => [
    ...validateTypeChecking(policy),
    ...validateConditions('status.conditions', policy.status?.conditions),
  ],
});

export const validatingAdmissionPolicyBindings = defineKind<ValidatingAdmissionPolicyBinding>({
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  categories: extensionCategories,
  namespaced: false,
  anyFinalizer: true,
  representations: [{ group, version: 'v1', definition: `${definition}.ValidatingAdmissionPolicyBinding` }],
  hasGeneration: true,
  needsRevision: true,
  columns: bindingColumns,
  default(binding) {
    binding.spec ??= { policyName: '', validationActions: [] };
    defaultMatchResources(binding.spec.matchResources);
  },
  validate: (binding) => [
    ...validateBinding(binding),
    ...validateActions('spec.validationActions', binding.spec.validationActions ?? []),
  ],
});

export const mutatingAdmissionPolicies = defineKind<MutatingAdmissionPolicy>({
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  categories: extensionCategories,
  namespaced: false,
  anyFinalizer: true,
  representations: [{ group, version: 'v1', definition: `${definition}.MutatingAdmissionPolicy`, ...expressions }],
  hasGeneration: true,
  needsRevision: true,
  columns: [
    nameColumn,
    column(
      'Mutations',
      'Mutation indicates the number of mutations rules defined in this configuration',
      ({ spec }) => spec.mutations?.length ?? 0,
      { type: 'integer' },
    ),
    paramKindColumn,
    ageColumn,
  ],
  default: defaultPolicy,
  validate: ({ spec }, old) => [...validatePolicy(spec, old?.spec), ...validateMutations(spec)],
});

export const mutatingAdmissionPolicyBindings = defineKind<MutatingAdmissionPolicyBinding>({
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  categories: extensionCategories,
  namespaced: false,
  anyFinalizer: true,
  representations: [{ group, version: 'v1', definition: `${definition}.MutatingAdmissionPolicyBinding` }],
  hasGeneration: true,
  needsRevision: true,
  columns: bindingColumns,
  default(binding) {
    binding.spec ??= {};
    defaultMatchResources(binding.spec.matchResources);
  },
  validate: validateBinding,
});
