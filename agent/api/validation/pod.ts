/**
 * Validation of pods as they are created and changed.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (ValidatePodCreate,
 * ValidatePodUpdate)
 */
import { forbidden, invalid, required } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import type { core, Pod } from '../types.ts';
import { validateImageText } from './container.ts';
import { validateEphemeralUpdate } from './ephemeral.ts';
import { validateNodeAffinityMutation, validateNodeSelectorMutation } from './gated-pods.ts';
import { isMirror, validateAnnotationUpdates, validatePodAnnotations } from './pod-annotations.ts';
import { ephemeralContainersOf, validatePodSpec } from './pod-spec.ts';
import { compareProfiles } from './profiles.ts';
import { isSame } from './same.ts';

/** A token is an account's. */
function validateTokens({ serviceAccountName, volumes = [] }: core.PodSpec): FieldError[] {
  if (serviceAccountName) return [];
  return volumes.flatMap(({ projected }, volume) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }, index) => {
      if (!serviceAccountToken) return [];
      const field = `spec.volumes[${volume}].projected.sources[${index}].serviceAccountToken`;
      return [forbidden(field, 'must not be specified when serviceAccountName is not set')];
    }),
  );
}

const images = (path: string, containers: readonly core.Container[] = []): FieldError[] =>
  containers.flatMap((container, index) => validateImageText(`${path}[${index}]`, container));

/** What holds for a pod whenever it is written. */
const validateSpec = ({ metadata, spec }: Pod): FieldError[] => [
  ...validatePodAnnotations('metadata.annotations', metadata.annotations, spec),
  ...validatePodSpec('spec', spec, metadata),
  ...validateTokens(spec),
  ...images('spec.containers', spec.containers),
  ...images('spec.initContainers', spec.initContainers),
];

export function validatePodCreate(pod: Pod): FieldError[] {
  const { metadata, spec } = pod;
  const errors = [...validateSpec(pod), ...ephemeralContainersOf('spec', spec, 'cannot be set on create')];
  if (spec.nodeName && spec.schedulingGates?.length) {
    errors.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  }
  return [...errors, ...compareProfiles('spec', metadata.annotations ?? {}, spec)];
}

/** What an update of a pod, or of a part of it, has in common. A spec that is stored is valid. */
export const validatePodAgain = (pod: Pod, old: Pod): FieldError[] => [
  ...(isEqual(pod.spec, old.spec)
    ? validatePodAnnotations('metadata.annotations', pod.metadata.annotations, pod.spec)
    : validateSpec(pod)),
  ...validateAnnotationUpdates(pod, old),
];

const latestDeadline = 2 ** 31 - 1;

function validateDeadline(now: number | undefined, before: number | undefined): FieldError[] {
  const field = 'spec.activeDeadlineSeconds';
  if (now === undefined) {
    const detail = 'must not update from a positive integer to nil value';
    return before === undefined ? [] : [invalid(field, null, detail)];
  }
  if (now < 0 || now > latestDeadline) {
    return [invalid(field, now, `must be between 0 and ${latestDeadline}, inclusive`)];
  }
  if (before === undefined || before >= now) return [];
  return [invalid(field, now, 'must be less than or equal to previous value')];
}

/** The same for tolerations that differ in nothing but their seconds. */
const untimed = ({ key, operator, value, effect }: core.Toleration): string =>
  JSON.stringify([key ?? null, operator ?? null, value ?? null, effect ?? null]);

function validateTolerationsKept({ tolerations = [] }: core.PodSpec, { tolerations: before = [] }: core.PodSpec) {
  const present = new Set(tolerations.map(untimed));
  if (before.every((old) => present.has(untimed(old)))) return [];
  return [forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}

function validateGatesOnlyGo({ schedulingGates = [] }: core.PodSpec, { schedulingGates: before = [] }: core.PodSpec) {
  const known = new Set(before.map(({ name }) => name));
  return schedulingGates.flatMap(({ name }, index) =>
    known.has(name)
      ? []
      : [
          forbidden(
            `spec.schedulingGates[${index}].name`,
            `only deletion is allowed, but found new scheduling gate '${name}'`,
          ),
        ],
  );
}

const missingImages = (path: string, containers: readonly core.Container[] = []): FieldError[] =>
  containers.flatMap(({ image }, index) => (image ? [] : [required(`${path}[${index}].image`)]));

const updatable =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
  '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

const withImagesOf = (containers: readonly core.Container[], old: readonly core.Container[]) =>
  containers.map((container, index) => ({ ...container, image: old[index]?.image }));

/** The new spec with the old value of whatever may change. Absent and empty are the same. */
function withOldValues(spec: core.PodSpec, old: core.PodSpec): core.PodSpec {
  const grace = old.terminationGracePeriodSeconds;
  const shortened = grace !== undefined && grace < 0 && spec.terminationGracePeriodSeconds === 1;
  const gated = (old.schedulingGates ?? []).length > 0;
  const affinity = { ...spec.affinity, nodeAffinity: old.affinity?.nodeAffinity };
  return {
    ...spec,
    containers: withImagesOf(spec.containers, old.containers),
    initContainers: withImagesOf(spec.initContainers ?? [], old.initContainers ?? []),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    tolerations: old.tolerations,
    schedulingGates: old.schedulingGates,
    ...(shortened ? { terminationGracePeriodSeconds: grace } : {}),
    ...(gated ? { nodeSelector: old.nodeSelector, affinity } : {}),
  };
}

function validateSpecUpdate(spec: core.PodSpec, old: core.PodSpec): FieldError[] {
  const errors = [
    ...missingImages('spec.containers', spec.containers),
    ...missingImages('spec.initContainers', spec.initContainers),
  ];
  const late = validateDeadline(spec.activeDeadlineSeconds, old.activeDeadlineSeconds);
  errors.push(...late);
  if (late.length > 0 && spec.activeDeadlineSeconds !== undefined) return errors;
  errors.push(...validateTolerationsKept(spec, old), ...validateGatesOnlyGo(spec, old));
  if (old.schedulingGates?.length) {
    errors.push(...validateNodeSelectorMutation('spec.nodeSelector', spec.nodeSelector, old.nodeSelector));
    const at = 'spec.affinity.nodeAffinity';
    errors.push(...validateNodeAffinityMutation(at, spec.affinity?.nodeAffinity, old.affinity?.nodeAffinity));
  }
  return isSame(withOldValues(spec, old), old) ? errors : [...errors, forbidden('spec', updatable)];
}

const added = 'pod updates may not add or remove containers';

export function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  const errors = validatePodAgain(pod, old);
  const { spec } = pod;
  if (isEqual(spec, old.spec)) return errors;
  if (spec.containers.length !== old.spec.containers.length) return [...errors, forbidden('spec.containers', added)];
  if ((spec.initContainers ?? []).length !== (old.spec.initContainers ?? []).length) {
    return [...errors, forbidden('spec.initContainers', added)];
  }
  return [...errors, ...validateSpecUpdate(spec, old.spec)];
}

/** Of the containers that `kubectl debug` adds. */
export function validatePodEphemeralUpdate(pod: Pod, old: Pod): FieldError[] {
  if (isMirror(old.metadata)) return [forbidden('[]', 'static pods do not support ephemeral containers')];
  const [now, before] = [pod.spec.ephemeralContainers, old.spec.ephemeralContainers];
  return [...validatePodAgain(pod, old), ...validateEphemeralUpdate('spec.ephemeralContainers', now, before)];
}
