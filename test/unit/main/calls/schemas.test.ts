import { describe, expect, test } from 'vitest';
import { schemaOf } from '../../../../main/calls/schemas.ts';
import type { ServedResource } from '../../../../main/contract/resources.ts';
import { type Answer, fakeConnection } from './fake-connection.ts';

const widget: ServedResource = {
  group: 'example.com',
  version: 'v1',
  plural: 'widgets',
  kind: 'Widget',
  singular: 'widget',
  namespaced: true,
  verbs: ['list'],
  shortNames: [],
  categories: [],
  subresources: [],
};
const json = (value: unknown, status = 200): Answer => ({ status, body: [JSON.stringify(value)] });
const index = (hash: string) =>
  json({ paths: { 'apis/example.com/v1': { serverRelativeURL: `/openapi/v3/apis/example.com/v1?hash=${hash}` } } });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const document = json({
  components: {
    schemas: {
      Widget: {
        type: 'object',
        description: 'A widget.',
        'x-kubernetes-group-version-kind': [{ group: 'example.com', version: 'v1', kind: 'Widget' }],
        properties: { spec: { description: 'What is wanted.', allOf: [ref('Spec')], default: {} } },
      },
      Spec: {
        properties: {
          parts: { type: 'array', items: ref('Spec') },
          labels: { additionalProperties: { type: 'string' } },
        },
      },
      Other: { type: 'object' },
    },
  },
});
const ask = (connection: ReturnType<typeof fakeConnection>) =>
  schemaOf(connection, widget, new AbortController().signal);

describe('the documentation of fields', () => {
  test('is cut to what the kind reaches, also where it reaches itself', async () => {
    expect(await ask(fakeConnection([index('1'), document]))).toEqual({
      root: {
        type: 'object',
        description: 'A widget.',
        properties: { spec: { description: 'What is wanted.', $ref: 'Spec' } },
      },
      definitions: {
        Spec: {
          properties: {
            parts: { type: 'array', items: { $ref: 'Spec' } },
            labels: { additionalProperties: { type: 'string' } },
          },
        },
      },
    });
  });

  test('is fetched once as long as the server says that it is the same', async () => {
    const connection = fakeConnection([index('1'), document, index('1'), index('2'), document]);
    await ask(connection);
    await ask(connection);
    await ask(connection);
    expect(connection.asked.map(({ path }) => path).filter((path) => path.includes('hash'))).toEqual([
      '/openapi/v3/apis/example.com/v1?hash=1',
      '/openapi/v3/apis/example.com/v1?hash=2',
    ]);
  });

  test('is none where the server publishes none', async () => {
    expect(await ask(fakeConnection([json({ kind: 'Status', code: 404, reason: 'NotFound' }, 404)]))).toBeUndefined();
    expect(await ask(fakeConnection([json({ paths: {} })]))).toBeUndefined();
  });
});
