/** Metadata, schema and the kind's own rules, all errors at once; what is only odd becomes a warning. */
import type { Write } from './core.ts';
import { invalid } from './errors.ts';
import { validateMetadata } from './metadata-validation.ts';

export function validate(_core: unknown, { kind, object, old, warnings }: Write): void {
  const errors = [...validateMetadata(kind, object, old), ...(kind.validate?.(object, old) ?? [])];
  if (errors.length > 0) throw invalid(kind, object.metadata.name ?? '', errors);
  if (kind.warn) warnings.push(...kind.warn(object, old));
}
