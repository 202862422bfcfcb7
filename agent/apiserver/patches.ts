/** Which patch a content type means. */
import { applyPatch, patchTypes } from '../api/patch/apply.ts';
import { type MergeSchema, mergeSchema } from '../api/patch/merge-schema.ts';
import type { Definitions } from '../api/schema/schema.ts';
import type { AnyObject } from '../api/types.ts';
import type { Served } from './core.ts';
import { unsupportedMediaType } from './errors.ts';

export type Patcher = (current: AnyObject) => unknown;

const mergeSchemas = new WeakMap<Definitions, Map<string, MergeSchema | undefined>>();

function schemaOf(definitions: Definitions, definition: string): MergeSchema | undefined {
  const known = mergeSchemas.get(definitions) ?? new Map<string, MergeSchema | undefined>();
  mergeSchemas.set(definitions, known);
  if (!known.has(definition)) known.set(definition, mergeSchema(definitions, definition));
  return known.get(definition);
}

export function patcher(definitions: Definitions, served: Served, contentType: string, patch: unknown): Patcher {
  const type = patchTypes.find((each) => each === contentType);
  if (!type) throw unsupportedMediaType(patchTypes);
  // What comes out shares parts with both, and the pipeline modifies it.
  return (current) =>
    applyPatch(
      type,
      structuredClone(current),
      structuredClone(patch),
      schemaOf(definitions, served.representation.definition),
    );
}
