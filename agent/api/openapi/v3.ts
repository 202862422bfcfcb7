/**
 * OpenAPI v3, one document per group and version.
 * https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
 */

import { apiVersionOf, type Kind, servedRepresentations } from '../kind.ts';
import { mediaType } from '../media-types.ts';
import type { Definitions, Descriptions } from '../schema/schema.ts';
import type { GroupVersion } from '../version-order.ts';
import { components } from './components.ts';
import { type Operation, operationsOf } from './operations.ts';
import { withOwnDescriptions, withOwnSchemas } from './own-schemas.ts';
import { queryParameter } from './parameters.ts';

const dialect = { prefix: '#/components/schemas/', wrapsReferences: true };

/** `api/v1`, `apis/apps/v1`: the keys of the index and the paths below `/openapi/v3/`. */
const documentPath = ({ group, version }: GroupVersion): string =>
  group ? `apis/${group}/${version}` : `api/${version}`;

/** What is served, in the order of the kinds. */
function servedGroupVersions(kinds: readonly Kind[]): GroupVersion[] {
  const found = new Map<string, GroupVersion>();
  for (const kind of kinds) {
    for (const { group, version } of servedRepresentations(kind)) {
      found.set(apiVersionOf({ group, version }), { group, version });
    }
  }
  return [...found.values()];
}

/** `/openapi/v3`. `hashOf` makes the address of a document change with its content. */
export function openApiV3Index(kinds: readonly Kind[], hashOf: (document: GroupVersion) => string) {
  const paths = servedGroupVersions(kinds).map((each) => {
    const path = documentPath(each);
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(each)}` }];
  });
  return { paths: Object.fromEntries(paths) as Record<string, { serverRelativeURL: string }> };
}

const reference = (definition: string) => ({ $ref: `${dialect.prefix}${definition}` });

function operationObject(operation: Operation, group: string) {
  const { action, body, bodyTypes, answer, target, operationId, description, query } = operation;
  const content = (types: readonly string[], definition: string) =>
    Object.fromEntries(types.map((type) => [type, { schema: reference(definition) }]));
  const success = { description: 'OK', content: content([mediaType.json, mediaType.yaml], answer) };
  return {
    tags: [group],
    description,
    operationId,
    parameters: query.map(queryParameter),
    ...(body ? { requestBody: { content: content(bodyTypes, body), required: action !== 'delete' } } : {}),
    responses: {
      200: success,
      ...(action === 'post' || action === 'put' ? { 201: { ...success, description: 'Created' } } : {}),
      401: { description: 'Unauthorized' },
    },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': target,
  };
}

const pathParameter = (name: string) => ({
  name,
  in: 'path',
  required: true,
  description: name === 'name' ? 'name of the object' : 'object name and auth scope, such as for teams and projects',
  schema: { type: 'string', uniqueItems: true },
});

function pathsOf(operations: readonly Operation[], group: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const item = paths[operation.path] ?? {};
    paths[operation.path] = item;
    if (operation.parameters.length > 0) item.parameters = operation.parameters.map(pathParameter);
    item[operation.method] = operationObject(operation, group);
  }
  return paths;
}

/** The document of one group and version; undefined where none of the kinds is in it. */
export function openApiV3(
  kinds: readonly Kind[],
  { group, version }: GroupVersion,
  definitions: Definitions,
  descriptions: Descriptions,
  kubernetesVersion: string,
) {
  const operations = kinds.flatMap((kind) =>
    servedRepresentations(kind)
      .filter((each) => each.group === group && each.version === version)
      .flatMap((each) => operationsOf(kind, each)),
  );
  if (operations.length === 0) return undefined;
  const roots = operations.flatMap(({ body, answer }) => (body ? [body, answer] : [answer]));
  const tag = `${group === '' ? 'core' : (group.split('.')[0] ?? group)}_${version}`;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: kubernetesVersion },
    paths: pathsOf(operations, tag),
    components: {
      schemas: components(withOwnSchemas(kinds, definitions), withOwnDescriptions(kinds, descriptions), roots, dialect),
    },
  };
}
