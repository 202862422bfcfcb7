/**
 * Unknown fields, and fields that stand more than once: dropped silently, with a warning, or refused.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#setting-the-field-validation-level
 */

import { strictFaults } from '../api/json/parse.ts';
import { Undecodable } from '../api/schema/conform.ts';
import type { SchemaOwner, SchemaProvider } from '../api/schema/provider.ts';
import type { AnyObject } from '../api/types.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface Checking {
  level: FieldValidation;
  /** Collects texts for `Warning` headers. */
  warnings: string[];
}

export interface FieldChecker {
  /** `body`: what was sent, the object itself or a patch that it came from. */
  check(given: { object: AnyObject; body: unknown }, type: SchemaOwner, checking: Checking): void;
}

export function createFieldChecker(schemas: SchemaProvider): FieldChecker {
  return {
    check: ({ object, body }, type, { level, warnings }) => {
      const schema = schemas.schemaOf(type);
      if (!schema) return;
      const unknown = schema.decode(object);
      schema.fillDefaults(object);
      if (level === 'Ignore') return;
      const faults = strictFaults(body, unknown);
      if (level === 'Warn') warnings.push(...faults.warnings);
      else if (faults.errors.length > 0) {
        const detail = `strict decoding error: ${faults.errors.join(', ')}`;
        throw new Undecodable(object.kind, type.version, detail);
      }
    },
  };
}
