/**
 * Who owns what when the schema of a custom resource changes how a list is merged.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/v6.3.0/merge/schema_change_test.go
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { definitions } from '../api/schema/definitions.ts';
import { startApi, type TestApi } from './api.ts';
import { define, definitionsPath, tool, toolsPath, toolVersion } from './custom-definitions.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi({ definitions });
});
afterEach(() => api.close());

const items = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' }, value: { type: 'string' } },
};
const granular = {
  list: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items },
  map: { type: 'object', additionalProperties: { type: 'string' } },
};
const atomic = {
  list: { type: 'array', 'x-kubernetes-list-type': 'atomic', items },
  map: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: { type: 'string' } },
};
const versionWith = (properties: object) =>
  toolVersion('v1', { schema: { openAPIV3Schema: { type: 'object', properties } } });

async function redefine(properties: object): Promise<void> {
  const path = `${definitionsPath}/tools.example.com`;
  const found = await api.get(path);
  await api.request('PUT', path, { ...found, spec: { ...found.spec, versions: [versionWith(properties)] } });
}

const owned = ({ metadata }: AnyObject) =>
  Object.fromEntries((metadata.managedFields ?? []).map(({ manager, fieldsV1 }) => [manager, fieldsV1]));

async function applied(manager: string, fields: object, force = false): Promise<AnyObject> {
  const path = `${toolsPath()}/a?fieldManager=${manager}&force=${force}`;
  const { status, body } = await api.request('PATCH', path, tool('a', fields), {
    'content-type': 'application/apply-patch+yaml',
  });
  if (status >= 300) throw new Error(JSON.stringify(body));
  return body as AnyObject;
}

const one = { list: [{ name: 'a', value: '1' }], map: { a: '1' } };

it('whoever had parts of what is atomic now has the whole', async () => {
  await define(api, [versionWith(granular)]);
  expect(owned(await applied('one', one))).toEqual({
    one: {
      'f:list': { 'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
      'f:map': { 'f:a': {} },
    },
  });
  await redefine(atomic);
  const merge = { 'content-type': 'application/merge-patch+json' };
  const labelled = { metadata: { labels: { a: 'b' } } };
  const { body } = await api.request('PATCH', `${toolsPath()}/a?fieldManager=two`, labelled, merge);
  expect(owned(body as AnyObject)).toMatchObject({ one: { 'f:list': {}, 'f:map': {} } });
  expect(JSON.stringify(owned(body as AnyObject).one)).toBe('{"f:list":{},"f:map":{}}');
});

it('another who applies a whole that somebody had parts of has a conflict', async () => {
  await define(api, [versionWith(granular)]);
  await applied('one', one);
  await redefine(atomic);
  const other = { list: [{ name: 'b' }] };
  await expect(applied('two', other)).rejects.toThrow(/conflict with \\"one\\": \.list/);
  expect((await applied('two', other, true)).list).toEqual([{ name: 'b' }]);
});

it('what has become granular belongs to whoever had the whole', async () => {
  await define(api, [versionWith(atomic)]);
  await applied('one', one);
  await redefine(granular);
  const found = await applied('two', { list: [{ name: 'b' }] });
  expect(found.list).toEqual([{ name: 'a', value: '1' }, { name: 'b' }]);
  expect(owned(found)).toMatchObject({ one: { 'f:list': {} } });
});
