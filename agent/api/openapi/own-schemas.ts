/**
 * Definitions of the kinds that bring their schema along (custom resources): the object and its list.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder/builder.go
 */
import { type Kind, listKindOf, type Representation, servedRepresentations } from '../kind.ts';
import type { Definitions, Schema } from '../schema/schema.ts';

const metaTypes = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const identity: Record<string, Schema> = { apiVersion: { type: 'string' }, kind: { type: 'string' } };

/** The name of the definition of a list of the objects of one definition. */
export const listDefinitionOf = ({ definition }: Representation): string => `${definition}List`;

const objectDefinition = ({ kind }: Kind, { group, version }: Representation, schema: Schema): Schema => ({
  ...schema,
  type: 'object',
  properties: { ...identity, metadata: { $ref: `${metaTypes}.ObjectMeta` }, ...schema.properties },
  'x-kubernetes-group-version-kind': [{ group, version, kind }],
});

const listDefinition = (kind: Kind, { group, version, definition }: Representation): Schema => ({
  type: 'object',
  required: ['items'],
  properties: {
    ...identity,
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
