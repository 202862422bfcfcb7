/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (ValidateSecurityContext) */
import { duplicate, invalid, oneOf, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import type { core } from '../types.ts';

const mostId = 2 ** 31 - 1;

function validateIds(path: string, ids: { runAsUser?: number; runAsGroup?: number; fsGroup?: number }): FieldError[] {
  return (['runAsUser', 'runAsGroup', 'fsGroup'] as const).flatMap((field) => {
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

function validateSysctl(field: string, name: string, { hostNetwork, hostIPC }: Sharing): FieldError[] {
  if (name === '') return [required(field)];
  if (!isSysctlName(name)) return [invalid(field, name, sysctlRule)];
  if (hostNetwork && /^net[./]/.test(name)) {
    return [invalid(field, name, "may not be specified when 'hostNetwork' is true")];
  }
  return hostIPC && ipcSysctl.test(name) ? [invalid(field, name, "may not be specified when 'hostIPC' is true")] : [];
}

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (validateSysctls) */
function validateSysctls(path: string, sysctls: readonly core.Sysctl[], sharing: Sharing): FieldError[] {
  const seen = new Set<string>();
  return sysctls.flatMap(({ name }, index) => {
    const field = `${path}[${index}].name`;
    if (name !== '' && seen.has(name)) return [duplicate(field, name)];
    seen.add(name);
    return validateSysctl(field, name, sharing);
  });
}

const validateGroups = (path: string, groups: readonly number[]): FieldError[] =>
  groups.flatMap((id, index) =>
    id >= 0 && id <= mostId ? [] : [invalid(`${path}[${index}]`, id, `must be between 0 and ${mostId}, inclusive`)],
  );

export function validatePodSecurity(path: string, spec: Sharing & Pick<core.PodSpec, 'securityContext'>): FieldError[] {
  const context = spec.securityContext;
  if (!context) return [];
  const { runAsUser, runAsGroup, fsGroup, supplementalGroups = [], sysctls = [] } = context;
  return [
    ...validateIds(path, { runAsUser, runAsGroup, fsGroup }),
    ...validateGroups(`${path}.supplementalGroups`, supplementalGroups),
    ...validateSysctls(`${path}.sysctls`, sysctls, spec),
    ...oneOf(`${path}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']),
    ...oneOf(`${path}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, ['Merge', 'Strict']),
  ];
}

export function validateSecurity(path: string, context: core.SecurityContext | undefined): FieldError[] {
  if (!context) return [];
  const { runAsUser, runAsGroup, allowPrivilegeEscalation, privileged, capabilities } = context;
  const errors = validateIds(path, { runAsUser, runAsGroup });
  if (allowPrivilegeEscalation !== false) return errors;
  if (privileged) {
    errors.push(invalid(path, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
  }
  if (capabilities?.add?.includes('CAP_SYS_ADMIN')) {
    const detail = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
    errors.push(invalid(path, context, detail));
  }
  return errors;
}
