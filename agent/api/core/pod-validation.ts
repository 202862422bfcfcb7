/**
 * Validation of pods and pod templates.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 */
import { duplicate, forbidden, invalid, invalidBy, notSupported, oneOf, required } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkDns1123Subdomain, checkLabelKey, checkLabelValue } from '../names.ts';
import { quantityValue } from '../quantity.ts';
import { validateLabels } from '../selector-validation.ts';
import type { core, Pod } from '../types.ts';
import { validateContainer, validateInitContainer } from './container-validation.ts';
import { validateFileSources } from './downward-validation.ts';
import { validateEphemeralContainers, validateEphemeralUpdate } from './ephemeral-validation.ts';
import { validatePodNetwork } from './pod-network-validation.ts';
import { validateScheduling } from './scheduling-validation.ts';
import { validatePodSecurity } from './security-validation.ts';

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

const leaves = (path: string): boolean => path.split('/').includes('..');

const noBacksteps = (at: string, path: string | undefined): FieldError[] =>
  path && leaves(path) ? [invalid(at, path, "must not contain '..'")] : [];

/** Upstream's validateLocalNonReservedPath, and what it builds on. */
function validateLocalPath(at: string, path: string | undefined): FieldError[] {
  if (!path) return [required(at)];
  return [
    ...(path.startsWith('/') ? [invalid(at, path, 'must be a relative path')] : []),
    ...noBacksteps(at, path),
    ...(path.startsWith('..') && !leaves(path) ? [invalid(at, path, "must not start with '..'")] : []),
  ];
}

const validateItems = (at: string, items: readonly { path?: string }[] | undefined): FieldError[] =>
  (items ?? []).flatMap(({ path }, index) => validateLocalPath(`${at}.items[${index}].path`, path));

/** Where the files of a volume are to be. */
function validateFilePaths(at: string, { configMap, secret, downwardAPI, projected }: core.Volume): FieldError[] {
  return [
    ...validateItems(`${at}.configMap`, configMap?.items),
    ...validateItems(`${at}.secret`, secret?.items),
    ...validateItems(`${at}.downwardAPI`, downwardAPI?.items),
    ...validateFileSources(`${at}.downwardAPI`, downwardAPI?.items),
    ...(projected?.sources ?? []).flatMap((source, index) => {
      const each = `${at}.projected.sources[${index}]`;
      return [
        ...validateItems(`${each}.configMap`, source.configMap?.items),
        ...validateItems(`${each}.secret`, source.secret?.items),
        ...validateItems(`${each}.downwardAPI`, source.downwardAPI?.items),
        ...validateFileSources(`${each}.downwardAPI`, source.downwardAPI?.items),
        ...(source.serviceAccountToken
          ? validateLocalPath(`${each}.serviceAccountToken.path`, source.serviceAccountToken.path)
          : []),
      ];
    }),
  ];
}

