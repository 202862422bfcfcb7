import { describe, expect, it } from 'vitest';
import { builtInKinds } from '../../../../../agent/api/kinds.ts';
import { openApiV2 } from '../../../../../agent/api/openapi/v2.ts';
import { openApiV3, openApiV3Index } from '../../../../../agent/api/openapi/v3.ts';
import { definitions, descriptions } from '../schema/definitions.ts';

const document = (group: string, version: string) =>
  openApiV3(builtInKinds, { group, version }, definitions, descriptions, 'v1.36.3');

const dangling = (text: string, prefix: string, known: Record<string, unknown>): string[] =>
  [...text.matchAll(/"\$ref":"([^"]+)"/g)]
    .map((match) => (match[1] ?? '').replace(prefix, ''))
    .filter((name) => !(name in known));

describe('OpenAPI v3', () => {
  it('lists one document per group and version', () => {
    expect(openApiV3Index(builtInKinds, () => 'abc').paths).toMatchObject({
      'api/v1': { serverRelativeURL: '/openapi/v3/api/v1?hash=abc' },
      'apis/apps/v1': { serverRelativeURL: '/openapi/v3/apis/apps/v1?hash=abc' },
      'apis/events.k8s.io/v1': { serverRelativeURL: '/openapi/v3/apis/events.k8s.io/v1?hash=abc' },
    });
    expect(document('nothing.example.com', 'v1')).toBeUndefined();
  });

  it('declares field validation where kubectl looks for it', () => {
    const path = document('apps', 'v1')?.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
    expect(path).toMatchObject({
      parameters: [{ name: 'name' }, { name: 'namespace' }],
      patch: {
        operationId: 'patchAppsV1NamespacedDeployment',
        'x-kubernetes-action': 'patch',
        'x-kubernetes-group-version-kind': { group: 'apps', version: 'v1', kind: 'Deployment' },
        parameters: expect.arrayContaining([
          expect.objectContaining({ name: 'fieldValidation', in: 'query' }),
          expect.objectContaining({ name: 'dryRun', in: 'query' }),
        ]),
      },
    });
  });

  it('is closed: every reference leads to a schema', () => {
    const { components, paths } = document('', 'v1') ?? { components: { schemas: {} }, paths: {} };
    const text = JSON.stringify({ components, paths });
    expect(dangling(text, '#/components/schemas/', components.schemas)).toEqual([]);
    expect(Object.keys(components.schemas)).toContain('io.k8s.api.core.v1.PodList');
  });

  it('carries documentation beside a wrapped reference', () => {
    expect(document('', 'v1')?.components.schemas['io.k8s.api.core.v1.Pod']).toMatchObject({
      properties: {
        spec: {
          description: expect.stringMatching(/^Specification of the desired behavior of the pod/),
          allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.PodSpec' }],
        },
      },
    });
  });

  it('offers subresources with their own kinds, and no verb that a kind lacks', () => {
    const apps = document('apps', 'v1')?.paths ?? {};
    expect(apps['/apis/apps/v1/namespaces/{namespace}/replicasets/{name}/scale']).toMatchObject({
      get: { 'x-kubernetes-group-version-kind': { group: 'autoscaling', version: 'v1', kind: 'Scale' } },
    });
    expect(Object.keys(document('', 'v1')?.paths['/api/v1/namespaces'] ?? {})).toEqual(['get', 'post']);
  });
});

describe('OpenAPI v2', () => {
  const swagger = openApiV2(builtInKinds, definitions, descriptions, 'v1.36.3');

  it('is one closed document', () => {
    expect(dangling(JSON.stringify(swagger), '#/definitions/', swagger.definitions)).toEqual([]);
    expect(swagger.paths['/api/v1/namespaces/{namespace}/pods']).toMatchObject({
      post: { parameters: [{ in: 'body', name: 'body' }, {}, {}, {}, { name: 'fieldValidation' }] },
    });
  });

  it('keeps the extensions that merging needs beside references', () => {
    expect(swagger.definitions['io.k8s.api.apps.v1.DeploymentSpec']).toMatchObject({
      properties: {
        strategy: {
          $ref: '#/definitions/io.k8s.api.apps.v1.DeploymentStrategy',
          'x-kubernetes-patch-strategy': 'retainKeys',
        },
      },
    });
  });
});
