import { expect, it } from 'vitest';
import { withOwnDescriptions, withOwnSchemas } from '../../../../../agent/api/openapi/own-schemas.ts';
import { schemaForV2 } from '../../../../../agent/api/openapi/schema-v2.ts';
import { createSchemaProvider } from '../../../../../agent/api/schema/provider.ts';
import type { Schema } from '../../../../../agent/api/schema/schema.ts';
import { widgets } from '../../../../builders/widget.ts';
import { definitions } from '../schema/definitions.ts';

const schema: Schema = {
  type: 'object',
  properties: {
    metadata: { type: 'object', properties: { name: { type: 'string', description: 'Begins with w.' } } },
    spec: { type: 'object', properties: { part: { type: 'object', 'x-kubernetes-embedded-resource': true } } },
  },
};
const [hub] = widgets.representations;
const representation = { ...hub, schema };
const published = withOwnSchemas([{ ...widgets, representations: [representation] }], definitions);

it('a kind that brings its schema is published with the schema by which its objects are decoded', () => {
  const { 'x-kubernetes-group-version-kind': kinds, ...rest } = published['com.example.v1.Widget'] ?? {};
  expect(kinds).toEqual([{ group: 'example.com', version: 'v1', kind: 'Widget' }]);
  expect(rest).toEqual(createSchemaProvider(definitions).schemaOf(representation)?.root);
});

it('what every resource has is what upstream says of it, in the object and in resources within', () => {
  const metadata = { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' };
  const every = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata };
  expect(published['com.example.v1.Widget']?.properties).toMatchObject(every);
  expect(published['com.example.v1.Widget']?.properties?.spec?.properties?.part?.properties).toEqual(every);
});

it('what every resource has is documented as it is in built-in kinds', () => {
  const docs = {
    '': 'Holds data.',
    apiVersion: 'The version.',
    kind: 'The kind.',
    metadata: 'The data.',
    data: 'Data.',
  };
  const kinds = [{ ...widgets, representations: [representation] as const }];
  expect(withOwnDescriptions(kinds, { 'io.k8s.api.core.v1.ConfigMap': docs })).toMatchObject({
    'com.example.v1.Widget': { apiVersion: 'The version.', kind: 'The kind.', metadata: 'The data.' },
  });
});

/**
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/controller/openapi/v2/conversion_test.go
 */
const anything = { 'x-kubernetes-preserve-unknown-fields': true };
const text: Schema = { type: 'string' };
const inV2: [string, Schema, Schema][] = [
  ['alternatives', { type: 'object', allOf: [{}], oneOf: [{}], anyOf: [{}], not: {} }, { type: 'object' }],
  ['null', { type: 'object', nullable: true, properties: { a: text } }, {}],
  ['arrays of null', { type: 'array', nullable: true, items: text }, {}],
  ['arrays of anything', { ...anything, type: 'array', items: text }, anything],
  ['objects of anything', { ...anything, type: 'object', properties: { a: text } }, anything],
  [
    'fields that must be there and may be null',
    { type: 'object', required: ['a', 'b'], properties: { a: { type: 'string', nullable: true }, b: text } },
    { type: 'object', required: ['b'], properties: { a: {}, b: text } },
  ],
  [
    'fields of any name that may be null',
    { type: 'object', required: ['a'], additionalProperties: { type: 'string', nullable: true } },
    { type: 'object', additionalProperties: {} },
  ],
];

it.each(inV2)('version 2 does not speak of %s', (_, part, expected) => {
  const wrapped = (inner: Schema): Schema => ({ type: 'object', properties: { part: inner } });
  expect(schemaForV2(wrapped(part))).toEqual(wrapped(expected));
  expect(schemaForV2(wrapped({ type: 'array', items: part }))).toEqual(wrapped({ type: 'array', items: expected }));
});

it('version 2 names no field of an object that may have any', () => {
  expect(schemaForV2({ ...anything, type: 'object', description: 'Any.', properties: { a: text } })).toEqual({
    type: 'object',
  });
});
