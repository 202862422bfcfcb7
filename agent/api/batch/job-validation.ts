/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/batch/validation/validation.go (ValidateJob,
 * ValidateJobUpdate)
 */
import { isConditionTrue } from '../conditions.ts';
import { invalid, invalidBy, nonNegative, notSupported, required, tooLong } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkDns1123Subdomain } from '../names.ts';
import { validateLabelSelector } from '../selector-validation.ts';
import { selects } from '../selectors.ts';
import type { batch, core, Job } from '../types.ts';
import { validateKept } from '../validation/kept.ts';
import { unmatchedLabels, validatePodTemplate } from '../validation/pod-template.ts';
import { isSame } from '../validation/same.ts';
import { validateGeneratedSelector } from './generated-selector.ts';
import { validatePodFailurePolicy, validateSuccessPolicy } from './pod-failure-policy.ts';

type Spec = batch.JobSpec;

const mostAtOnce = 100_000;
const mostFailed = 100_000;
const manyCompletions = 100_000;
const mostWithManyCompletions = 10_000;
const longestManager = 63;

/**
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/validation/validation.go (IsDomainPrefixedPath)
 */
function validateManager(field: string, manager: string | undefined): FieldError[] {
  if (manager === undefined) return [];
  const long = new TextEncoder().encode(manager).length > longestManager ? [tooLong(field, longestManager)] : [];
  if (manager === '') return [required(field), ...long];
  const slash = manager.indexOf('/');
  const [host, path] = [manager.slice(0, Math.max(slash, 0)), manager.slice(slash + 1)];
  if (slash <= 0 || path === '') {
    return [invalid(field, manager, 'must be a domain-prefixed path (such as "acme.io/foo")'), ...long];
  }
  const allowed = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
  const malformed = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path)
    ? []
    : [invalid(field, path, `Invalid path (regex used for validation is '${allowed}')`)];
  return [...invalidBy(field, host, checkDns1123Subdomain), ...malformed, ...long];
}

/** What only jobs have that complete by index. */
function validateUnindexed(at: string, { backoffLimitPerIndex, maxFailedIndexes }: Spec): FieldError[] {
  const indexed = 'requires indexed completion mode';
  return [
    ...(backoffLimitPerIndex === undefined
      ? []
      : [invalid(`${at}.backoffLimitPerIndex`, backoffLimitPerIndex, indexed)]),
    ...(maxFailedIndexes === undefined ? [] : [invalid(`${at}.maxFailedIndexes`, maxFailedIndexes, indexed)]),
  ];
}

function validateManyIndexes(at: string, { parallelism, maxFailedIndexes }: Spec): FieldError[] {
  const most = `must be less than or equal to ${mostWithManyCompletions}`;
  const detail = `${most} when completions are above ${manyCompletions} and used with backoff limit per index`;
  const limited = (field: 'parallelism' | 'maxFailedIndexes', value: number | undefined) =>
    value !== undefined && value > mostWithManyCompletions ? [invalid(`${at}.${field}`, value, detail)] : [];
  return [
    ...(maxFailedIndexes === undefined
      ? [required(`${at}.maxFailedIndexes`, `must be specified when completions is above ${manyCompletions}`)]
      : []),
    ...limited('parallelism', parallelism),
    ...limited('maxFailedIndexes', maxFailedIndexes),
  ];
}

function validateIndexed(at: string, spec: Spec): FieldError[] {
  const { completions, parallelism = 0, maxFailedIndexes: failed, backoffLimitPerIndex } = spec;
  const atOnce = `must be less than or equal to ${mostAtOnce} when completion mode is Indexed`;
  return [
    ...(completions === undefined ? [required(`${at}.completions`, 'when completion mode is Indexed')] : []),
    ...(parallelism > mostAtOnce ? [invalid(`${at}.parallelism`, parallelism, atOnce)] : []),
    ...(completions !== undefined && failed !== undefined && failed > completions
      ? [invalid(`${at}.maxFailedIndexes`, failed, 'must be less than or equal to completions')]
      : []),
    ...(failed !== undefined && failed > mostFailed
      ? [invalid(`${at}.maxFailedIndexes`, failed, `must be less than or equal to ${mostFailed}`)]
      : []),
    ...(completions !== undefined && completions > manyCompletions && backoffLimitPerIndex !== undefined
      ? validateManyIndexes(at, spec)
      : []),
  ];
}

const modes = ['NonIndexed', 'Indexed'];

function validateCompletion(at: string, spec: Spec): FieldError[] {
  const { completionMode: mode = 'NonIndexed' } = spec;
  if (mode === 'Indexed') return validateIndexed(at, spec);
  if (mode === 'NonIndexed') return validateUnindexed(at, spec);
  return [notSupported(`${at}.completionMode`, mode, modes)];
}

function validateReplacement(field: string, { podReplacementPolicy: policy, podFailurePolicy }: Spec): FieldError[] {
  const supported = podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  return policy === undefined || supported.includes(policy) ? [] : [notSupported(field, policy, supported)];
}

