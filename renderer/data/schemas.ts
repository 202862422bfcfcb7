/** Documentation of fields, as each server publishes it: asked for when somebody looks, and kept for the window. */
import { useEffect, useState } from 'react';
import type { FieldSchema, ResourceRef, ResourceSchema } from '../../main/contract/resources.ts';
import { call } from './desktop.ts';
import { discoveryOf, findServed } from './discovery.ts';
import { resourceName } from './refs.ts';

const known = new Map<string, Promise<ResourceSchema | undefined>>();
const mostKept = 20;

function schemaIn(context: string, resource: ResourceRef): Promise<ResourceSchema | undefined> {
  const served = findServed(discoveryOf(context), resource);
  const key = `${context} ${resourceName(resource)} ${served?.version}`;
  const found = known.get(key) ?? call('resource.schema', { context, resource });
  known.set(key, found);
  found.catch(() => known.delete(key));
  for (const oldest of known.keys()) if (known.size > mostKept) known.delete(oldest);
  return found;
}

/** Undefined until it is there, and where the server publishes none: fields are then shown without documentation. */
export function useSchema(context: string, resource: ResourceRef): ResourceSchema | undefined {
  const [schema, setSchema] = useState<ResourceSchema>();
  const { group, plural } = resource;
  useEffect(() => {
    let isCurrent = true;
    schemaIn(context, { group, plural }).then(
      (found) => isCurrent && setSchema(found),
      () => isCurrent && setSchema(undefined),
    );
    return () => {
      isCurrent = false;
    };
  }, [context, group, plural]);
  return schema;
}

/** A reference and what is written beside it: the documentation of the place wins over that of the type. */
function resolved(schema: FieldSchema | undefined, { definitions }: ResourceSchema): FieldSchema | undefined {
  if (schema?.$ref === undefined) return schema;
  return { ...definitions[schema.$ref], ...schema };
}

/** The schema at a path of field names and indices; undefined where nothing is said of it. */
export function schemaAt(
  schema: ResourceSchema | undefined,
  path: readonly (string | number)[],
): FieldSchema | undefined {
  if (!schema) return undefined;
  let at = resolved(schema.root, schema);
  for (const step of path) {
    const next: FieldSchema | undefined =
      typeof step === 'number' ? at?.items : (at?.properties?.[step] ?? at?.additionalProperties);
    at = resolved(next, schema);
  }
  return at;
}
