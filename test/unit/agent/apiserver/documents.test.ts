import protobuf from 'protobufjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

interface ResourceList {
  groupVersion: string;
  resources: {
    name: string;
    kind: string;
    verbs: string[];
    namespaced: boolean;
    shortNames?: string[];
    group?: string;
  }[];
}

it('lists the resources of a version with their subresources', async () => {
  const { body } = await api.request('GET', '/apis/apps/v1');
  const { groupVersion, resources } = body as ResourceList;
  expect(groupVersion).toBe('apps/v1');
  expect(resources.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['deployments', 'deployments/scale', 'deployments/status', 'replicasets']),
  );
  expect(resources.find(({ name }) => name === 'deployments')).toMatchObject({
    kind: 'Deployment',
    namespaced: true,
    shortNames: ['deploy'],
    verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  });
  expect(resources.find(({ name }) => name === 'deployments/scale')).toMatchObject({
    kind: 'Scale',
    group: 'autoscaling',
  });
});

interface DiscoveredGroup {
  metadata: { name: string };
  versions: { version: string; resources: { resource: string }[] }[];
}

it('tells everything in two documents where a client asks for aggregated discovery', async () => {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
  const { body, headers } = await api.request('GET', '/apis', undefined, { accept });
  expect(headers['content-type']).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
  const { kind, items } = body as { kind: string; items: DiscoveredGroup[] };
  expect(kind).toBe('APIGroupDiscoveryList');
  const retired = { resource: 'deployments', scope: 'Namespaced' };
  const current = { ...retired, shortNames: ['deploy'], categories: ['all'] };
  // Upstream names the group that says who serves which before all others.
  expect(items[0]?.metadata.name).toBe('apiregistration.k8s.io');
  expect(items[1]).toMatchObject({
    metadata: { name: 'apps' },
    versions: [{ version: 'v1', freshness: 'Current' }, { version: 'v1beta2' }, { version: 'v1beta1' }],
  });
  const everywhere = ['controllerrevisions', 'deployments', 'statefulsets'];
  const later = ['controllerrevisions', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'];
  const versions = items[1]?.versions ?? [];
  expect(versions.map(({ resources }) => resources.map(({ resource }) => resource))).toEqual([
    later,
    later,
    everywhere,
  ]);
  const deployments = versions.map(({ resources }) => resources.find(({ resource }) => resource === 'deployments'));
  expect(deployments).toEqual([current, retired, retired].map((each) => expect.objectContaining(each)));
});

it('answers 304 to who has the aggregated discovery already', async () => {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const first = await api.request('GET', '/apis', undefined, { accept });
  const etag = String(first.headers.etag);
  expect(etag).toMatch(/^"[0-9A-F]{64}"$/);
  const again = await api.request('GET', '/apis', undefined, { accept, 'if-none-match': etag });
  expect(again.status).toBe(304);
  const stale = await api.request('GET', '/apis', undefined, { accept, 'if-none-match': '"other"' });
  expect(stale.status).toBe(200);
});

it('lists retired versions after the current ones, out of the way of short names and `all`', async () => {
  const { body } = await api.request('GET', '/apis');
  const { groups } = body as { groups: { name: string; preferredVersion: { groupVersion: string } }[] };
  expect(groups[1]).toMatchObject({ name: 'apps', preferredVersion: { groupVersion: 'apps/v1' } });
  expect(groups.map(({ name }) => name)).toContain('extensions');
  const { body: list } = await api.request('GET', '/apis/extensions/v1beta1');
  const { resources } = list as { resources: { name: string }[] };
  expect(resources.map(({ name }) => name)).toContain('deployments');
  for (const resource of resources) expect(Object.keys(resource)).not.toContain('shortNames');
  for (const resource of resources) expect(Object.keys(resource)).not.toContain('categories');
});

it('says that there are no custom resources, for which kubectl asks before it speaks of an unknown kind', async () => {
  expect(await api.get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions')).toMatchObject({
    kind: 'CustomResourceDefinitionList',
    items: [],
  });
});

