/**
 * What upstream asks of custom resources and their definitions, in the words of its own tests.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/apimachinery/custom_resource_definition.go,
 * crd_watch.go and field_validation.go beside it
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyObject, Status } from '../../../agent/api/types.ts';
import { type Conformance, nameOf, startConformance } from './conformance.ts';
import { anything, type Definition, define, definitionsOf, group, isDiscovered, prime } from './definitions.ts';

let world: Conformance;
beforeAll(async () => {
  world = await startConformance();
});
afterAll(() => world.close());

/** What is answered has its fields in Go's types, where an absent list and an empty one are the same. */
const specOf = ({ spec }: AnyObject) => spec;

describe('Simple CustomResourceDefinition', () => {
  it('creating/deleting custom resource definition objects works', async () => {
    const { name, plural } = await define(world, [{ name: 'v1beta1' }]);
    await definitionsOf(world).delete(name);
    await expect.poll(() => isDiscovered(world, `${group}/v1beta1`, plural)).toBe(false);
  });

  it('listing custom resource definition objects works', async () => {
    const labels = { 'e2e-list-test-uuid': 'a-b-c' };
    const made: Definition[] = [];
    for (let index = 0; index < 10; index += 1) made.push(await define(world, [{ name: 'v1beta1' }], { labels }));
    const other = await define(world, [{ name: 'v1beta1' }]);
    const selection = { labelSelector: 'e2e-list-test-uuid=a-b-c' };
    const { items } = await definitionsOf(world).list(selection);
    expect(new Map(items.map((item) => [nameOf(item), specOf(item)]))).toEqual(
      new Map(made.map(({ name, object }) => [name, specOf(object)])),
    );
    await definitionsOf(world).deleteCollection({}, selection);
    for (const { plural } of made) await expect.poll(() => isDiscovered(world, `${group}/v1beta1`, plural)).toBe(false);
    expect((await definitionsOf(world).get(other.name)).metadata.uid).toBe(other.object.metadata.uid);
  });

  it('getting/updating/patching custom resource definition status sub-resource works', async () => {
    const { name, object } = await define(world, [{ name: 'v1beta1' }]);
    const definitions = definitionsOf(world);
    const dynamic = world.dynamic('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions');
    expect(specOf(await dynamic.get(name, 'status'))).toEqual(specOf(object));
    const updated = await definitions.updateOnConflict(
      name,
      ({ status }) => {
        (status as { conditions: object[] }).conditions.push({ message: 'updated' });
      },
      'status',
    );
    expect(updated.status).toMatchObject({ conditions: expect.arrayContaining([{ message: 'updated', ...unsaid }]) });
    const patch = [{ op: 'add', path: '/status/conditions', value: [{ message: 'patched' }] }];
    expect(await definitions.patch(name, 'json-patch', patch, 'status')).toMatchObject({
      status: { conditions: expect.arrayContaining([{ message: 'patched', ...unsaid }]) },
    });
  });
});

/** What Go's types say of a condition that has a message alone. */
const unsaid = {};

it('should include custom resource definition resources in discovery documents', async () => {
  const { groups } = (await world.client.read('/apis')) as object as { groups: { name: string; versions: object[] }[] };
  const version = { groupVersion: 'apiextensions.k8s.io/v1', version: 'v1' };
  expect(groups.find(({ name }) => name === 'apiextensions.k8s.io')?.versions).toContainEqual(version);
  expect(await world.client.read('/apis/apiextensions.k8s.io')).toMatchObject({
    name: 'apiextensions.k8s.io',
    versions: [version],
    preferredVersion: version,
  });
  expect(await world.client.read('/apis/apiextensions.k8s.io/v1')).toMatchObject({
    groupVersion: 'apiextensions.k8s.io/v1',
    resources: expect.arrayContaining([expect.objectContaining({ name: 'customresourcedefinitions' })]),
  });
});

