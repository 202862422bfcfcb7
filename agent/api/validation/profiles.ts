/**
 * Validation of seccomp and AppArmor profiles, in fields and in the annotations that they once were.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (validateSeccompProfileField, ValidateAppArmorProfileField)
 */
import { forbidden, invalid, notSupported, required, tooLong } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import type { core, meta } from '../types.ts';
import { containersWithPath } from './containers-of.ts';
import { validateDescendingPath } from './paths.ts';

type Seccomp = NonNullable<core.PodSecurityContext['seccompProfile']>;
type AppArmor = NonNullable<core.PodSecurityContext['appArmorProfile']>;

const types = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function validateType(path: string, type: string, field: string): FieldError[] {
  if (!type) return [required(path, `type is required when ${field} is set`)];
  return types.includes(type) ? [] : [notSupported(path, type, types)];
}

export function validateSeccomp(path: string, profile: Seccomp | undefined): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const at = `${path}.localhostProfile`;
  const errors = validateType(`${path}.type`, type, 'seccompProfile');
  if (type === 'Localhost') {
    if (localhostProfile === undefined) errors.push(required(at, 'must be set when seccomp type is Localhost'));
    else errors.push(...validateDescendingPath(at, localhostProfile));
  } else if (localhostProfile !== undefined) {
    errors.push(invalid(at, profile, 'can only be set when seccomp type is Localhost'));
  }
  return errors;
}

const longestProfile = 4095;

function validateLocalAppArmor(at: string, profile: string | undefined): FieldError[] {
  const trimmed = profile?.trim();
  if (profile !== undefined && trimmed !== profile) {
    return [
      invalid(at, profile, 'must not be padded with whitespace'),
      ...(profile.length > longestProfile ? [tooLong(at, longestProfile)] : []),
    ];
  }
  if (!profile) return [required(at, 'must be set when AppArmor type is Localhost')];
  return profile.length > longestProfile ? [tooLong(at, longestProfile)] : [];
}

export function validateAppArmor(path: string, profile: AppArmor | undefined): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const at = `${path}.localhostProfile`;
  const malformed = validateType(`${path}.type`, type, 'appArmorProfile');
  if (malformed.length > 0) return malformed;
  if (type === 'Localhost') return validateLocalAppArmor(at, localhostProfile);
  if (localhostProfile === undefined) return [];
  return [invalid(at, localhostProfile, 'can only be set when AppArmor type is Localhost')];
}

type Annotations = NonNullable<meta.ObjectMeta['annotations']>;

const seccompOfPod = 'seccomp.security.alpha.kubernetes.io/pod';
const seccompOfContainer = 'container.seccomp.security.alpha.kubernetes.io/';
export const appArmorOfContainer = 'container.apparmor.security.beta.kubernetes.io/';
const local = 'localhost/';

const isProfile = (key: string): boolean =>
  key === seccompOfPod || key.startsWith(seccompOfContainer) || key.startsWith(appArmorOfContainer);

function validateSeccompName(path: string, name: string): FieldError[] {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(name)) return [];
  if (name.startsWith(local)) return validateDescendingPath(path, name.slice(local.length));
  return [invalid(path, name, 'must be a valid seccomp profile')];
}

type Names = ReadonlySet<string>;

function validateAppArmorName(path: string, key: string, name: string, containers: Names): FieldError[] {
  const container = key.slice(appArmorOfContainer.length);
  const known = name === '' || name === 'runtime/default' || name === 'unconfined' || name.startsWith(local);
  return [
    ...(containers.has(container) ? [] : [invalid(`${path}[${key}]`, container, 'container not found')]),
    ...(known ? [] : [invalid(`${path}[${key}]`, name, `invalid AppArmor profile name: ${JSON.stringify(name)}`)]),
  ];
}

/** `path` is that of the annotations. */
export function validateProfileAnnotations(path: string, annotations: Annotations, spec: core.PodSpec): FieldError[] {
  const profiles = Object.entries(annotations).filter(([key]) => isProfile(key));
  if (profiles.length === 0) return [];
  const containers = new Set(containersWithPath('', spec).map(([{ name }]) => name));
  return profiles.flatMap(([key, value]) => {
    if (key === seccompOfPod || key.startsWith(seccompOfContainer)) return validateSeccompName(`${path}.${key}`, value);
    return key.startsWith(appArmorOfContainer) ? validateAppArmorName(path, key, value, containers) : [];
  });
}

type Profile = { type: string; localhostProfile?: string };

/** The annotation and the field are two ways to say the same. */
function compare(path: string, kind: string, annotation: string, { type, localhostProfile }: Profile): FieldError[] {
  const other = forbidden(`${path}.type`, `${kind} type in annotation and field must match`);
  if (type === 'Localhost') {
    if (!annotation.startsWith(local)) return [other];
    if (annotation.slice(local.length) === localhostProfile) return [];
    return [forbidden(`${path}.localhostProfile`, `${kind} profile in annotation and field must match`)];
  }
  const defaults = kind === 'seccomp' ? ['runtime/default', 'docker/default'] : ['runtime/default'];
  const same = type === 'Unconfined' ? annotation === 'unconfined' : defaults.includes(annotation);
  return same ? [] : [other];
}

/** On creation of a pod, and in templates always. `path` is that of the spec. */
export function compareProfiles(path: string, annotations: Annotations, spec: core.PodSpec): FieldError[] {
  if (!Object.keys(annotations).some(isProfile)) return [];
  const { seccompProfile: ofPod, appArmorProfile } = spec.securityContext ?? {};
  const pod = annotations[seccompOfPod];
  const containers = containersWithPath(path, spec);
  const field = 'securityContext.seccompProfile';
  return [
    ...(ofPod && pod !== undefined ? compare(`${path}.${field}`, 'seccomp', pod, ofPod) : []),
    ...containers.flatMap(([{ name, securityContext }, at]) => {
      const annotation = annotations[`${seccompOfContainer}${name}`];
      const own = securityContext?.seccompProfile;
      return own && annotation !== undefined ? compare(`${at}.${field}`, 'seccomp', annotation, own) : [];
    }),
    ...(spec.os?.name === 'windows' ? [] : containers).flatMap(([{ name, securityContext }, at]) => {
      const annotation = annotations[`${appArmorOfContainer}${name}`];
      const profile = securityContext?.appArmorProfile ?? appArmorProfile;
      if (!profile || annotation === undefined) return [];
      return compare(`${at}.securityContext.appArmorProfile`, 'apparmor', annotation, profile);
    }),
  ];
}
