/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/autoscaling/validation/validation.go
 * (ValidateCrossVersionObjectReference)
 */
import { invalid, requiredBy } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkPathSegment } from '../names.ts';
import type { autoscaling } from '../types.ts';

/** What of a reference is not judged. */
export interface Leniency {
  /** The apiVersion: it was stored before there was a rule for it. */
  anyVersion?: boolean;
  /** An apiVersion of the core group, or none. */
  coreGroup?: boolean;
}

export function versionProblem(apiVersion: string, { anyVersion, coreGroup }: Leniency): string | undefined {
  if (anyVersion) return undefined;
  const slashes = apiVersion.split('/').length - 1;
  if (slashes > 1) return `unexpected GroupVersion string: ${apiVersion}`;
  const group = slashes === 1 ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return coreGroup || group !== '' ? undefined : 'apiVersion must specify API group';
}

export function validateReference(
  at: string,
  reference: Partial<autoscaling.CrossVersionObjectReference>,
  leniency: Leniency,
): FieldError[] {
  const { kind, name, apiVersion = '' } = reference;
  const problem = versionProblem(apiVersion, leniency);
  return [
    ...requiredBy(`${at}.kind`, kind, checkPathSegment),
    ...requiredBy(`${at}.name`, name, checkPathSegment),
    ...(problem === undefined ? [] : [invalid(`${at}.apiVersion`, apiVersion, problem)]),
  ];
}
