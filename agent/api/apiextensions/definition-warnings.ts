/**
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/registry/customresourcedefinition/strategy.go
 * (WarningsOnCreate)
 */
import type { Schema } from '../schema/schema.ts';
import { isKnownFormat } from '../schema/structural/formats.ts';
import type { CustomResourceDefinition } from '../types.ts';
import { schemasIn } from './raw-schema.ts';

function warningOf({ format, items, 'x-kubernetes-list-type': listType }: Schema): string[] {
  const odd = items?.type;
  return [
    ...(format && !isKnownFormat(format) ? [`unrecognized format ${JSON.stringify(format)}`] : []),
    ...(listType === 'set' && (odd === 'object' || odd === 'array')
      ? [
          `x-kubernetes-list-type: set for items of type ${JSON.stringify(odd)} is not supported by server-side apply or CEL validation rules`,
        ]
      : []),
  ];
}

function allIn({ spec }: CustomResourceDefinition): string[] {
  const found = spec.versions.flatMap(({ schema }) =>
    schema?.openAPIV3Schema ? [...schemasIn(schema.openAPIV3Schema)].flatMap(warningOf) : [],
  );
  return [...new Set(found)];
}

/** What is odd in the schemas, and was not before. */
export function formatWarnings(definition: CustomResourceDefinition, old?: CustomResourceDefinition): string[] {
  const before = new Set(old ? allIn(old) : []);
  return allIn(definition).filter((warning) => !before.has(warning));
}
