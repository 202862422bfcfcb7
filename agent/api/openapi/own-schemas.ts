/**
 * Definitions of the kinds that bring their schema along (custom resources): the object and its list.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder/builder.go
 */
import { type Kind, listKindOf, type Representation, servedRepresentations } from '../kind.ts';
import { resourceSchema, typeProperties } from '../schema/resource-schema.ts';
import type { Definitions, Descriptions, Schema } from '../schema/schema.ts';

const metaTypes = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** The name of the definition of a list of the objects of one definition. */
export const listDefinitionOf = ({ definition }: Representation): string => `${definition}List`;

/** How a document shows the schema of a whole resource. */
type Shown = (resource: Schema) => Schema;

const objectDefinition = ({ kind }: Kind, { group, version }: Representation, shown: Schema): Schema => ({
  ...shown,
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

const asItIs: Shown = (resource) => resource;

/** The given definitions, and those that the kinds bring along. */
export function withOwnSchemas(kinds: readonly Kind[], definitions: Definitions, shown = asItIs): Definitions {
  const own = kinds.flatMap((kind) =>
    servedRepresentations(kind).flatMap((representation): [string, Schema][] =>
      representation.schema
        ? [
            [
              representation.definition,
              objectDefinition(kind, representation, shown(resourceSchema(representation.schema))),
            ],
            [listDefinitionOf(representation), listDefinition(kind, representation)],
          ]
        : [],
    ),
  );
  return own.length === 0 ? definitions : { ...definitions, ...Object.fromEntries(own) };
}

/** What every resource has is documented alike: the texts are those of a built-in kind. */
const documented = 'io.k8s.api.core.v1.ConfigMap';

function everyField(docs: Readonly<Record<string, string>> = {}): Record<string, string> {
  const fields = ['apiVersion', 'kind', 'metadata'];
  return Object.fromEntries(fields.flatMap((field) => (docs[field] ? [[field, docs[field]]] : [])));
}

/** The given documentation, and that of the definitions of `withOwnSchemas`. */
export function withOwnDescriptions(kinds: readonly Kind[], descriptions: Descriptions): Descriptions {
  const [ofObject, ofList] = [everyField(descriptions[documented]), everyField(descriptions[`${documented}List`])];
  const own = kinds.flatMap((kind) =>
    servedRepresentations(kind).flatMap((representation) =>
      representation.schema
        ? [
            [representation.definition, ofObject],
            [listDefinitionOf(representation), ofList],
          ]
        : [],
    ),
  );
  return own.length === 0 ? descriptions : { ...descriptions, ...Object.fromEntries(own) };
}
