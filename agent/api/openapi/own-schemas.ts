/**
 * Definitions of the kinds that bring their schema along (custom resources): the object and its list.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder/builder.go
 */
import { type Kind, listKindOf, type Representation, servedRepresentations } from '../kind.ts';
import { resourceSchema, typeProperties } from '../schema/resource-schema.ts';
import type { Definitions, Schema } from '../schema/schema.ts';

const metaTypes = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** The name of the definition of a list of the objects of one definition. */
export const listDefinitionOf = ({ definition }: Representation): string => `${definition}List`;

const objectDefinition = ({ kind }: Kind, { group, version }: Representation, schema: Schema): Schema => ({
  ...resourceSchema(schema),
  'x-kubernetes-group-version-kind': [{ group, version, kind }],
});

const listDefinition = (kind: Kind, { group, version, definition }: Representation): Schema => ({
  type: 'object',
  required: ['items'],
  properties: {
    ...typeProperties,
    items: { type: 'array', items: { $ref: definition } },
    metadata: { $ref: `${metaTypes}.ListMeta` },
  },
  'x-kubernetes-group-version-kind': [{ group, version, kind: listKindOf(kind) }],
});

/** The given definitions, and those that the kinds bring along. */
export function withOwnSchemas(kinds: readonly Kind[], definitions: Definitions): Definitions {
  const own = kinds.flatMap((kind) =>
    servedRepresentations(kind).flatMap((representation): [string, Schema][] =>
      representation.schema
        ? [
            [representation.definition, objectDefinition(kind, representation, representation.schema)],
            [listDefinitionOf(representation), listDefinition(kind, representation)],
          ]
        : [],
    ),
  );
  return own.length === 0 ? definitions : { ...definitions, ...Object.fromEntries(own) };
}
