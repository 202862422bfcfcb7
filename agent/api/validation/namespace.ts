/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (ValidateNamespace,
 * ValidateNamespaceStatusUpdate)
 */
import { invalid, invalidBy } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkQualifiedName } from '../names.ts';
import type { Namespace } from '../types.ts';

const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** A finalizer is one of upstream's own, or has a domain: nobody else's can have its name. */
export const isFinalizerOwned = (name: string): boolean => name.includes('/') || standardFinalizers.has(name);

export function validateFinalizer(path: string, name: string): FieldError[] {
  if (isFinalizerOwned(name)) return [];
  return [invalid(path, name, 'name is neither a standard finalizer name nor is it fully qualified')];
}

const validateEach = (path: string, name: string): FieldError[] => [
  ...invalidBy(path, name, checkQualifiedName),
  ...validateFinalizer(path, name),
];

const field = 'spec.finalizers';

/** An update leaves them as they are. */
export const validateNamespace = ({ spec }: Namespace, old?: Namespace): FieldError[] =>
  old ? [] : (spec.finalizers ?? []).flatMap((name) => validateEach(field, name));

export const validateNamespaceFinalizers = ({ spec }: Namespace): FieldError[] =>
  (spec.finalizers ?? []).flatMap((name, index) => validateEach(`${field}[${index}]`, name));

export function validateNamespaceStatus({ metadata, status }: Namespace): FieldError[] {
  const phase = status?.phase ?? '';
  const deleted = metadata.deletionTimestamp !== undefined;
  const only = deleted ? 'Terminating' : 'Active';
  if (phase === only) return [];
  const detail = `may only be '${only}' if \`deletionTimestamp\` is ${deleted ? 'not empty' : 'empty'}`;
  return [invalid('status.Phase', phase, detail)];
}
