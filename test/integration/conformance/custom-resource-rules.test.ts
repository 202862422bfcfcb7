/**
 * What upstream asks of rules, selectable fields and published schemas of custom resources, in the words of its tests.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/apimachinery/crd_validation_rules.go,
 * crd_selectable_fields.go and crd_publish_openapi.go beside it
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../agent/api/json/value.ts';
import type { AnyObject } from '../../../agent/api/types.ts';
import { byPath, startWebhookServer, type WebhookServer } from '../../fakes/webhook-server.ts';
import { describedSchema } from '../../fixtures/described-schema.ts';
import { type Conformance, nameOf, startConformance } from './conformance.ts';
import { convertHostPort } from './convert-host-port.ts';
import { type Definition, define, definitionsOf } from './definitions.ts';
import type { Watch } from './go-client.ts';

let world: Conformance;
let namespace: string;
let server: WebhookServer;
beforeAll(async () => {
  world = await startConformance();
  namespace = await world.namespace('custom-resources');
  server = await startWebhookServer(byPath(() => ({ '/crdconvert': convertHostPort })));
});
afterAll(async () => {
  await world.close();
  await server.close();
});

describe('CustomResourceValidationRules', () => {
  const integer = { type: 'integer' };
  const array = (maxItems: number) => ({ type: 'array', maxItems, items: integer });
  const rule = (text: string) => ({ 'x-kubernetes-validations': [{ rule: text }] });
  const withSpec = (spec: object) => ({ type: 'object', properties: { spec: { type: 'object', ...spec } } });
  const ruled = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        'x-kubernetes-validations': [
          { rule: 'self.x + self.y > 0' },
          {
            rule: 'self.firstArray.isSorted() && self.secondArray.isSorted() && ((self.firstArray.sum() + self.secondArray.sum()) % 2 == 0)',
          },
          { rule: 'self.largeArray.all(x, self.largeArray.all(y, y == x))' },
        ],
        properties: {
          x: integer,
          y: integer,
          firstArray: array(1000),
          secondArray: array(1000),
          largeArray: array(725),
        },
      },
      status: {
        type: 'object',
        ...rule("self.health == 'ok' || self.health == 'unhealthy'"),
        properties: { health: { type: 'string' } },
      },
    },
  };
  const defined = (schema: object) => define(world, [{ name: 'v1beta1', schema }], { scope: 'Namespaced' });
  const create = ({ kind, resources }: Definition, spec: JsonObject) =>
    resources('v1beta1', namespace).create({ kind, metadata: { name: 'cr-1', namespace }, spec });

  it('MUST NOT fail validation for create of a custom resource that satisfies the rules', async () => {
    const spec = { x: 1, y: 0, firstArray: [3, 4], secondArray: [5, 10], largeArray: [2, 2] };
    expect(await create(await defined(ruled), spec)).toMatchObject({ spec });
  });

  it('MUST fail validation for create of a custom resource that does not satisfy the rules', async () => {
    await expect(create(await defined(ruled), { x: 0, y: 0 })).rejects.toThrow('failed rule');
  });

  it('MUST fail create of a custom resource that exceeds the runtime cost limit', async () => {
    const largeArray = Array.from({ length: 725 }, () => 20);
    await expect(create(await defined(ruled), { largeArray })).rejects.toThrow('call cost exceeds limit');
  });

  it.each([
    [
      'refers to a property that do not exist',
      withSpec({ ...rule('self.z == 100'), properties: { x: integer } }),
      "undefined field 'z'",
    ],
    ['contains a syntax error', withSpec(rule('self = 42')), 'Syntax error'],
    [
      'exceeds the estimated cost limit',
      withSpec({
        properties: {
          x: {
            type: 'array',
            items: { type: 'array', items: { type: 'string' }, ...rule("self.all(s, s == 'string constant')") },
          },
        },
      }),
      'exceeds budget',
    ],
  ])('MUST fail create of a definition that contains a rule that %s', async (_what, schema, message) => {
    await expect(defined(schema)).rejects.toThrow(message);
  });

  it('MUST fail update of a custom resource that does not satisfy a transition rule', async () => {
    const definition = await defined(withSpec({ properties: { num: { ...integer, ...rule('self > oldSelf') } } }));
    const { spec: _spec, ...created } = await create(definition, { num: 10 });
    await expect(definition.resources('v1beta1', namespace).update({ ...created, spec: { num: 9 } })).rejects.toThrow(
      'failed rule',
    );
  });
});

describe('CustomResourceFieldSelectors', () => {
  it('MUST list and watch custom resources matching the field selector', async () => {
    const text = { type: 'string' };
    const { kind, resources } = await define(
      world,
      [
        {
          name: 'v1',
          schema: { type: 'object', properties: { hostPort: text } },
          selectableFields: [{ jsonPath: '.hostPort' }],
        },
        {
          name: 'v2',
          storage: false,
          schema: { type: 'object', properties: { host: text, port: text } },
          selectableFields: [{ jsonPath: '.host' }, { jsonPath: '.port' }],
        },
      ],
      {
        scope: 'Namespaced',
        group: 'stable.example.com',
        rest: {
          conversion: {
            strategy: 'Webhook',
            webhook: {
              clientConfig: { url: server.url('/crdconvert'), caBundle: server.caBundle },
              conversionReviewVersions: ['v1', 'v1beta1'],
            },
          },
        },
      },
    );
    const first = resources('v1', namespace);
    const second = resources('v2', namespace);
    const byHost = { fieldSelector: 'host=host1' };
    const byBoth = { fieldSelector: 'host=host1,port=80' };
    const inFirst = { fieldSelector: 'hostPort=host1:80' };
    const watches = [await second.watch(byHost), await second.watch(byBoth), await first.watch(inFirst)] as const;
    const seen = async (watch: Watch) => {
      const { type, object } = await watch.next();
      return `${type} ${nameOf(object as AnyObject)}`;
    };
    const create = (name: string, content: JsonObject) =>
      second.create({ kind, metadata: { name, namespace }, ...content });
    await create('a', { host: 'host1', port: '80' });
    await create('b', { host: 'host1', port: '8080' });
    await create('c', { host: 'host2' });
    const names = async (client: typeof first, selection: { fieldSelector: string }) =>
      (await client.list(selection)).items.map(nameOf);
    expect(await names(second, byHost)).toEqual(['a', 'b']);
    expect(await names(second, byBoth)).toEqual(['a']);
    expect(await names(first, inFirst)).toEqual(['a']);
    expect(await names(first, { fieldSelector: 'hostPort=host1:8080' })).toEqual(['b']);
    expect([await seen(watches[0]), await seen(watches[0])]).toEqual(['ADDED a', 'ADDED b']);
    expect([await seen(watches[1]), await seen(watches[2])]).toEqual(['ADDED a', 'ADDED a']);
    await expect(first.list(byHost)).rejects.toThrow('field label not supported: host');
    await second.deleteCollection({ gracePeriodSeconds: 0 }, byBoth);
    await second.updateOnConflict('b', (object) => {
      object.host = 'host2';
    });
    expect([await names(second, byHost), await names(second, byBoth)]).toEqual([[], []]);
    expect([await seen(watches[0]), await seen(watches[0])]).toEqual(['DELETED a', 'DELETED b']);
    expect([await seen(watches[1]), await seen(watches[2])]).toEqual(['DELETED a', 'DELETED a']);
  });
});

describe('CustomResourcePublishOpenAPI', () => {
  const waldo = {
    description: 'Another custom resource',
    type: 'object',
    properties: {
      spec: {
        description: 'What is wanted of it',
        type: 'object',
        properties: { dummy: { description: 'Means nothing.', type: 'string' } },
      },
      status: {
        description: 'How it is',
        type: 'object',
        properties: { bars: { type: 'array', items: { type: 'string' } } },
      },
    },
  };

  let known: { etag: string; document: JsonObject } | undefined;
  /** As upstream's test reads it: with the tag of the document that it has. */
  const definitions = async (): Promise<Record<string, JsonObject>> => {
    const headers = { ...(known ? { 'if-none-match': known.etag } : {}) };
    const answer = await world.client.send('GET', '/openapi/v2', headers);
    if (answer.status !== 304) {
      known = { etag: String(answer.headers.etag), document: JSON.parse(answer.body.toString()) };
    }
    return known?.document.definitions as Record<string, JsonObject>;
  };
  const definitionName = (group: string, version: string, kind: string) =>
    [...group.split('.').reverse(), version, kind].join('.');
  /** Without what the server adds to every one. */
  const published = async (name: string): Promise<JsonObject | undefined> => {
    const found = (await definitions())[name] as (JsonObject & { properties?: JsonObject }) | undefined;
    if (!found) return undefined;
    const { 'x-kubernetes-group-version-kind': _type, properties, ...rest } = found;
    const { apiVersion: _version, kind: _kind, metadata: _metadata, ...own } = properties ?? {};
    return Object.keys(own).length ? { ...rest, properties: own } : rest;
  };
  const isPublished = (name: string, schema: object | undefined) => expect.poll(() => published(name)).toEqual(schema);
  const publish = (group: string, schema: object, ...versions: string[]) =>
    define(
      world,
      versions.map((name, index) => ({ name, storage: index === 0, schema })),
      { scope: 'Namespaced', group },
    );

  it('works for multiple CRDs of different groups', async () => {
    const first = await publish('foo.example.com', describedSchema, 'v1');
    const second = await publish('waldo.example.com', waldo, 'v1beta1');
    await isPublished(definitionName('waldo.example.com', 'v1beta1', second.kind), waldo);
    await isPublished(definitionName('foo.example.com', 'v1', first.kind), describedSchema);
    await definitionsOf(world).delete(first.name);
    await isPublished(definitionName('foo.example.com', 'v1', first.kind), undefined);
  });

  it.each([
    ['works for multiple CRDs of same group but different versions', ['v4', 'v5']],
    ['works for multiple CRDs of same group and version but different kinds', ['v6', 'v6']],
  ])('%s', async (_title, [one = '', other = '']) => {
    const first = await publish('common-group.example.com', describedSchema, one);
    const second = await publish('common-group.example.com', waldo, other);
    await isPublished(definitionName('common-group.example.com', other, second.kind), waldo);
    await isPublished(definitionName('common-group.example.com', one, first.kind), describedSchema);
  });

  it('updates the published spec when one version gets renamed', async () => {
    const group = 'multi-ver.example.com';
    const { name, kind } = await publish(group, describedSchema, 'v2', 'v3');
    for (const version of ['v2', 'v3']) await isPublished(definitionName(group, version, kind), describedSchema);
    await definitionsOf(world).patch(name, 'json-patch', [
      { op: 'test', path: '/spec/versions/1/name', value: 'v3' },
      { op: 'replace', path: '/spec/versions/1/name', value: 'v4' },
    ]);
    await isPublished(definitionName(group, 'v4', kind), describedSchema);
    await isPublished(definitionName(group, 'v3', kind), undefined);
    await isPublished(definitionName(group, 'v2', kind), describedSchema);
  });

  it('removes definition from spec when one version gets changed to not be served', async () => {
    const group = 'multi-to-single-ver.example.com';
    const { name, kind } = await publish(group, describedSchema, 'v5', 'v6alpha1');
    await isPublished(definitionName(group, 'v6alpha1', kind), describedSchema);
    await definitionsOf(world).updateOnConflict(name, ({ spec }) => {
      const { versions } = spec as { versions: { name: string; served?: boolean }[] };
      for (const version of versions.filter((each) => each.name === 'v6alpha1')) version.served = false;
    });
    await isPublished(definitionName(group, 'v6alpha1', kind), undefined);
    await isPublished(definitionName(group, 'v5', kind), describedSchema);
  });

  it('works for CRD without validation schema', async () => {
    const group = 'empty.example.com';
    const { kind } = await publish(group, { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, 'v1');
    await isPublished(definitionName(group, 'v1', kind), { type: 'object' });
  });
});
