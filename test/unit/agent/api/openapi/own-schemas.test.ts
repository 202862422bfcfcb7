import { expect, it } from 'vitest';
import { withOwnSchemas } from '../../../../../agent/api/openapi/own-schemas.ts';
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
