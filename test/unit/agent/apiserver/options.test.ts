import { afterEach, beforeEach, expect, it } from 'vitest';
import { configMap, inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());
const maps = inDefault('configmaps');

it.each([
  [
    'resourceVersionMatch=Exact',
    'resourceVersionMatch',
    'Forbidden',
    'resourceVersionMatch is forbidden unless resourceVersion is provided',
  ],
  [
    'resourceVersionMatch=Exact&resourceVersion=0',
    'resourceVersionMatch',
    'Forbidden',
    'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
  ],
  [
    'resourceVersionMatch=Foo&resourceVersion=1',
    'resourceVersionMatch',
    'NotSupported',
    'Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", ""',
  ],
  ['sendInitialEvents=true', 'sendInitialEvents', 'Forbidden', 'sendInitialEvents is forbidden for list'],
  [
    'watch&sendInitialEvents=true',
    'resourceVersionMatch',
    'Forbidden',
    'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
  ],
  [
    'watch=1&resourceVersionMatch=NotOlderThan',
    'resourceVersionMatch',
    'Forbidden',
    'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
  ],
])('refuses ?%s with 422', async (query, field, type, text) => {
  const status = await api.refused('GET', `${maps}?${query}`);
  const [cause] = status.details?.causes ?? [];
  expect(status).toMatchObject({
    code: 422,
    reason: 'Invalid',
    details: { group: 'meta.k8s.io', kind: 'ListOptions' },
  });
  expect(status.message).toMatch(/^ListOptions\.meta\.k8s\.io "" is invalid: /);
  expect(cause).toMatchObject({ field, reason: `FieldValue${type}` });
  expect(cause?.message).toContain(text);
});

it.each([
  [
    'POST',
    'dryRun=Foo',
    'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Foo"]: supported values: "All"',
  ],
  [
    'POST',
    `fieldManager=${'é'.repeat(65)}`,
    'CreateOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes',
  ],
  [
    'PUT',
    'fieldManager=a%07b&dryRun=Foo&fieldValidation=Foo',
    'UpdateOptions.meta.k8s.io "" is invalid: [fieldManager: Invalid value: "a\\ab": invalid character U+0007 (at position 1), dryRun: Unsupported value: ["Foo"]: supported values: "All", fieldValidation: Unsupported value: "Foo": supported values: "", "Ignore", "Strict", "Warn"]',
  ],
  [
    'PATCH',
    'force=true',
    'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
  ],
  [
    'PUT',
    'fieldValidation=Foo',
    'UpdateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Foo": supported values: "", "Ignore", "Strict", "Warn"',
  ],
] as const)('refuses %s ?%s', async (method, query, message) => {
  await api.create(maps, configMap('a'));
  const path = method === 'POST' ? maps : `${maps}/a`;
  const headers = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : undefined;
  expect(await api.refused(method, `${path}?${query}`, configMap('a'), headers)).toMatchObject({ code: 422, message });
});

it.each(['watch', 'watch=true', 'watch=1', 'watch=yes'])('watches where ?%s is set', async (query) => {
  await api.create(maps, configMap('a'));
  const watch = await api.watch(`${maps}?${query}`);
  expect(await watch.next(1)).toEqual([expect.stringMatching(/^ADDED a@/)]);
});

it.each(['watch=false', 'watch=0', 'watch=False'])('lists where ?%s is not', async (query) => {
  expect(await api.list(`${maps}?${query}`)).toMatchObject({ kind: 'ConfigMapList' });
});