function validateRestarts(field: string, { template, podFailurePolicy }: Spec): FieldError[] {
  const { restartPolicy } = template.spec ?? {};
  if (!restartPolicy || restartPolicy === 'Always') {
    return [required(field, 'valid values: "OnFailure", "Never"')];
  }
  const supported = ['OnFailure', 'Never'];
  if (!supported.includes(restartPolicy)) return [notSupported(field, restartPolicy, supported)];
  if (!podFailurePolicy || restartPolicy === 'Never') return [];
  return [invalid(field, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified')];
}

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;

/** Of a job, or of the template of one, whose selector is made later. */
function validateWork(at: string, spec: Spec): FieldError[] {
  const alone = spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined;
  return [
    ...counts.flatMap((field) => nonNegative(`${at}.${field}`, spec[field])),
    ...(alone ? [required(`${at}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified')] : []),
    ...validateManager(`${at}.managedBy`, spec.managedBy),
    ...validateCompletion(at, spec),
    ...validatePodFailurePolicy(`${at}.podFailurePolicy`, spec),
    ...validateSuccessPolicy(`${at}.successPolicy`, spec),
    ...validateReplacement(`${at}.podReplacementPolicy`, spec),
    ...validatePodTemplate(`${at}.template`, spec.template),
    ...validateRestarts(`${at}.template.spec.restartPolicy`, spec),
  ];
}

/** `at` is the path of the template's spec. */
export function validateJobTemplate(at: string, spec: Spec): FieldError[] {
  const { selector, manualSelector } = spec;
  return [
    ...validateWork(at, spec),
    ...(selector ? [invalid(`${at}.selector`, selector, '`selector` will be auto-generated')] : []),
    ...(manualSelector ? [notSupported(`${at}.manualSelector`, manualSelector, ['nil', 'false'])] : []),
  ];
}

function validateSelector({ selector, template }: Spec): FieldError[] {
  const errors = selector ? validateLabelSelector('spec.selector', selector) : [required('spec.selector')];
  const readable = errors.length === 0 || !selector;
  const matches = !readable || selects(selector, template.metadata?.labels);
  return matches ? errors : [...errors, unmatchedLabels('spec.template', template)];
}

/** Pods are called after the job and their index. */
function validateHostnames({ metadata: { name }, spec }: Job): FieldError[] {
  const { completionMode, completions = 0 } = spec;
  if (completionMode !== 'Indexed' || completions <= 0) return [];
  const longest = `${name}-${completions - 1}`;
  if (checkDns1123Label(longest).length === 0) return [];
  return [invalid('metadata.name', name, `will not able to create pod with invalid DNS label: ${longest}`)];
}

/** A job may be moved and resized while it is suspended and nothing of it runs. */
const isAtRest = ({ spec, status }: Job): boolean =>
  spec.suspend === true && (!status?.startTime || isConditionTrue(status.conditions, 'Suspended'));

/** The old template with what of the new one may differ: where pods run, and what is written on them. */
function withScheduling(old: core.PodTemplateSpec, { metadata, spec }: core.PodTemplateSpec): core.PodTemplateSpec {
  const { nodeAffinity: _before, ...others } = old.spec?.affinity ?? {};
  return {
    ...old,
    metadata: { ...old.metadata, labels: metadata?.labels, annotations: metadata?.annotations },
    spec: {
      ...old.spec,
      containers: old.spec?.containers ?? [],
      affinity: { ...others, nodeAffinity: spec?.affinity?.nodeAffinity },
      nodeSelector: spec?.nodeSelector,
      tolerations: spec?.tolerations,
      schedulingGates: spec?.schedulingGates,
    },
  };
}

const withResources = (old: readonly core.Container[], now: readonly core.Container[]): core.Container[] =>
  old.map((container, index) => {
    const resources = now[index]?.name === container.name ? now[index]?.resources : container.resources;
    return { ...container, resources };
  });

function validateTemplateUpdate(job: Job, old: Job): FieldError[] {
  const [now, before] = [job.spec.template, old.spec.template];
  if (!isAtRest(old)) return validateKept('spec.template', now, before);
  const { spec } = withScheduling(before, now);
  const allowed: core.PodSpec = {
    ...spec,
    containers: withResources(spec?.containers ?? [], now.spec?.containers ?? []),
    initContainers: withResources(spec?.initContainers ?? [], now.spec?.initContainers ?? []),
  };
  return validateKept('spec.template.spec', now.spec, allowed);
}

/** Of an indexed job, they change together with the parallelism. */
function validateCompletionsUpdate({ spec }: Job, old: Job): FieldError[] {
  const field = 'spec.completions';
  const { completions, parallelism, completionMode } = spec;
  if (completionMode !== 'Indexed') return validateKept(field, completions, old.spec.completions);
  if (completions === undefined || isSame(completions, old.spec.completions) || completions === parallelism) return [];
  return [invalid(field, completions, 'can only be modified in tandem with spec.parallelism')];
}

const fixed = ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const;

const validateUpdate = (job: Job, old: Job): FieldError[] => [
  ...validateCompletionsUpdate(job, old),
  ...validateKept('spec.selector', job.spec.selector, old.spec.selector),
  ...validateTemplateUpdate(job, old),
  ...fixed.flatMap((field) => validateKept(`spec.${field}`, job.spec[field], old.spec[field])),
];

export const validateJob = (job: Job, old: Job | undefined): FieldError[] => [
  ...validateGeneratedSelector(job, old),
  ...validateWork('spec', job.spec),
  ...validateSelector(job.spec),
  ...validateHostnames(job),
  ...(old ? validateUpdate(job, old) : []),
];
