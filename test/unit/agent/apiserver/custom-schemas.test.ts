/** What a definition may say, in upstream's words, and what its lists ask of objects. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definitions } from '../api/schema/definitions.ts';
import { startApi, type TestApi } from './api.ts';
import { define, definitionsPath, tool, toolDefinition, toolsPath, toolVersion } from './custom-definitions.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi({ definitions });
});
afterEach(() => api.close());

const root = 'spec.versions[0].schema.openAPIV3Schema';
const field = (schema: object) => ({ type: 'object', properties: { field: schema } });
const withSchema = (openAPIV3Schema: object, rest: object = {}) =>
  toolVersion('v1', { schema: { openAPIV3Schema }, ...rest });
const map = (items: object, keys: readonly string[] = ['name']) => ({
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
  items,
});
const text = { type: 'string' };

const refused = async (version: object, spec: object = {}): Promise<string> =>
  (await api.refused('POST', definitionsPath, toolDefinition([version], spec))).message ?? '';

describe('a schema is refused where', () => {
  const of = `${root}.properties[field]`;
  const cases: readonly (readonly [string, object, string])[] = [
    [
      'items must be unique',
      { type: 'array', uniqueItems: true, items: text },
      `${of}.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
    ],
    [
      'it has both fields and others',
      { type: 'object', properties: { a: text }, additionalProperties: text },
      `${of}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
    ],
    [
      'it has fields and allows no others',
      { type: 'object', properties: { a: text }, additionalProperties: false },
      `${of}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
    ],
    [
      'a map has no keys',
      { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } },
      `${of}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
    ],
    [
      'keys belong to no map',
      { type: 'array', 'x-kubernetes-list-map-keys': ['a'], items: text },
      `${of}.x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty`,
    ],
    [
      'a key is no field of the items',
      map({ type: 'object', properties: { a: text } }),
      `${of}.x-kubernetes-list-map-keys: Invalid value: ["name"]: entries must all be names of item properties`,
    ],
    [
      'a key may be absent',
      map({ type: 'object', properties: { name: text } }),
      `${of}.items.properties[name].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
    ],
    [
      'a key is an object',
      map({ type: 'object', required: ['name'], properties: { name: { type: 'object' } } }),
      `${of}.items.properties[name].type: Invalid value: "object": must be a scalar type if parent array's x-kubernetes-list-type is map`,
    ],
    [
      'items of a map are no objects',
      map(text),
      `${of}.items.type: Invalid value: "string": must be object if parent array's x-kubernetes-list-type is map`,
    ],
    [
      'a list type is on no list',
      { type: 'string', 'x-kubernetes-list-type': 'set' },
      `${of}.type: Invalid value: "string": must be array if x-kubernetes-list-type is specified`,
    ],
    [
      'a map type is on no object',
      { type: 'string', 'x-kubernetes-map-type': 'atomic' },
      `${of}.type: Invalid value: "string": must be object if x-kubernetes-map-type is specified`,
    ],
    [
      'items of a set are granular',
      { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'object' } },
      `${of}.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set`,
    ],
    [
      'unknown fields are not kept, in so many words',
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': false },
      `${of}.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined`,
    ],
    [
      'a default has unknown fields',
      { type: 'object', properties: { a: text }, default: { b: 'c' } },
      `${of}.default: Invalid value: {"b":"c"}: must not have unknown fields`,
    ],
    [
      'a default is of another type',
      { type: 'string', default: 1 },
      `${of}.default: Invalid value: "integer": ${of}.default in body must be of type string: "integer"`,
    ],
    [
      'a combination of other things than integer and text has types',
      { 'x-kubernetes-int-or-string': true, anyOf: [text, { type: 'integer' }] },
      `${of}.anyOf[0].type: Forbidden: must be empty to be structural`,
    ],
  ];
  it.each(cases)('%s', async (_name, schema, message) => {
    expect(await refused(withSchema(field(schema)))).toContain(message);
  });

  it('a combination speaks of a field that is specified nowhere', async () => {
    expect(
      await refused(withSchema({ ...field(text), anyOf: [{ required: ['b'], properties: { b: {} } }] })),
    ).toContain(`${root}.properties[b]: Required value: because it is defined in ${root}.anyOf[0].properties[b]`);
  });

  it('metadata has defaults', async () => {
    const metadata = { type: 'object', properties: { name: { type: 'string', default: 'a' } } };
    expect(await refused(withSchema({ type: 'object', properties: { metadata } }))).toContain(
      `${root}.properties[metadata].properties[name].default: Forbidden: must not be set in top-level metadata`,
    );
  });

  it('the status has a path of its own and the root says more than its fields', async () => {
    const schema = { ...field(text), anyOf: [{ required: ['field'] }] };
    expect(await refused(withSchema(schema, { subresources: { status: {} } }))).toContain(
      'fields are allowed at the root of the schema if the status subresource is enabled',
    );
  });
});

it('what was wrong in a schema before may stay, and nothing else', async () => {
  await define(api, [withSchema(field(text))]);
  const path = `${definitionsPath}/tools.example.com`;
  const found = await api.get(path);
  const bad = field({ type: 'array', uniqueItems: true, items: text });
  expect(
    (await api.refused('PUT', path, { ...found, spec: { ...found.spec, versions: [withSchema(bad)] } })).code,
  ).toBe(422);
});

describe('the conversion of a definition is refused where', () => {
  const service = { namespace: 'default', name: 'convert' };
  const where = 'spec.conversion.webhookClientConfig';
  const webhook = (clientConfig: object, conversionReviewVersions: readonly string[] = ['v1']) => ({
    strategy: 'Webhook',
    webhook: { clientConfig, conversionReviewVersions },
  });
  const cases: readonly (readonly [string, object, string])[] = [
    [
      'the URL is no https',
      webhook({ url: 'http://a.b/c' }),
      `${where}.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
    ],
    [
      'the URL has a query',
      webhook({ url: 'https://a.b/c?d' }),
      `${where}.url: Invalid value: "d": query parameters are not permitted in the URL`,
    ],
    [
      'the port is none',
      webhook({ service: { ...service, port: 70000 } }),
      `${where}.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive`,
    ],
    [
      'the path is none',
      webhook({ service: { ...service, path: 'a' } }),
      `${where}.service.path: Invalid value: "a": must start with a '/'`,
    ],
    [
      'a review version is there twice',
      webhook({ service }, ['v1', 'v1']),
      'spec.conversion.conversionReviewVersions[1]: Invalid value: "v1": duplicate version',
    ],
    [
      'a review version is no label',
      webhook({ service }, ['v1', 'V.2']),
      'spec.conversion.conversionReviewVersions[1]: Invalid value: "V.2"',
    ],
    [
      'no review version is known',
      webhook({ service }, ['v2']),
      'spec.conversion.conversionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1',
    ],
    [
      'nobody is asked and a webhook is named',
      { strategy: 'None', webhook: { clientConfig: { service }, conversionReviewVersions: ['v1'] } },
      `${where}: Forbidden: should not be set when strategy is not set to Webhook`,
    ],
  ];
  it.each(cases)('%s', async (_name, conversion, message) => {
    expect(await refused(toolVersion('v1'), { conversion })).toContain(message);
  });

  it('it is established and the bundle of its webhook is none', async () => {
    const made = await define(api, [toolVersion('v1')]);
    const caBundle = Buffer.from('nothing').toString('base64');
    const path = `${definitionsPath}/tools.example.com`;
    const spec = { ...made.spec, conversion: webhook({ service, caBundle }) };
    const { metadata } = await api.get(path);
    expect((await api.refused('PUT', path, { ...made, metadata, spec })).message).toContain(
      `${where}.caBundle: Invalid value: "${caBundle}": unable to load root certificates: unable to parse bytes as PEM block`,
    );
  });
});

describe('an object of a custom kind', () => {
  const schema = field({
    type: 'object',
    properties: {
      set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
      map: map({ type: 'object', required: ['name'], properties: { name: text, size: { type: 'integer' } } }),
      port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, text] },
    },
  });
  beforeEach(() => define(api, [withSchema(schema)]));

  const cases: readonly (readonly [string, object, string])[] = [
    ['has an item of a set twice', { set: ['a', 'b', 'a', 'a'] }, 'field.set[2]: Duplicate value: "a"'],
    [
      'has a key of a map twice',
      { map: [{ name: 'a', size: 1 }, { name: 'a' }] },
      'field.map[1]: Duplicate value: {"name":"a"}',
    ],
    [
      'has neither integer nor text',
      { port: true },
      'field.port: Invalid value: "boolean": field.port in body must be of type integer,string: "boolean"',
    ],
  ];
  it.each(cases)('is refused where it %s', async (_name, value, message) => {
    expect((await api.refused('POST', toolsPath(), tool('a', { field: value }))).message).toContain(message);
  });

  it('may have an integer or text', async () => {
    const made = await api.create(toolsPath(), tool('a', { field: { port: 80 } }));
    const other = await api.create(toolsPath(), tool('b', { field: { port: 'http' } }));
    expect([made.field, other.field]).toEqual([{ port: 80 }, { port: 'http' }]);
  });
});