it.each(['/apis/none.example.com', '/apis/apps/v2', '/api/v1/widgets', '/nothing'])(
  'knows nothing at %s',
  async (path) => {
    expect(await api.refused('GET', path)).toMatchObject({
      code: 404,
      reason: 'NotFound',
      message: 'the server could not find the requested resource',
    });
  },
);

it('says which release’s API this is, and that it is not Go that serves it', async () => {
  const { body } = await api.request('GET', '/version');
  expect(body).toMatchObject({
    major: '1',
    minor: '36',
    minCompatibilityMinor: '35',
    gitVersion: 'v1.36.3',
    compiler: 'v8',
  });
});

it('documents each version under an address that changes with the content', async () => {
  const { body } = await api.request('GET', '/openapi/v3');
  const { paths } = body as { paths: Record<string, { serverRelativeURL: string }> };
  const address = paths['apis/apps/v1']?.serverRelativeURL ?? '';
  expect(address).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{64}$/);
  const { body: document, headers } = await api.request('GET', address);
  expect(headers['cache-control']).toBe('public, immutable');
  expect(document).toMatchObject({
    openapi: '3.0.0',
    components: { schemas: { 'io.k8s.api.apps.v1.Deployment': {} } },
  });
});

/** The part of https://github.com/google/gnostic-models/blob/main/openapiv2/OpenAPIv2.proto that is looked at here. */
const gnostic = `syntax = "proto3";
message Document { string swagger = 1; Definitions definitions = 9; Paths paths = 8; }
message Paths { repeated NamedPathItem path = 2; }
message NamedPathItem { string name = 1; }
message Definitions { repeated NamedSchema additional_properties = 1; }
message NamedSchema { string name = 1; Schema value = 2; }
message Schema { string _ref = 1; Properties properties = 25; repeated NamedAny vendor_extension = 31; }
message Properties { repeated NamedSchema additional_properties = 1; }
message NamedAny { string name = 1; Any value = 2; }
message Any { string yaml = 2; }`;

interface NamedSchema {
  name: string;
  value: {
    _ref?: string;
    properties?: { additional_properties: NamedSchema[] };
    vendor_extension?: { name: string; value: { yaml: string } }[];
  };
}

it('gives older clients version 2 in protobuf', async () => {
  const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
  const { body } = await api.request('GET', '/openapi/v2', undefined, { accept });
  const type = protobuf.parse(gnostic, { keepCase: true }).root.lookupType('Document');
  const document = type.toObject(type.decode(body as Buffer)) as {
    swagger: string;
    definitions: { additional_properties: NamedSchema[] };
    paths: { path: { name: string }[] };
  };
  expect(document.swagger).toBe('2.0');
  expect(document.paths.path.map(({ name }) => name)).toContain(
    '/apis/apps/v1/namespaces/{namespace}/deployments/{name}',
  );
  const deployment = document.definitions.additional_properties.find(({ name }) => name.endsWith('apps.v1.Deployment'));
  expect(deployment?.value.properties?.additional_properties.find(({ name }) => name === 'spec')?.value).toMatchObject({
    _ref: '#/definitions/io.k8s.api.apps.v1.DeploymentSpec',
  });
  expect(deployment?.value.vendor_extension?.[0]).toEqual({
    name: 'x-kubernetes-group-version-kind',
    value: { yaml: '[{"group":"apps","version":"v1","kind":"Deployment"}]' },
  });
});

it.each(['/openapi/v2', '/openapi/v3/apis/apps/v1'])('answers 304 to who has %s already', async (path) => {
  const first = await api.request('GET', path);
  const again = await api.request('GET', path, undefined, { 'if-none-match': String(first.headers.etag) });
  expect([again.status, again.headers.etag]).toEqual([304, first.headers.etag]);
  expect((await api.request('GET', path, undefined, { 'if-none-match': '"other"' })).status).toBe(200);
});
