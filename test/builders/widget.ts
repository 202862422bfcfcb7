/** A kind that no release serves, as a custom resource defines one: two versions, a schema and its own columns. */
import { defineKind } from '../../agent/api/define-kind.ts';
import type { Kind } from '../../agent/api/kind.ts';
import type { Schema } from '../../agent/api/schema/schema.ts';
import type { AnyObject, KubeObject } from '../../agent/api/types.ts';

export interface Widget extends KubeObject {
  spec: { size: number; colour?: string };
  status?: { phase?: string };
}

const schemaWith = (sizeField: string): Schema => ({
  type: 'object',
  description: 'Something that a factory makes.',
  properties: {
    spec: {
      type: 'object',
      description: 'What is wanted.',
      properties: {
        [sizeField]: { type: 'integer', format: 'int32', description: 'How large it is, in centimetres.' },
        colour: { type: 'string', description: 'The colour of its paint.' },
      },
    },
    status: { type: 'object', properties: { phase: { type: 'string' } } },
  },
});

const renamed = (object: AnyObject, from: string, to: string): AnyObject => {
  const { [from]: value, ...spec } = object.spec ?? {};
  return { ...object, spec: { ...spec, ...(value === undefined ? {} : { [to]: value }) } };
};

export const widgets: Kind<Widget> = defineKind<Widget>({
  kind: 'Widget',
  plural: 'widgets',
  shortNames: ['wi'],
  categories: ['all'],
  namespaced: true,
  representations: [
    { group: 'example.com', version: 'v1', definition: 'com.example.v1.Widget', schema: schemaWith('size') },
    {
      group: 'example.com',
      version: 'v1beta1',
      definition: 'com.example.v1beta1.Widget',
      schema: schemaWith('width'),
      default: (object) => {
        object.spec = { colour: 'grey', ...object.spec };
      },
      toHub: (object) => renamed(object, 'width', 'size'),
      fromHub: (object) => renamed(object, 'size', 'width'),
      columns: [
        {
          name: 'Width',
          type: 'integer',
          description: 'How large it is.',
          priority: 0,
          value: ({ spec }) => Number(spec?.width),
        },
      ],
    },
  ],
  hasStatus: true,
  hasGeneration: true,
  columns: [
    {
      name: 'Name',
      type: 'string',
      format: 'name',
      description: '',
      priority: 0,
      value: ({ metadata }) => metadata.name,
    },
    { name: 'Size', type: 'integer', description: 'How large it is.', priority: 0, value: ({ spec }) => spec.size },
  ],
  fieldSelectors: { 'spec.colour': ({ spec }) => spec.colour ?? '' },
  validate: ({ spec }) =>
    spec.size > 0 ? [] : [{ type: 'Invalid', field: 'spec.size', value: spec.size, detail: 'must be greater than 0' }],
});

export const aWidget = (name: string, size = 3) => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name },
  spec: { size },
});
