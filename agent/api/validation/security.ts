/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidateSecurityContext, validatePodSpecSecurityContext)
 */
import { duplicate, forbidden, invalid, oneOf, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import type { core } from '../types.ts';
import { containersWithPath } from './containers-of.ts';
import { validateAppArmor, validateSeccomp } from './profiles.ts';
import { validateWindowsOptions } from './windows.ts';

const mostId = 2 ** 31 - 1;

function validateIds(path: string, ids: { runAsUser?: number; runAsGroup?: number; fsGroup?: number }): FieldError[] {
  return (['fsGroup', 'runAsUser', 'runAsGroup'] as const).flatMap((field) => {
    const id = ids[field];
    if (id === undefined || (id >= 0 && id <= mostId)) return [];
    return [invalid(`${path}.${field}`, id, `must be between 0 and ${mostId}, inclusive`)];
  });
}

const longestSysctl = 253;
const sysctlSegment = /^[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?$/;
const sysctlRule =
  `must have at most ${longestSysctl} characters and match regex ` +
  '([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?';

/** Segment by segment, so that no name takes long to look at. */
const isSysctlName = (name: string): boolean =>
  name.length <= longestSysctl && name.split(/[./]/).every((segment) => sysctlSegment.test(segment));

/** Sysctls that belong to a namespace which a pod may share with its node. */
const ipcSysctl = /^(?:kernel[./](?:shm|msg|sem)|fs[./]mqueue[./])/;

type Sharing = Pick<core.PodSpec, 'hostNetwork' | 'hostIPC'>;

function validateSharing(field: string, name: string, { hostNetwork, hostIPC }: Sharing): FieldError[] {
  if (hostNetwork && /^net[./]/.test(name)) {
    return [invalid(field, name, "may not be specified when 'hostNetwork' is true")];
  }
  return hostIPC && ipcSysctl.test(name) ? [invalid(field, name, "may not be specified when 'hostIPC' is true")] : [];
}

function validateSysctl(field: string, name: string, seen: ReadonlySet<string>): FieldError[] {
  if (!name) return [required(field)];
  if (!isSysctlName(name)) return [invalid(field, name, sysctlRule)];
  return seen.has(name) ? [duplicate(field, name)] : [];
}

function validateSysctls(path: string, sysctls: readonly core.Sysctl[], sharing: Sharing): FieldError[] {
  const seen = new Set<string>();
  return sysctls.flatMap(({ name }, index) => {
    const field = `${path}[${index}].name`;
    const errors = [...validateSysctl(field, name, seen), ...validateSharing(field, name, sharing)];
    seen.add(name);
    return errors;
  });
}

const validateGroups = (path: string, groups: readonly number[]): FieldError[] =>
  groups.flatMap((id, index) =>
    id >= 0 && id <= mostId ? [] : [invalid(`${path}[${index}]`, id, `must be between 0 and ${mostId}, inclusive`)],
  );

type Host = Sharing & Pick<core.PodSpec, 'hostPID' | 'shareProcessNamespace' | 'securityContext'>;

function validateNamespaces(path: string, { hostPID, shareProcessNamespace: shared }: Host): FieldError[] {
  if (!shared || !hostPID) return [];
  const detail = 'ShareProcessNamespace and HostPID cannot both be enabled';
  return [invalid(`${path}.shareProcessNamespace`, shared, detail)];
}

export function validatePodSecurity(path: string, spec: Host): FieldError[] {
  const context = spec.securityContext;
  if (!context) return [];
  const { runAsUser, runAsGroup, fsGroup, supplementalGroups = [], sysctls = [] } = context;
  return [
    ...validateIds(path, { runAsUser, runAsGroup, fsGroup }),
    ...validateGroups(`${path}.supplementalGroups`, supplementalGroups),
    ...validateNamespaces(path, spec),
    ...validateSysctls(`${path}.sysctls`, sysctls, spec),
    ...oneOf(`${path}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']),
    ...validateSeccomp(`${path}.seccompProfile`, context.seccompProfile),
    ...validateWindowsOptions(`${path}.windowsOptions`, context.windowsOptions),
    ...validateAppArmor(`${path}.appArmorProfile`, context.appArmorProfile),
    ...oneOf(`${path}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, ['Merge', 'Strict']),
    ...oneOf(`${path}.seLinuxChangePolicy`, context.seLinuxChangePolicy, ['MountOption', 'Recursive']),
  ];
}

function validateProcMount(path: string, procMount: string | undefined, hostUsers: boolean): FieldError[] {
  const errors = oneOf(path, procMount, ['Default', 'Unmasked']);
  if (procMount !== 'Unmasked' || !hostUsers) return errors;
  return [...errors, invalid(path, procMount, '`hostUsers` must be false to use `Unmasked`')];
}

function validateEscalation(path: string, context: core.SecurityContext): FieldError[] {
  if (context.allowPrivilegeEscalation !== false) return [];
  const cannot = (what: string) =>
    invalid(path, context, `cannot set \`allowPrivilegeEscalation\` to false and ${what}`);
  const added = context.capabilities?.add ?? [];
  return [
    ...(context.privileged ? [cannot('`privileged` to true')] : []),
    ...added.filter((each) => each === 'CAP_SYS_ADMIN').map(() => cannot('`capabilities.Add` CAP_SYS_ADMIN')),
  ];
}

/** `hostUsers`: whether the pod has the users of its node, which is the default. */
export function validateSecurity(
  path: string,
  context: core.SecurityContext | undefined,
  hostUsers: boolean,
): FieldError[] {
  if (!context) return [];
  const { runAsUser, runAsGroup } = context;
  return [
    ...validateIds(path, { runAsUser, runAsGroup }),
    ...validateProcMount(`${path}.procMount`, context.procMount, hostUsers),
    ...validateSeccomp(`${path}.seccompProfile`, context.seccompProfile),
    ...validateEscalation(path, context),
    ...validateWindowsOptions(`${path}.windowsOptions`, context.windowsOptions),
    ...validateAppArmor(`${path}.appArmorProfile`, context.appArmorProfile),
  ];
}

/** What a pod with users of its own cannot share with its node. */
export function validateHostUsers(path: string, spec: core.PodSpec): FieldError[] {
  if (spec.hostUsers !== false) return [];
  const detail = 'when `hostUsers` is false';
  return [
    ...(spec.hostNetwork ? [forbidden(`${path}.hostNetwork`, detail)] : []),
    ...(spec.hostPID ? [forbidden(`${path}.HostPID`, detail)] : []),
    ...(spec.hostIPC ? [forbidden(`${path}.HostIPC`, detail)] : []),
    ...containersWithPath(path, spec)
      .filter(([{ volumeDevices }]) => volumeDevices?.length)
      .map(([, at]) => forbidden(`${at}.volumeDevices`, detail)),
  ];
}