function validateVolume(path: string, volume: core.Volume): FieldError[] {
  const { name, hostPath, secret, configMap, persistentVolumeClaim, emptyDir } = volume;
  const sources = Object.keys(volume).filter((key) => key !== 'name');
  const [, ...others] = sources;
  return [
    ...(name ? invalidBy(`${path}.name`, name, checkDns1123Label) : [required(`${path}.name`)]),
    ...(sources.length === 0 ? [required(path, 'must specify a volume type')] : []),
    ...others.map((source) => forbidden(`${path}.${source}`, 'may not specify more than 1 volume type')),
    ...(emptyDir?.sizeLimit && quantityValue(emptyDir.sizeLimit) < 0
      ? [forbidden(`${path}.emptyDir.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
      : []),
    ...(hostPath && !hostPath.path ? [required(`${path}.hostPath.path`)] : []),
    ...noBacksteps(`${path}.hostPath.path`, hostPath?.path),
    ...validateFilePaths(path, volume),
    ...oneOf(`${path}.hostPath.type`, hostPath?.type, hostPathTypes),
    ...(secret && !secret.secretName ? [required(`${path}.secret.secretName`)] : []),
    ...(configMap && !configMap.name ? [required(`${path}.configMap.name`)] : []),
    ...(persistentVolumeClaim && !persistentVolumeClaim.claimName
      ? [required(`${path}.persistentVolumeClaim.claimName`)]
      : []),
  ];
}

/** Duplicates are reported where they occur the second time. */
function duplicates(path: string, names: readonly (string | undefined)[], seen: Set<string> = new Set()): FieldError[] {
  return names.flatMap((name, index) => {
    if (!name) return [];
    const twice = seen.has(name);
    seen.add(name);
    return twice ? [duplicate(`${path}[${index}].name`, name)] : [];
  });
}

function validateContainers(path: string, spec: core.PodSpec, volumes: ReadonlySet<string>): FieldError[] {
  const containers = spec.containers ?? [];
  const init = spec.initContainers ?? [];
  const seen = new Set<string>();
  if (containers.length === 0) return [required(`${path}.containers`)];
  return [
    ...containers.flatMap((each, index) => validateContainer(`${path}.containers[${index}]`, each, volumes)),
    ...duplicates(
      `${path}.containers`,
      containers.map(({ name }) => name),
      seen,
    ),
    ...init.flatMap((each, index) => validateInitContainer(`${path}.initContainers[${index}]`, each, volumes)),
    ...duplicates(
      `${path}.initContainers`,
      init.map(({ name }) => name),
      seen,
    ),
  ];
}

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function validateToleration(path: string, toleration: core.Toleration): FieldError[] {
  const { key, operator, value, effect, tolerationSeconds } = toleration;
  const errors: FieldError[] = key ? invalidBy(`${path}.key`, key, checkLabelKey) : [];
  if (!key && operator !== 'Exists') {
    const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalid(`${path}.operator`, operator ?? '', detail));
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    errors.push(invalid(`${path}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
  if (operator === 'Exists' && value) {
    errors.push(invalid(`${path}.operator`, toleration, "value must be empty when `operator` is 'Exists'"));
  } else if (operator !== 'Exists' && value) errors.push(...invalidBy(`${path}.operator`, value, checkLabelValue));
  if (operator && operator !== 'Exists' && operator !== 'Equal') {
    errors.push(notSupported(`${path}.operator`, operator, ['Equal', 'Exists']));
  }
  return [...errors, ...(effect ? oneOf(`${path}.effect`, effect, effects) : [])];
}

const optionalName = (path: string, name: string | undefined, check: (text: string) => string[]): FieldError[] =>
  name ? invalidBy(path, name, check) : [];

/** They are added to a running pod, through a subresource. */
export const ephemeralContainersOf = (path: string, spec: core.PodSpec, why: string): FieldError[] =>
  spec.ephemeralContainers?.length ? [forbidden(`${path}.ephemeralContainers`, why)] : [];

/** `path` is `spec` or `spec.template.spec`. */
export function validatePodSpec(path: string, spec: core.PodSpec): FieldError[] {
  const volumes = spec.volumes ?? [];
  const names = volumes.map(({ name }) => name);
  const deadline = spec.activeDeadlineSeconds;
  return [
    ...volumes.flatMap((volume, index) => validateVolume(`${path}.volumes[${index}]`, volume)),
    ...duplicates(`${path}.volumes`, names),
    ...validateContainers(path, spec, new Set(names)),
    ...validateEphemeralContainers(`${path}.ephemeralContainers`, spec, new Set(names)),
    ...oneOf(`${path}.restartPolicy`, spec.restartPolicy, ['Always', 'OnFailure', 'Never']),
    ...oneOf(`${path}.preemptionPolicy`, spec.preemptionPolicy, ['Never', 'PreemptLowerPriority']),
    ...validatePodNetwork(path, spec),
    ...validateLabels(`${path}.nodeSelector`, spec.nodeSelector),
    ...optionalName(`${path}.serviceAccountName`, spec.serviceAccountName, checkDns1123Subdomain),
    ...optionalName(`${path}.nodeName`, spec.nodeName, checkDns1123Subdomain),
    ...optionalName(`${path}.hostname`, spec.hostname, checkDns1123Label),
    ...optionalName(`${path}.subdomain`, spec.subdomain, checkDns1123Label),
    ...(deadline !== undefined && (deadline < 1 || deadline > 2147483647)
      ? [invalid(`${path}.activeDeadlineSeconds`, deadline, 'must be between 1 and 2147483647, inclusive')]
      : []),
    ...validatePodSecurity(`${path}.securityContext`, spec),
    ...validateScheduling(path, spec),
    ...(spec.tolerations ?? []).flatMap((each, index) => validateToleration(`${path}.tolerations[${index}]`, each)),
  ];
}

const updatable =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
  '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

const withImagesOf = (containers: core.Container[] | undefined, old: core.Container[] | undefined) =>
  containers?.map((container, index) => ({ ...container, image: old?.[index]?.image }));

function keepsTolerations(spec: core.PodSpec, old: core.PodSpec): boolean {
  return (old.tolerations ?? []).every((before) =>
    (spec.tolerations ?? []).some((now) =>
      isEqual({ ...now, tolerationSeconds: 0 }, { ...before, tolerationSeconds: 0 }),
    ),
  );
}

/** The spec of a pod is fixed but for images, the deadline, added tolerations; ephemeral containers have a subresource. */
export function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  const { spec } = pod;
  const before = old.spec;
  const ephemeral = 'spec.ephemeralContainers';
  const errors = validateEphemeralUpdate(ephemeral, spec.ephemeralContainers, before.ephemeralContainers);
  if (spec.containers.length !== before.containers.length) {
    return [forbidden('spec.containers', 'pod updates may not add or remove containers')];
  }
  if ((spec.initContainers?.length ?? 0) !== (before.initContainers?.length ?? 0)) {
    return [forbidden('spec.initContainers', 'pod updates may not add or remove containers')];
  }
  for (const [index, { image }] of spec.containers.entries()) {
    if (!image) errors.push(required(`spec.containers[${index}].image`));
  }
  const grace = before.terminationGracePeriodSeconds;
  const allowed: core.PodSpec = {
    ...spec,
    containers: withImagesOf(spec.containers, before.containers) ?? [],
    ...(spec.initContainers ? { initContainers: withImagesOf(spec.initContainers, before.initContainers) } : {}),
    activeDeadlineSeconds: before.activeDeadlineSeconds,
    tolerations: keepsTolerations(spec, before) ? before.tolerations : spec.tolerations,
    ephemeralContainers: before.ephemeralContainers,
    schedulingGates: before.schedulingGates,
    ...(grace !== undefined && grace < 0 && spec.terminationGracePeriodSeconds === 1
      ? { terminationGracePeriodSeconds: grace }
      : {}),
  };
  const plain = (value: core.PodSpec) => JSON.parse(JSON.stringify(value)) as core.PodSpec;
  if (!isEqual(plain(allowed), plain(before))) errors.push(forbidden('spec', updatable));
  return errors;
}
