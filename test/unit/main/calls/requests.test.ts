import { describe, expect, test } from 'vitest';
import { ApiError } from '../../../../agent/api/errors.ts';
import { describeObject, shortAge, titleOf } from '../../../../main/calls/describe.ts';
import { readManifests } from '../../../../main/calls/manifests.ts';
import { CallFailure, toCallError } from '../../../../main/failure.ts';
import { linesOf, pathOf, requestJson, warningsOf } from '../../../../main/kube/requests.ts';
import { fakeConnection } from './fake-connection.ts';

const deployments = { group: 'apps', version: 'v1', plural: 'deployments' };

describe('paths', () => {
  test.each([
    [{ resource: { group: '', version: 'v1', plural: 'nodes' } }, '/api/v1/nodes'],
    [{ resource: deployments, namespace: 'a', name: 'web' }, '/apis/apps/v1/namespaces/a/deployments/web'],
    [
      { resource: deployments, namespace: 'a', name: 'web', subresource: 'scale' },
      '/apis/apps/v1/namespaces/a/deployments/web/scale',
    ],
    [
      { resource: deployments, query: { labelSelector: 'a=b', limit: undefined } },
      '/apis/apps/v1/deployments?labelSelector=a%3Db',
    ],
  ])('%j is at %s', (path, expected) => expect(pathOf(path)).toBe(expected));
});

describe('answers', () => {
  test('an unsuccessful one rejects with what the server said', async () => {
    const status = { kind: 'Status', reason: 'NotFound', code: 404, message: 'pods "a" not found' };
    const connection = fakeConnection([{ status: 404, body: [JSON.stringify(status)] }]);
    await expect(requestJson(connection, { method: 'GET', path: '/x' })).rejects.toMatchObject({
      code: 404,
      reason: 'NotFound',
    });
  });

  test('one that is not JSON keeps its text', async () => {
    const connection = fakeConnection([{ status: 502, body: ['bad gateway\n'] }]);
    await expect(requestJson(connection, { method: 'GET', path: '/x' })).rejects.toThrow('bad gateway');
  });

  test('warnings are read from their header', () => {
    expect(warningsOf({ warning: ['299 - "first \\"quoted\\""', '299 - "second"'] })).toEqual([
      'first "quoted"',
      'second',
    ]);
    expect(warningsOf({})).toEqual([]);
  });

  test('lines may be cut anywhere, also inside a character', async () => {
    const bytes = new TextEncoder().encode('one\ntwö\nrest');
    const chunks = (async function* () {
      yield bytes.slice(0, 7);
      yield bytes.slice(7);
    })();
    const lines: string[] = [];
    for await (const line of linesOf(chunks)) lines.push(line);
    expect(lines).toEqual(['one', 'twö', 'rest']);
  });
});

describe('failures', () => {
  test('keep their own hint', () =>
    expect(toCallError(new CallFailure('A', 'b', 'c'))).toEqual({ code: 'A', message: 'b', hint: 'c' }));
  test('of the API carry the reason and a next step', () =>
    expect(toCallError(new ApiError(409, 'Conflict', 'changed'))).toEqual({
      code: 'Conflict',
      message: 'changed',
      hint: 'Someone changed the object in the meantime. Reload it and apply your change again.',
    }));
  test('are named by their cause where they have no code', () => {
    const cause = Object.assign(new Error('getaddrinfo ENOTFOUND x'), { code: 'ENOTFOUND' });
    expect(toCallError(new Error('failed', { cause })).code).toBe('ENOTFOUND');
  });
  test('may be anything that is thrown', () =>
    expect(toCallError('text')).toEqual({ code: 'Failed', message: 'text' }));
});

describe('manifests', () => {
  test('are read from a stream, lists unfolded, empty documents skipped', () => {
    const text = `---\n---\napiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n---\n{"apiVersion":"v1","kind":"Secret","metadata":{"name":"b"}}`;
    expect(readManifests(text).map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual(['Pod/a', 'Secret/b']);
  });
  test.each([
    ['kind: Pod\nmetadata: {}', 'apiVersion is not set'],
    ['apiVersion: v1\nmetadata: {}', 'kind is not set'],
    ['apiVersion: v1\nkind: Pod', 'Pod: metadata is not set'],
    ['- a', 'A document is not a Kubernetes object'],
  ])('%j is refused: %s', (text, message) => expect(() => readManifests(text)).toThrow(message));
  test('with a mistake in the YAML name the line', () => expect(() => readManifests('a: [1')).toThrow(/line 1/));
});

describe('describing', () => {
  test.each([
    ['podCIDR', 'Pod CIDR'],
    ['hostIP', 'Host IP'],
    ['clusterIPs', 'Cluster IPs'],
    ['name', 'Name'],
  ])('%s is titled %s', (field, title) => expect(titleOf(field)).toBe(title));
  test.each([
    [5_000, '5s'],
    [180_000, '3m'],
    [7_200_000, '2h'],
    [172_800_000, '2d'],
  ])('%d ms is %s', (age, text) => expect(shortAge(age)).toBe(text));
  test('shows only the size of what is concealed', () => {
    const metadata = { name: 's', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
    const text = describeObject(
      { apiVersion: 'v1', kind: 'Secret', metadata, data: { password: btoa('hidden') } },
      { events: [], now: 0, concealed: ['data'] },
    );
    expect(text).toContain('Password:  6 bytes');
    expect(text).not.toContain(btoa('hidden'));
    expect(text).toContain('Events:       <none>');
  });
});