it('custom resource defaulting for requests and from storage works', async () => {
  const schema = { ...anything, properties: { a: { type: 'string' }, b: { type: 'string' } } };
  const { name, kind, resources } = await define(world, [{ name: 'v1beta1', schema }]);
  const client = resources();
  const read = async (which: string) => {
    const { a, b } = await client.get(which);
    return { a, b };
  };
  const create = async (which: string) => {
    const { a, b } = await client.create({ kind, metadata: { name: which } });
    return { a, b };
  };
  const properties = '/spec/versions/0/schema/openAPIV3Schema/properties';
  await create('first');
  await definitionsOf(world).patch(name, 'json-patch', [{ op: 'add', path: `${properties}/a/default`, value: 'A' }]);
  await expect.poll(() => read('first')).toEqual({ a: 'A' });
  expect(await create('second')).toEqual({ a: 'A' });
  await definitionsOf(world).patch(name, 'json-patch', [
    { op: 'remove', path: `${properties}/a/default` },
    { op: 'add', path: `${properties}/b/default`, value: 'B' },
  ]);
  await expect.poll(() => read('second')).toEqual({ a: 'A', b: 'B' });
  expect(await read('first')).toEqual({ b: 'B' });
});

it('watch on custom resource definition objects', async () => {
  const definition = await define(world, [{ name: 'v1beta1' }]);
  await prime(definition, ['v1beta1']);
  const client = definition.resources();
  const watchOf = (name: string) => client.watch({ fieldSelector: `metadata.name=${name}`, timeoutSeconds: 600 });
  const watches = { name1: await watchOf('name1'), name2: await watchOf('name2') };
  const content = { content: { key: 'value' }, num: { num2: 1_000_000 } };
  const seen = async (name: 'name1' | 'name2') => {
    const { type, object } = await watches[name].next();
    return [type, nameOf(object as AnyObject)];
  };
  for (const name of ['name1', 'name2'] as const) {
    await client.create({ kind: definition.kind, metadata: { name, namespace: '' }, ...content });
    expect(await seen(name)).toEqual(['ADDED', name]);
  }
  for (const name of ['name1', 'name2'] as const) {
    await client.patch(name, 'json-patch', [{ op: 'add', path: '/dummy', value: 'test' }]);
    expect(await seen(name)).toEqual(['MODIFIED', name]);
  }
  for (const name of ['name1', 'name2'] as const) {
    await client.delete(name);
    expect(await seen(name)).toEqual(['DELETED', name]);
  }
});

it('keeps the largest number of 64 bits in a custom resource', async () => {
  const { plural, kind } = await define(world, [{ name: 'v1beta1' }]);
  const path = `/apis/${group}/v1beta1/${plural}`;
  const body = `{"apiVersion":"${group}/v1beta1","kind":"${kind}","metadata":{"name":"big"},"num":{"num1":9223372036854775807}}`;
  await world.client.send('POST', path, { 'content-type': 'application/json' }, body);
  const { body: read } = await world.client.send('GET', `${path}/big`, { accept: 'application/json' });
  expect(read.toString()).toContain('"num1":9223372036854775807');
});

