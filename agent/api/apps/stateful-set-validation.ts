/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/apps/validation/validation.go
 * (ValidateStatefulSetSpec, ValidateStatefulSetUpdate)
 */
import { forbidden, invalid, invalidIfGiven, nonNegative, notSupported, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label } from '../names.ts';
import { validateLabelSelector } from '../selector-validation.ts';
import { selects } from '../selectors.ts';
import type { apps, core, StatefulSet } from '../types.ts';
import { validateClaimSpec } from '../validation/claim-template.ts';
import { validateCollisionCount, validateCounts } from '../validation/counts.ts';
import { isNone, validateAtMostAll, validateIntOrPercent } from '../validation/int-or-percent.ts';
import { internalStatefulStrategy } from '../validation/internal-types.ts';
import { unmatchedLabels, validateLastingPods, validatePodTemplate } from '../validation/pod-template.ts';
import { isSame } from '../validation/same.ts';
import { isEmpty } from './workload-validation.ts';

type Spec = apps.StatefulSetSpec;

const policies = ['OrderedReady', 'Parallel'];

const validateManagement = (policy = ''): FieldError[] => {
  const field = 'spec.podManagementPolicy';
  if (!policy) return [required(field)];
  return policies.includes(policy) ? [] : [invalid(field, policy, "must be 'OrderedReady' or 'Parallel'")];
};

function validateRollingUpdate({ partition, maxUnavailable }: apps.RollingUpdateStatefulSetStrategy): FieldError[] {
  const at = 'spec.updateStrategy.rollingUpdate';
  const most = `${at}.maxUnavailable`;
  return [
    ...nonNegative(`${at}.partition`, partition),
    ...validateIntOrPercent(most, maxUnavailable),
    ...(maxUnavailable !== undefined && isNone(maxUnavailable) ? [invalid(most, maxUnavailable, 'cannot be 0')] : []),
    ...validateAtMostAll(most, maxUnavailable),
  ];
}

function validateStrategy(strategy: NonNullable<Spec['updateStrategy']>): FieldError[] {
  const { type, rollingUpdate } = strategy;
  const field = 'spec.updateStrategy';
  if (!type) return [required(field)];
  if (type === 'RollingUpdate') return rollingUpdate ? validateRollingUpdate(rollingUpdate) : [];
  const internal = internalStatefulStrategy(strategy);
  if (type !== 'OnDelete') return [invalid(field, internal, "must be 'RollingUpdate' or 'OnDelete'")];
  const misplaced = "only allowed for updateStrategy 'RollingUpdate'";
  return rollingUpdate ? [invalid(`${field}.rollingUpdate`, internal.RollingUpdate, misplaced)] : [];
}

const retentions = ['Retain', 'Delete'];

function validateRetention(policy: Spec['persistentVolumeClaimRetentionPolicy']): FieldError[] {
  if (!policy) return [];
  return (['whenDeleted', 'whenScaled'] as const)
    .filter((field) => !retentions.includes(policy[field] ?? ''))
    .map((field) =>
      notSupported(`spec.persistentVolumeClaimRetentionPolicy.${field}`, policy[field] ?? '', retentions),
    );
}

/** The template as its pods are made of it: a claim's volume takes the place of one of the same name. */
function withClaims({ template, volumeClaimTemplates = [] }: Spec): core.PodTemplateSpec {
  if (!template.spec || volumeClaimTemplates.length === 0) return template;
  const claims = new Map(
    volumeClaimTemplates.map(({ metadata }): [string, core.Volume] => {
      const name = metadata?.name ?? '';
      return [name, { name, persistentVolumeClaim: { claimName: name } }];
    }),
  );
  const others = (template.spec.volumes ?? []).filter(({ name }) => !claims.has(name));
  return { ...template, spec: { ...template.spec, volumes: [...others, ...claims.values()] } };
}

function validateTemplate(spec: Spec): FieldError[] {
  const at = 'spec.template';
  const { selector, template } = spec;
  const matches = isEmpty(selector ?? {}) || selects(selector, template.metadata?.labels);
  return [...(matches ? [] : [unmatchedLabels(at, template)]), ...validatePodTemplate(at, withClaims(spec))];
}

const invalidSelector = (spec: Spec): FieldError[] =>
  spec.selector ? validateLabelSelector('spec.selector', spec.selector) : [];

function validateSelector(spec: Spec): FieldError[] {
  const { selector } = spec;
  if (!selector) return [required('spec.selector')];
  const empty = isEmpty(selector)
    ? [invalid('spec.selector', selector, 'empty selector is invalid for statefulset')]
    : [];
  return [...invalidSelector(spec), ...empty];
}

/** What an update is judged by as well, whatever was stored. */
function validateSpec(spec: Spec): FieldError[] {
  return [
    ...validateManagement(spec.podManagementPolicy),
    ...validateStrategy(spec.updateStrategy ?? {}),
    ...validateRetention(spec.persistentVolumeClaimRetentionPolicy),
    ...nonNegative('spec.replicas', spec.replicas),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...nonNegative('spec.ordinals.start', spec.ordinals?.start),
    ...validateSelector(spec),
    ...(invalidSelector(spec).length > 0 ? [invalid('spec.selector', spec.selector, '')] : []),
    ...validateLastingPods('spec.template', spec.template.spec, 'StatefulSet'),
  ];
}

const validateClaims = ({ volumeClaimTemplates = [] }: Spec): FieldError[] =>
  volumeClaimTemplates.flatMap(({ spec }, index) =>
    validateClaimSpec(`spec.volumeClaimTemplates[${index}].spec`, spec ?? {}),
  );

const mutable = [
  'replicas',
  'template',
  'updateStrategy',
  'minReadySeconds',
  'ordinals',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
] as const;

const onlyMutable =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
  "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

function withoutMutable(spec: Spec): Partial<Spec> {
  const kept: Partial<Spec> = { ...spec };
  for (const field of mutable) delete kept[field];
  return kept;
}

/** A template is judged again unless what is stored would not pass; claims and the service cannot change. */
function validateUpdate(spec: Spec, old: Spec): FieldError[] {
  const accepted = [...validateSpec(old), ...validateTemplate(old)].length === 0;
  return [
    ...validateSpec(spec),
    ...(accepted && invalidSelector(spec).length === 0 ? validateTemplate(spec) : []),
    ...(isSame(withoutMutable(spec), withoutMutable(old)) ? [] : [forbidden('spec', onlyMutable)]),
  ];
}

export function validateStatefulSet({ spec }: StatefulSet, old: StatefulSet | undefined): FieldError[] {
  if (old) return validateUpdate(spec, old.spec);
  return [
    ...validateSpec(spec),
    ...invalidIfGiven('spec.serviceName', spec.serviceName, checkDns1123Label),
    ...(spec.selector && invalidSelector(spec).length === 0 ? validateTemplate(spec) : []),
    ...validateClaims(spec),
  ];
}

const counts = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
  'observedGeneration',
  'collisionCount',
];
const ofAll = 'status.replicas';

/** ValidateStatefulSetStatusUpdate. */
export const validateStatefulSetStatus = ({ status }: StatefulSet, { status: before }: StatefulSet): FieldError[] => [
  ...validateCounts({ ...status }, counts, [
    ['readyReplicas', 'replicas', ofAll],
    ['currentReplicas', 'replicas', ofAll],
    ['updatedReplicas', 'replicas', ofAll],
    ['availableReplicas', 'replicas', ofAll],
    ['availableReplicas', 'readyReplicas', 'status.readyReplicas'],
  ]),
  ...validateCollisionCount(status?.collisionCount, before?.collisionCount),
];
