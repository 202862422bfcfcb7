import { describe, expect, it } from 'vitest';
import { createSchemaProvider, type ObjectSchema } from '../../../../../agent/api/schema/provider.ts';
import type { Schema } from '../../../../../agent/api/schema/schema.ts';
import { definitions } from './definitions.ts';

const provider = createSchemaProvider(definitions);
const pod = { group: '', version: 'v1', definition: 'io.k8s.api.core.v1.Pod' };

const widgetSchema: Schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer', default: 3 },
        colour: { type: 'string' },
        shade: { type: 'string', nullable: true },
        part: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: { type: 'object' } } },
      },
    },
  },
};
const widget = { group: 'example.com', version: 'v1', definition: 'com.example.v1.Widget', schema: widgetSchema };

const schemaOf = (owner: Parameters<typeof provider.schemaOf>[0]): ObjectSchema => {
  const found = provider.schemaOf(owner);
  expect(found).toBeDefined();
  return found as ObjectSchema;
};

describe('a built-in kind', () => {
  it('is decoded by its definition, and its defaults are code', () => {
    const object = { metadata: { name: 'a', colour: 'red' }, spec: { containers: [{ name: 'c' }] } };
    expect(schemaOf(pod).decode(object)).toEqual(['metadata.colour']);
    schemaOf(pod).fillDefaults(object);
    expect(object).toEqual({ metadata: { name: 'a' }, spec: { containers: [{ name: 'c' }] } });
  });

  it('has the merge keys and list types of its definition', () => {
    const { root, definitions: all, isOwn } = schemaOf(pod);
    expect(isOwn).toBe(false);
    expect(all[root.properties?.spec?.$ref ?? '']?.properties?.containers).toMatchObject({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    });
  });
});

describe('a kind that brings its own schema', () => {
  const decoded = (body: object) => {
    const object: Record<string, unknown> = { apiVersion: 'example.com/v1', kind: 'Widget', ...body };
    const unknown = schemaOf(widget).decode(object);
    schemaOf(widget).fillDefaults(object);
    const { metadata, spec, extra } = object;
    return { unknown, metadata, spec, extra };
  };

  it('loses what is not specified, in metadata too, before its defaults are filled in', () => {
    const labels = { a: 'b' };
    expect(decoded({ metadata: { labels, colour: 'red' }, spec: { hue: 1 }, extra: {} })).toEqual({
      unknown: ['metadata.colour', 'extra', 'spec.hue'],
      metadata: { labels },
      spec: { size: 3 },
    });
  });

  it('takes null for absent unless it may be null', () => {
    expect(decoded({ metadata: {}, spec: { size: null, colour: null, shade: null } })).toMatchObject({
      spec: { size: 3, shade: null },
    });
    expect(decoded({ metadata: {}, spec: { colour: null } }).spec).toEqual({ size: 3 });
  });

  it('decodes the metadata of resources inside it', () => {
    const part = { apiVersion: 'v1', kind: 'Part', metadata: { name: 'p', colour: 'red', labels: null }, spec: {} };
    expect(decoded({ metadata: {}, spec: { part } })).toMatchObject({
      unknown: ['spec.part.metadata.colour'],
      spec: { part: { apiVersion: 'v1', kind: 'Part', metadata: { name: 'p' }, spec: {} } },
    });
  });

  const refusal = 'Widget in version "v1" cannot be handled as a Widget: ';
  it.each([
    [
      'metadata of the wrong type',
      { metadata: { labels: { a: 1 } } },
      'json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
    ],
    [
      'an embedded kind that is no string',
      { spec: { part: { kind: 42 } } },
      'spec.part.kind: Invalid value: 42: must be a string',
    ],
    [
      'embedded metadata that is no object',
      { spec: { part: { metadata: [42] } } },
      'spec.part.metadata: Invalid value: [42]: json: cannot unmarshal array into Go value of type v1.ObjectMeta',
    ],
  ])('refuses %s', (_, body, reason) => {
    expect(() => decoded(body)).toThrow(`${refusal}${reason}`);
  });

  it('has a schema of the whole object, with what every resource has, inside it as well', () => {
    const { root, isOwn } = schemaOf(widget);
    expect(isOwn).toBe(true);
    const metadata = { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' };
    expect(root.properties?.metadata).toEqual(metadata);
    expect(root.properties?.spec?.properties?.part?.properties).toMatchObject({ metadata, spec: { type: 'object' } });
    expect(widgetSchema.properties).not.toHaveProperty('metadata');
  });

  it('is asked for once: the same representation has the same schema, another one its own', () => {
    expect(schemaOf(widget)).toBe(schemaOf(widget));
    const changed = { ...widget, schema: { type: 'object' as const } };
    expect(schemaOf(changed)).not.toBe(schemaOf(widget));
    expect(schemaOf(changed).decode({ kind: 'Widget', metadata: {}, spec: {} })).toEqual(['spec']);
  });
});

it('knows nothing of a kind that has neither', () => {
  expect(provider.schemaOf({ group: 'x', version: 'v1', definition: 'x.v1.Y' })).toBeUndefined();
});