describe('FieldValidation', () => {
  const spec = (extra: object = {}) => ({
    type: 'object',
    ...extra,
    properties: {
      foo: { type: 'string' },
      cronSpec: { type: 'string', pattern: '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$' },
      ports: {
        type: 'array',
        'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
        'x-kubernetes-list-type': 'map',
        items: {
          type: 'object',
          required: ['containerPort', 'protocol'],
          properties: {
            containerPort: { format: 'int32', type: 'integer' },
            hostIP: { type: 'string' },
            hostPort: { format: 'int32', type: 'integer' },
            name: { type: 'string' },
            protocol: { type: 'string' },
          },
        },
      },
    },
  });
  const schemas = {
    none: anything,
    declared: { type: 'object', properties: { spec: spec() } },
    preserving: { type: 'object', properties: { spec: spec({ 'x-kubernetes-preserve-unknown-fields': true }) } },
    embedding: {
      type: 'object',
      properties: {
        spec: {
          ...spec({ 'x-kubernetes-preserve-unknown-fields': true }),
          properties: {
            ...spec().properties,
            template: {
              type: 'object',
              'x-kubernetes-embedded-resource': true,
              properties: {
                metadata: { type: 'object', properties: { name: { type: 'string' } } },
                spec: { type: 'object' },
              },
            },
          },
        },
      },
    },
  };
  const ports = '  ports:\n  - name: x\n    containerPort: 80\n    protocol: TCP';

  /** Server-side apply of YAML, as strictly as upstream's tests. Resolves with the text of the answer. */
  const apply = async (schema: object, metadata: string, content: string): Promise<string> => {
    const definition = await define(world, [
      { name: 'v1beta1', storage: false, schema },
      { name: 'v1', schema },
    ]);
    await prime(definition, ['v1beta1', 'v1']);
    const body = `
apiVersion: ${group}/v1beta1
kind: ${definition.kind}
metadata:
  name: mytest
${metadata}  finalizers:
  - test-finalizer
${content}`;
    const query = 'fieldManager=field_validation_mgr&fieldValidation=Strict';
    const path = `/apis/${group}/v1beta1/${definition.plural}/mytest?${query}`;
    const headers = { 'content-type': 'application/apply-patch+yaml', accept: 'application/json, */*' };
    return (await world.client.send('PATCH', path, headers, body)).body.toString();
  };

  it('should create/apply a valid CR for CRD with validation schema', async () => {
    const answer = await apply(schemas.declared, '', `spec:\n  foo: foo1\n  cronSpec: "* * * * */5"\n${ports}`);
    expect(JSON.parse(answer)).toMatchObject({ metadata: { name: 'mytest' }, spec: { foo: 'foo1' } });
  });

  it('should create/apply a CR with unknown fields for CRD with no validation schema', async () => {
    const answer = await apply(schemas.none, '', `spec:\n  unknown: uk1\n  cronSpec: "* * * * */5"\n${ports}`);
    expect(JSON.parse(answer)).toMatchObject({ metadata: { name: 'mytest' }, spec: { unknown: 'uk1' } });
  });

  it('should create/apply an invalid CR with extra properties for CRD with validation schema', async () => {
    const content = `unknownField: unknown\nspec:\n  foo: foo1\n  cronSpec: "* * * * */5"\n${ports}`;
    expect(await apply(schemas.declared, '', content)).toContain('.unknownField: field not declared in schema');
  });

  it('should detect unknown metadata fields in both the root and embedded object of a CR', async () => {
    const template = [
      '  template:',
      '    apiversion: foo/v1',
      '    kind: Sub',
      '    metadata:',
      '        unknownSubMeta: unknown',
      '        name: subobject',
      '        namespace: default',
    ].join('\n');
    const content = `spec:\n${template}\n  foo: foo1\n  cronSpec: "* * * * */5"\n${ports}`;
    expect(await apply(schemas.embedding, '  unknownMeta: unknown\n', content)).toContain(
      '.spec.template.metadata.unknownSubMeta: field not declared in schema',
    );
  });

  it('should detect duplicates in a CR when preserving unknown fields', async () => {
    const content = `spec:\n  unknown: uk1\n  foo: foo1\n  foo: foo2\n  cronSpec: "* * * * */5"\n${ports}`;
    expect(await apply(schemas.preserving, '', content)).toContain('line 11: key \\"foo\\" already set in map');
  });

  const typed = async (metadata: string, rest: string): Promise<Status> => {
    const selected = '"selector":{"matchLabels":{"app":"nginx"}}';
    const template =
      '"template":{"metadata":{"labels":{"app":"nginx"}},"spec":{"containers":[{"name":"nginx","image":"nginx:latest"}]}}';
    const body = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"my-dep",${metadata}"labels":{"app":"nginx"}},"spec":{${rest}${selected},${template}}}`;
    const query = 'fieldManager=field_validation_mgr&fieldValidation=Strict';
    // Upstream sends JSON with the content type of its typed client left out.
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const path = `/apis/apps/v1/namespaces/default/deployments?${query}`;
    return JSON.parse((await world.client.send('POST', path, headers, body)).body.toString());
  };

  it('should detect unknown and duplicate fields of a typed object', async () => {
    expect((await typed('', '"unknownField":"foo","replicas":2,"replicas":3,')).message).toContain(
      'strict decoding error: unknown field "spec.unknownField", duplicate field "spec.replicas"',
    );
  });

  it('should detect unknown metadata fields of a typed object', async () => {
    expect((await typed('"unknownMeta":"foo",', '')).message).toContain(
      'strict decoding error: unknown field "metadata.unknownMeta"',
    );
  });
});
