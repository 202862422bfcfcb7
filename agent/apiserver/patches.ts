/** Which patch a content type means. */
import { copyOf } from '../api/json/value.ts';
import { mediaType, patchTypes } from '../api/media-types.ts';
import { applyPatch } from '../api/patch/apply.ts';
import { type MergeSchema, mergeSchema } from '../api/patch/merge-schema.ts';
import type { ObjectSchema, SchemaProvider } from '../api/schema/provider.ts';
import type { AnyObject } from '../api/types.ts';
import type { Served } from './core.ts';
import { unsupportedMediaType } from './errors.ts';

export type Patcher = (current: AnyObject) => unknown;

const mergeSchemas = new WeakMap<ObjectSchema, MergeSchema>();

function mergeSchemaOf(schema: ObjectSchema, definition: string): MergeSchema | undefined {
  const known = mergeSchemas.get(schema) ?? mergeSchema(schema.definitions, definition);
  if (known) mergeSchemas.set(schema, known);
  return known;
}

/** Custom resources have no merge keys, so that upstream takes no strategic merge patch for them. */
const withoutStrategic = patchTypes.filter((type) => type !== mediaType.strategicMergePatch);

export function patcher(
  schemas: SchemaProvider,
  { representation }: Served,
  contentType: string,
  patch: unknown,
): Patcher {
  const schema = schemas.schemaOf(representation);
  const accepted = schema?.isOwn ? withoutStrategic : patchTypes;
  const type = accepted.find((each) => each === contentType);
  if (!type) throw unsupportedMediaType(accepted);
  const merging = schema && mergeSchemaOf(schema, representation.definition);
  // What comes out shares parts with both, and the pipeline modifies it.
  return (current) => applyPatch(type, copyOf(current), copyOf(patch), merging);
}
