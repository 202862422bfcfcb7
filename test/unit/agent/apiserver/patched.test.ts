import { afterEach, beforeEach, expect, it } from 'vitest';
import { goText } from '../../../../agent/api/json/go-text.ts';
import { converterText } from '../../../../agent/apiserver/verbs/patched.ts';
import { configMap, inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
  await api.create(inDefault('configmaps'), configMap('a', { key: 'value' }));
});
afterEach(() => api.close());

const path = inDefault('configmaps', 'a');
const as = (type: string) => ({ 'content-type': `application/${type}+json` });

it.each([
  [
    'strategic-merge-patch',
    { immutable: 'yes', data: { key: 'v' } },
    'patch: Invalid value: "map[data:map[key:v] immutable:yes]": unrecognized type: bool',
  ],
  ['strategic-merge-patch', { data: 'text' }, 'patch: Invalid value: "map[data:text]": cannot restore map from string'],
  [
    'strategic-merge-patch',
    { data: { key: 5 } },
    'patch: Invalid value: "map[data:map[key:5]]": cannot convert int64 to string',
  ],
  [
    'json-patch',
    [{ op: 'add', path: '/immutable', value: 'yes' }],
    'json: cannot unmarshal string into Go struct field ConfigMap.immutable of type bool',
  ],
  [
    'merge-patch',
    { immutable: 1 },
    'json: cannot unmarshal number into Go struct field ConfigMap.immutable of type bool',
  ],
])('a %s of %j that makes no object is invalid itself', async (type, patch, expected) => {
  const status = await api.refused('PATCH', path, patch, as(type));
  expect(status).toMatchObject({ code: 422, reason: 'Invalid', details: { causes: [{ field: 'patch' }] } });
  expect(status.message).toContain(' "" is invalid: patch: Invalid value: "');
  expect(status.message).toContain(expected);
});

it('a field that nobody knows is one as well, where the client wants to be told', async () => {
  const strict = `${path}?fieldValidation=Strict`;
  expect(await api.refused('PATCH', strict, { dat: {} }, as('strategic-merge-patch'))).toMatchObject({
    code: 422,
    message: ' "" is invalid: patch: Invalid value: "map[dat:map[]]": strict decoding error: unknown field "dat"',
  });
});

it('shows values as Go does', () => {
  expect(goText({ b: [1, 'x', null], a: { c: true } })).toBe('map[a:map[c:true] b:[1 x <nil>]]');
});

it.each([
  [
    'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
    'cannot restore slice from map',
  ],
  [
    'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    'unrecognized type: int32',
  ],
  [
    'json: cannot unmarshal array into Go struct field Deployment.spec of type v1.DeploymentSpec',
    'cannot restore struct from: slice',
  ],
  ['parsing time "x"', 'parsing time "x"'],
])('%s becomes: %s', (detail, expected) => {
  expect(converterText(detail)).toBe(expected);
});
