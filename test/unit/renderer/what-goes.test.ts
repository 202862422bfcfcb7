import { expect, test } from 'vitest';
import type { AnyObject } from '../../../agent/api/types.ts';
import { whatGoes } from '../../../renderer/resources/what-goes.ts';

const object = (kind: string, name: string, owner?: string, namespace = 'default'): AnyObject => ({
  apiVersion: 'v1',
  kind,
  metadata: {
    name,
    namespace,
    uid: name,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...(owner ? { ownerReferences: [{ apiVersion: 'v1', kind: 'Owner', name: owner, uid: owner }] } : {}),
  },
});

const lists = [
  { title: 'Deployments', items: [object('Deployment', 'web'), object('Deployment', 'far', undefined, 'other')] },
  {
    title: 'ReplicaSets',
    items: [object('ReplicaSet', 'web-1', 'web'), object('ReplicaSet', 'far-1', 'far', 'other')],
  },
  {
    title: 'Pods',
    items: [
      object('Pod', 'web-1-b', 'web-1'),
      object('Pod', 'web-1-a', 'web-1'),
      object('Pod', 'far-1-a', 'far-1', 'other'),
    ],
  },
];
const nowhere = new Set<string>();

test('a deployment takes its replica sets and their pods with it', () =>
  expect(whatGoes([object('Deployment', 'web')], lists, nowhere)).toEqual([
    { title: 'ReplicaSets', names: ['web-1'] },
    { title: 'Pods', names: ['web-1-a', 'web-1-b'] },
  ]));

test('a namespace takes what is in it', () =>
  expect(whatGoes([object('Namespace', 'other', undefined, '')], lists, new Set(['other']))).toEqual([
    { title: 'Deployments', names: ['far'] },
    { title: 'ReplicaSets', names: ['far-1'] },
    { title: 'Pods', names: ['far-1-a'] },
  ]));

test('a pod takes nothing', () => expect(whatGoes([object('Pod', 'web-1-a', 'web-1')], lists, nowhere)).toEqual([]));
