import { describe, expect, test } from 'vitest';
import { relayWhereAllowed } from '../../../../main/calls/confined-watch.ts';
import type { ResourceChanges } from '../../../../main/contract/streams.ts';
import type { KubeConnection } from '../../../../main/kube/connection.ts';

const names: Record<string, string[]> = { shop: ['a', 'b'], tools: ['c'] };
const pod = (name: string, namespace: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
});

/** A server that lets its user see the pods of some namespaces. */
function serverOf(allowed: readonly string[]): KubeConnection & { asked: string[] } {
  const asked: string[] = [];
  const encoder = new TextEncoder();
  return {
    asked,
    async request({ path, signal }) {
      const { pathname, searchParams } = new URL(path, 'http://server');
      asked.push(`${searchParams.has('watch') ? 'watch' : 'list'} ${pathname}`);
      const namespace = /namespaces\/([^/]+)/.exec(pathname)?.[1];
      const isAllowed = allowed.includes(namespace ?? '*');
      const items = Object.entries(names).flatMap(([place, some]) =>
        !namespace || place === namespace ? some.map((name) => pod(name, place)) : [],
      );
      const answer = isAllowed
        ? { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '7' }, items }
        : { kind: 'Status', code: 403, reason: 'Forbidden', message: `no pods in ${namespace ?? 'all namespaces'}` };
      async function* body() {
        if (!searchParams.has('watch')) yield encoder.encode(JSON.stringify(answer));
        else await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      }
      return { status: isAllowed ? 200 : 403, headers: {}, body: body() };
    },
    socket: () => Promise.reject(new Error('not a socket')),
  };
}

/** What is told until nothing more comes; a rest after a refusal lasts until the end. */
async function relay(allowed: readonly string[], fallback: readonly string[], namespaced = true) {
  const connection = serverOf(allowed);
  const told: ResourceChanges[] = [];
  const stop = new AbortController();
  const running = relayWhereAllowed({
    target: { id: 'w', resource: { group: '', plural: 'pods' }, fallback },
    open: async () => ({ connection, resource: { group: '', version: 'v1', plural: 'pods', namespaced } }),
    emit: (changes) => told.push(changes),
    sleep: (_, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    signal: stop.signal,
  });
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  await running;
  return { told, asked: connection.asked };
}

describe('a list of a user who may see some namespaces', () => {
  test('is of all namespaces where that is allowed, and nothing else is asked', async () => {
    const { told, asked } = await relay(['*'], ['shop']);
    expect(asked).toEqual(['list /api/v1/pods', 'watch /api/v1/pods']);
    expect(told[0]?.resync?.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
    expect(told.every(({ confined, namespace }) => confined === undefined && namespace === undefined)).toBe(true);
  });

  test('is put together from the namespaces that the window knows of', async () => {
    const { told, asked } = await relay(['shop', 'tools'], ['shop', 'tools']);
    expect(told[0]).toMatchObject({
      confined: ['shop', 'tools'],
      error: { code: 'Forbidden', message: 'no pods in all namespaces' },
    });
    const lists = told.filter(({ resync }) => resync);
    expect(lists.map(({ namespace, resync }) => [namespace, resync?.map(({ metadata }) => metadata.name)])).toEqual([
      ['shop', ['a', 'b']],
      ['tools', ['c']],
    ]);
    expect(asked.filter((each) => each.startsWith('watch'))).toEqual([
      'watch /api/v1/namespaces/shop/pods',
      'watch /api/v1/namespaces/tools/pods',
    ]);
  });

  test('tells of each namespace that is refused, beside those that are not', async () => {
    const { told } = await relay(['shop'], ['shop', 'secret']);
    expect(told.find(({ namespace }) => namespace === 'secret')).toMatchObject({
      error: { code: 'Forbidden', message: 'no pods in secret' },
    });
    expect(told.find(({ resync }) => resync)).toMatchObject({ namespace: 'shop' });
  });

  test('is of all namespaces again once that is allowed', async () => {
    const allowed = ['shop'];
    const connection = serverOf(allowed);
    const told: ResourceChanges[] = [];
    const stop = new AbortController();
    const pauses: (() => void)[] = [];
    const running = relayWhereAllowed({
      target: { id: 'w', resource: { group: '', plural: 'pods' }, fallback: ['shop'] },
      open: async () => ({ connection, resource: { group: '', version: 'v1', plural: 'pods', namespaced: true } }),
      emit: (changes) => told.push(changes),
      sleep: (_, signal) =>
        new Promise((resolve, reject) => {
          pauses.push(resolve);
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
      signal: stop.signal,
    });
    const settle = async () => {
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    await settle();
    pauses.pop()?.();
    await settle();
    expect(told.at(-1)).toMatchObject({ namespace: 'shop' });
    allowed.push('*');
    pauses.pop()?.();
    await settle();
    const last = told.findLast(({ resync }) => resync);
    expect([last?.namespace, last?.resync?.map(({ metadata }) => metadata.name)]).toEqual([undefined, ['a', 'b', 'c']]);
    stop.abort();
    await running;
  });

  test.each([
    ['no namespace is known', [], true],
    ['the resource belongs to no namespace', ['shop'], false],
  ])('is refused as a whole where %s', async (_, fallback, namespaced) => {
    const { told } = await relay(['shop'], fallback, namespaced);
    expect(told).toEqual([
      expect.objectContaining({ error: expect.objectContaining({ message: 'no pods in all namespaces' }) }),
    ]);
    expect(told[0]?.confined).toBeUndefined();
  });
});
