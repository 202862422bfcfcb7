/**
 * Validation of the environment of a container.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (ValidateEnv,
 * ValidateEnvFrom)
 */
import { invalid, invalidBy, invalidIfGiven, notFound, requiredBy } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkConfigKey, checkDns1123Label, checkDns1123Subdomain, checkEnvironmentName } from '../names.ts';
import type { core } from '../types.ts';
import { containersWithPath, someContainer } from './containers-of.ts';
import { validateVariableField, validateVariableResource } from './downward-api.ts';
import { validateNoBacksteps } from './paths.ts';

/** Of a ConfigMap or a Secret. */
const validateKeyOf = (path: string, { name = '', key }: core.ConfigMapKeySelector): FieldError[] => [
  ...invalidBy(`${path}.name`, name, checkDns1123Subdomain),
  ...requiredBy(`${path}.key`, key, checkConfigKey),
];

type FileKey = NonNullable<core.EnvVarSource['fileKeyRef']>;

const validateFileKey = (path: string, { key, volumeName, path: file }: FileKey): FieldError[] => [
  ...requiredBy(`${path}.key`, key, checkEnvironmentName),
  ...requiredBy(`${path}.volumeName`, volumeName, checkDns1123Label),
  ...requiredBy(`${path}.path`, file, () => []),
  ...validateNoBacksteps(`${path}.path`, file ?? ''),
];

function validateSource(path: string, source: core.EnvVarSource): FieldError[] {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  return [
    ...(fieldRef ? validateVariableField(`${path}.fieldRef`, fieldRef) : []),
    ...(resourceFieldRef ? validateVariableResource(`${path}.resourceFieldRef`, resourceFieldRef) : []),
    ...(configMapKeyRef ? validateKeyOf(`${path}.configMapKeyRef`, configMapKeyRef) : []),
    ...(secretKeyRef ? validateKeyOf(`${path}.secretKeyRef`, secretKeyRef) : []),
    ...(fileKeyRef ? validateFileKey(`${path}.fileKeyRef`, fileKeyRef) : []),
  ];
}

function validateValueFrom(path: string, { value, valueFrom }: core.EnvVar): FieldError[] {
  if (!valueFrom) return [];
  const errors = validateSource(path, valueFrom);
  const sources = Object.values(valueFrom).filter(Boolean).length;
  if (sources === 0) {
    const names = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    errors.push(invalid(path, '', `must specify one of: ${names}`));
  } else if (value) errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  else if (sources > 1) errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
  return errors;
}

export function validateEnvironment(path: string, variables: readonly core.EnvVar[]): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, variable] of variables.entries()) {
    const at = `${path}[${index}]`;
    errors.push(...requiredBy(`${at}.name`, variable.name, checkEnvironmentName));
    errors.push(...validateValueFrom(`${at}.valueFrom`, variable));
  }
  return errors;
}

export function validateEnvironmentFrom(path: string, sources: readonly core.EnvFromSource[]): FieldError[] {
  return sources.flatMap(({ prefix, configMapRef, secretRef }, index) => {
    const at = `${path}[${index}]`;
    const name = (field: string, ref: { name?: string } | undefined) =>
      ref ? requiredBy(`${at}.${field}.name`, ref.name, checkDns1123Subdomain) : [];
    const errors = [
      ...invalidIfGiven(`${at}.prefix`, prefix, checkEnvironmentName),
      ...name('configMapRef', configMapRef),
      ...name('secretRef', secretRef),
    ];
    if (configMapRef && secretRef) {
      errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
    }
    if (!configMapRef && !secretRef) {
      errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    }
    return errors;
  });
}

type Variables = Pick<core.Container, 'env'>;

const readsFiles = ({ env }: Variables): boolean => env?.some(({ valueFrom }) => valueFrom?.fileKeyRef) === true;

function validateFileVolumesOf(path: string, { env = [] }: Variables, volumes: readonly core.Volume[]): FieldError[] {
  return env.flatMap(({ valueFrom }, index) => {
    const name = valueFrom?.fileKeyRef?.volumeName;
    if (name === undefined) return [];
    const at = `${path}.env[${index}].valueFrom.fileKeyRef.volumeName`;
    const volume = volumes.findLast((each) => each.name === name);
    if (!volume) return [notFound(at, name)];
    return volume.emptyDir ? [] : [invalid(at, name, 'referenced volume must be of type emptyDir')];
  });
}

/** Variables may be read from files of volumes that the pod's own containers write. `path` is that of the spec. */
export function validateFileVolumes(path: string, spec: core.PodSpec): FieldError[] {
  if (!someContainer(spec, readsFiles)) return [];
  return containersWithPath(path, spec).flatMap(([container, at]) =>
    validateFileVolumesOf(at, container, spec.volumes ?? []),
  );
}
