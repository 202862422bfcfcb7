/** Metadata, schema and the kind's own rules, all errors at once; what is only odd becomes a warning. */
import type { Kind } from '../api/kind.ts';
import type { KindRegistry } from '../api/registry.ts';
import type { AnyObject } from '../api/types.ts';
import { invalid } from './errors.ts';
import { validateMetadata } from './metadata-validation.ts';

/** `old` is what is stored now; undefined on creation. Adds to `warnings`. */
export function validate(
  kinds: KindRegistry,
  kind: Kind,
  object: AnyObject,
  old: AnyObject | undefined,
  warnings: string[],
): void {
  const errors = [...validateMetadata(kinds, kind, object, old), ...(kind.validate?.(object, old) ?? [])];
  if (errors.length > 0) throw invalid(kind, object.metadata.name ?? '', errors);
  if (kind.warn) warnings.push(...kind.warn(object, old));
}
