import { describe, expect, test } from 'vitest';
import type { Definitions } from '../../../../agent/api/schema/schema.ts';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { applyYaml } from '../../../../main/calls/apply.ts';
import { type Answer, fakeConnection } from './fake-connection.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: [JSON.stringify(value)],
});
const notFound = json({ kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404, message: 'not found' }, 404);

/** What the server says of the kind, as often as it is asked. */
const discovery = json({
  kind: 'APIResourceList',
  groupVersion: 'example.com/v1',
  resources: [{ name: 'widgets', kind: 'Widget', namespaced: true, verbs: ['get', 'create', 'patch'] }],
});

const yaml = `apiVersion: example.com/v1
kind: Widget
metadata:
  name: a
spec:
  size: 2
`;
const manifest = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a', namespace: 'team' } };
const annotation = (spec: unknown) =>
  `${JSON.stringify({ ...manifest, metadata: { ...manifest.metadata, annotations: {} }, spec })}\n`;
const live = (spec: Record<string, unknown>, applied: unknown, resourceVersion = '5'): AnyObject => ({
  ...manifest,
  metadata: {
    ...manifest.metadata,
    uid: 'u',
    resourceVersion,
    creationTimestamp: '2026-01-01T00:00:00Z',
    annotations: { [lastApplied]: annotation(applied) },
  },
  spec,
});

async function apply(text: string, answers: Answer[], dryRun = false) {
  const connection = fakeConnection(answers);
  const definitions: Definitions = {};
  const signal = new AbortController().signal;
  const results = await applyYaml(text, { connection, namespace: 'team', dryRun, definitions, signal });
  return { results, asked: connection.asked };
}

describe('applying a manifest', () => {
  test('creates what is not there, with the manifest as its annotation', async () => {
    const { results, asked } = await apply(yaml, [discovery, notFound, json(live({ size: 2 }, { size: 2 }))]);
    expect(results).toEqual([{ kind: 'Widget', name: 'a', namespace: 'team', result: 'created', warnings: [] }]);
    expect(asked[2]).toMatchObject({
      method: 'POST',
      path: '/apis/example.com/v1/namespaces/team/widgets?fieldManager=skiff',
    });
    expect(JSON.parse(asked[2]?.body ?? '').metadata.annotations).toEqual({ [lastApplied]: annotation({ size: 2 }) });
  });

  test('patches what differs: sets what is new, removes what was applied once and is no more', async () => {
    const before = live({ size: 1, colour: 'red', byServer: true }, { size: 1, colour: 'red' });
    const after = live({ size: 2, byServer: true }, { size: 2 }, '6');
    const { results, asked } = await apply(yaml, [discovery, json(before), json(after)]);
    expect(results[0]?.result).toBe('configured');
    expect(asked[2]).toMatchObject({ method: 'PATCH', headers: { 'content-type': 'application/merge-patch+json' } });
    expect(JSON.parse(asked[2]?.body ?? '').spec).toEqual({ size: 2, colour: null });
  });

  test('sends nothing where nothing differs', async () => {
    const { results, asked } = await apply(yaml, [discovery, json(live({ size: 2, byServer: 1 }, { size: 2 }))]);
    expect(results[0]?.result).toBe('unchanged');
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  test('passes on what the server warned of, and asks for a dry run where that is wanted', async () => {
    const warned = json(live({ size: 2 }, { size: 2 }), 200, { warning: '299 - "size is deprecated"' });
    const { results, asked } = await apply(yaml, [discovery, notFound, warned], true);
    expect(results[0]?.warnings).toEqual(['size is deprecated']);
    expect(asked[2]?.path).toMatch(/dryRun=All/);
  });

  test('goes on after one that is refused, and says why it was', async () => {
    const refused = json(
      { kind: 'Status', status: 'Failure', reason: 'Invalid', code: 422, message: 'too large' },
      422,
    );
    const { results } = await apply(`${yaml}---\n${yaml.replace('name: a', 'name: b')}`, [
      discovery,
      notFound,
      refused,
      notFound,
      json(live({ size: 2 }, { size: 2 }), 201),
    ]);
    expect(results.map(({ name, result, error }) => [name, result, error?.message])).toEqual([
      ['a', 'failed', 'too large'],
      ['b', 'created', undefined],
    ]);
  });

  test('refuses a manifest without a name, and an empty stream', async () => {
    await expect(apply('apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n', [])).rejects.toMatchObject({
      code: 'InvalidManifest',
    });
    await expect(apply('# nothing\n', [])).rejects.toMatchObject({ code: 'NothingToApply' });
  });
});
