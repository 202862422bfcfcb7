/**
 * Unknown fields: dropped silently, with a warning, or refused.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#setting-the-field-validation-level
 */

import type { Representation } from '../api/kind.ts';
import { quote } from '../api/quote.ts';
import { Undecodable } from '../api/schema/conform.ts';
import type { SchemaProvider } from '../api/schema/provider.ts';
import type { AnyObject } from '../api/types.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** As many as upstream's decoder gathers: https://github.com/kubernetes-sigs/json (saveStrictError). */
const mostStrictErrors = 100;

export interface FieldChecker {
  check(object: AnyObject, representation: Representation, level: FieldValidation, warnings: string[]): void;
}

export function createFieldChecker(schemas: SchemaProvider): FieldChecker {
  return {
    check: (object, representation, level, warnings) => {
      const schema = schemas.schemaOf(representation);
      if (!schema) return;
      const unknown = schema
        .decode(object)
        .slice(0, mostStrictErrors)
        .map((path) => `unknown field ${quote(path)}`);
      schema.fillDefaults(object);
      if (unknown.length === 0 || level === 'Ignore') return;
      if (level === 'Warn') {
        warnings.push(...unknown);
        return;
      }
      throw new Undecodable(object.kind, representation.version, `strict decoding error: ${unknown.join(', ')}`);
    },
  };
}
