/**
 * Validation of pod templates, whatever they are in.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidatePodTemplateSpec)
 */
import { forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { validateAnnotations, validateLabels } from '../selector-validation.ts';
import type { core } from '../types.ts';
import { validatePodAnnotations } from './pod-annotations.ts';
import { ephemeralContainersOf, validatePodSpec } from './pod-spec.ts';
import { compareProfiles } from './profiles.ts';

/** `path` is that of the template. Upstream leaves `metadata` out of the paths in it. */
export function validatePodTemplate(path: string, { metadata, spec }: core.PodTemplateSpec): FieldError[] {
  const { labels, annotations = {} } = metadata ?? {};
  const errors = [
    ...validateLabels(`${path}.labels`, labels),
    ...validateAnnotations(`${path}.annotations`, annotations),
  ];
  if (!spec) return [...errors, required(`${path}.spec.containers`)];
  return [
    ...errors,
    ...validatePodAnnotations(`${path}.annotations`, annotations, spec),
    ...validatePodSpec(`${path}.spec`, spec, undefined),
    ...compareProfiles(`${path}.spec`, annotations, spec),
    ...ephemeralContainersOf(`${path}.spec`, spec, 'ephemeral containers not allowed in pod template'),
  ];
}

/** Of pods that are replaced when they end; `kind` is named in the message. */
export function validateLastingPods(path: string, spec: core.PodSpec | undefined, kind: string): FieldError[] {
  if (!spec) return [];
  const deadline = `activeDeadlineSeconds in ${kind} is not Supported`;
  return [
    ...(spec.restartPolicy === 'Always'
      ? []
      : [notSupported(`${path}.spec.restartPolicy`, spec.restartPolicy, ['Always'])]),
    ...(spec.activeDeadlineSeconds === undefined ? [] : [forbidden(`${path}.spec.activeDeadlineSeconds`, deadline)]),
  ];
}

/** Of a template whose labels are not those that its selector asks for. */
export const unmatchedLabels = (path: string, { metadata }: core.PodTemplateSpec): FieldError =>
  invalid(`${path}.metadata.labels`, metadata?.labels ?? null, '`selector` does not match template `labels`');
