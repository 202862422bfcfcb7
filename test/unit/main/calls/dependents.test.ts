import { expect, test } from 'vitest';
import { closure, findDependents } from '../../../../main/calls/dependents.ts';
import { type Answer, fakeConnection } from './fake-connection.ts';

const json = (value: unknown, status = 200): Answer => ({ status, body: [JSON.stringify(value)] });
const owned = (uid: string, ...owners: string[]) => ({
  name: uid,
  namespace: 'shop',
  uid,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  ownerReferences: owners.map((owner) => ({ apiVersion: 'v1', kind: 'Any', name: owner, uid: owner })),
});
const list = (...items: ReturnType<typeof owned>[]) =>
  json({ metadata: {}, items: items.map((metadata) => ({ metadata })) });
const discovery = (name: string, ...plurals: string[]) =>
  json({
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        metadata: { name },
        versions: [
          {
            version: 'v1',
            resources: plurals.map((resource) => ({
              resource,
              responseKind: { kind: resource },
              scope: 'Namespaced',
              verbs: ['list'],
            })),
          },
        ],
      },
    ],
  });
const signal = new AbortController().signal;

test('what an object owns is found in every resource, through its owners, and what may not be seen is named', async () => {
  const connection = fakeConnection([
    discovery('', 'pods', 'events'),
    discovery('example.com', 'sets', 'vaults'),
    list(owned('pod', 'set'), owned('stranger', 'other')),
    list(owned('set', 'widget')),
    json({ kind: 'Status', code: 403, reason: 'Forbidden', message: 'no' }, 403),
  ]);
  const { groups, unseen } = await findDependents({ connection, owners: ['widget'], namespace: 'shop', signal });
  expect(groups.map(({ resource, objects }) => [resource.plural, objects.map(({ name }) => name)])).toEqual([
    ['pods', ['pod']],
    ['sets', ['set']],
  ]);
  expect(unseen).toEqual(['vaults.example.com']);
  expect(connection.asked.slice(2).map(({ path }) => path)).toEqual([
    '/api/v1/namespaces/shop/pods?limit=500',
    '/apis/example.com/v1/namespaces/shop/sets?limit=500',
    '/apis/example.com/v1/namespaces/shop/vaults?limit=500',
  ]);
});

test('owners in a circle end', () =>
  expect([...closure(['a'], [owned('b', 'a'), owned('c', 'b'), owned('a', 'c')])].sort()).toEqual(['b', 'c']));
