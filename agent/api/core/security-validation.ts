/** https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/apis/core/validation/validation.go (ValidateSecurityContext) */
import { invalid } from '../field-errors.ts';
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

export function validatePodSecurity(path: string, context: core.PodSecurityContext | undefined): FieldError[] {
  if (!context) return [];
  const { runAsUser, runAsGroup, fsGroup } = context;
  return validateIds(path, { runAsUser, runAsGroup, fsGroup });
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
