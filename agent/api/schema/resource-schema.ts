/**
 * The whole schema of a kind that brings its own: what every resource has is added, to the outermost and to embedded
 * ones.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/controller/openapi/builder/builder.go
 */
import { objectMetaDefinition, type Schema } from './schema.ts';

export const typeProperties: Readonly<Record<string, Schema>> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
};

const identity: Readonly<Record<string, Schema>> = { ...typeProperties, metadata: { $ref: objectMetaDefinition } };

/** Embedded resources have the fields that every resource has. */
function withIdentity(schema: Schema): Schema {
  const { items, additionalProperties, properties, ...rest } = schema;
  const parts = Object.entries(properties ?? {}).map(([name, property]) => [name, withIdentity(property)]);
  const own = { ...Object.fromEntries(parts), ...(rest['x-kubernetes-embedded-resource'] ? identity : {}) };
  return {
    ...rest,
    ...(items ? { items: withIdentity(items) } : {}),
    ...(additionalProperties ? { additionalProperties: withIdentity(additionalProperties) } : {}),
    ...(Object.keys(own).length > 0 ? { properties: own } : {}),
  };
}

/** Whatever the kind itself says of these fields does not count. */
export function resourceSchema(schema: Schema): Schema {
  const { properties, ...root } = withIdentity(schema);
  return { ...root, type: 'object', properties: { ...properties, ...identity } };
}
