/** Which patch a content type means. */
import { workingCopyOf } from '../api/json/value.ts';
import { changeTypes, customPatchTypes, mediaType, patchTypes } from '../api/media-types.ts';
import { applyPatch } from '../api/patch/apply.ts';
import { applyingJsonPatch } from '../api/patch/json-patch.ts';
import { type MergeSchema, mergeSchema } from '../api/patch/merge-schema.ts';
import type { ObjectSchema } from '../api/schema/provider.ts';
import type { AnyObject } from '../api/types.ts';
import type { Core, Served } from './core.ts';
import { unsupportedMediaType } from './errors.ts';

/** What it resolves with shares nothing with what it gets. */
export type Patcher = (current: AnyObject) => Promise<unknown>;

const mergeSchemas = new WeakMap<ObjectSchema, MergeSchema>();

function mergeSchemaOf(schema: ObjectSchema, definition: string): MergeSchema | undefined {
  const known = mergeSchemas.get(schema) ?? mergeSchema(schema.definitions, definition);
  if (known) mergeSchemas.set(schema, known);
  return known;
}

export function patcher(
  { schemas, turns }: Pick<Core, 'schemas' | 'turns'>,
  { representation }: Served,
  contentType: string,
  patch: unknown,
): Patcher {
  const schema = schemas.schemaOf(representation);
  const accepted = schema?.isOwn ? customPatchTypes : patchTypes;
  const type = changeTypes.find((each) => each === contentType && accepted.includes(each));
  if (!type) throw unsupportedMediaType(accepted);
  const merging = schema && mergeSchemaOf(schema, representation.definition);
  return async (current) => {
    if (type === mediaType.jsonPatch) return turns.run(applyingJsonPatch(current, patch));
    const outcome = applyPatch(type, current, patch, merging);
    // It shares parts with both, and the pipeline modifies it.
    await turns.pause();
    return workingCopyOf(outcome);
  };
}
