/** OpenAPI v2: one document for everything, for clients that are older than version 3. */

import { type Kind, servedRepresentations } from '../kind.ts';
import { mediaType } from '../media-types.ts';
import type { Definitions, Descriptions } from '../schema/schema.ts';
import { components } from './components.ts';
import { type Operation, operationsOf } from './operations.ts';
import { withOwnDescriptions, withOwnSchemas } from './own-schemas.ts';
import { queryParameter } from './parameters.ts';
import { schemaForV2 } from './schema-v2.ts';

const dialect = { prefix: '#/definitions/', wrapsReferences: false };

function parameter(name: string) {
  const { schema, ...rest } = queryParameter(name);
  return { ...rest, ...schema };
}

const pathParameter = (name: string) => ({ name, in: 'path', required: true, type: 'string', uniqueItems: true });

function operationObject({ action, body, answer, target, operationId, description, query }: Operation) {
  const schema = { $ref: `${dialect.prefix}${answer}` };
  return {
    description,
    operationId,
    consumes: ['*/*'],
    produces: [mediaType.json, mediaType.yaml],
    schemes: ['https'],
    parameters: [
      ...(body
        ? [{ name: 'body', in: 'body', required: action !== 'delete', schema: { $ref: `${dialect.prefix}${body}` } }]
        : []),
      ...query.map(parameter),
    ],
    responses: { 200: { description: 'OK', schema }, 401: { description: 'Unauthorized' } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': target,
  };
}

export function openApiV2(
  kinds: readonly Kind[],
  definitions: Definitions,
  descriptions: Descriptions,
  kubernetesVersion: string,
) {
  const operations = kinds.flatMap((kind) => servedRepresentations(kind).flatMap((each) => operationsOf(kind, each)));
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const item = paths[operation.path] ?? {};
    paths[operation.path] = item;
    if (operation.parameters.length > 0) item.parameters = operation.parameters.map(pathParameter);
    item[operation.method] = operationObject(operation);
  }
  const roots = operations.flatMap(({ body, answer }) => (body ? [body, answer] : [answer]));
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: kubernetesVersion },
    paths,
    definitions: components(
      withOwnSchemas(kinds, definitions, schemaForV2),
      withOwnDescriptions(kinds, descriptions),
      roots,
      dialect,
    ),
  };
}
