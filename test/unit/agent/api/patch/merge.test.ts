import { describe, expect, it } from 'vitest';
import { applyPatch } from '../../../../../agent/api/patch/apply.ts';
import { applyMergePatch } from '../../../../../agent/api/patch/merge-patch.ts';
import { mergeSchema } from '../../../../../agent/api/patch/merge-schema.ts';
import { applyStrategicMergePatch } from '../../../../../agent/api/patch/strategic.ts';
import { threeWayPatch } from '../../../../../agent/api/patch/three-way.ts';
import { definitions } from '../schema/definitions.ts';

const schema = mergeSchema(definitions, 'io.k8s.api.core.v1.Pod');
const deployment = mergeSchema(definitions, 'io.k8s.api.apps.v1.Deployment');

it.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('JSON merge of %j with %j', (document, patch, expected) => {
  expect(applyMergePatch(document, patch)).toEqual(expected);
});

describe('a strategic merge', () => {
  const containers = [
    { name: 'a', image: 'a:1', env: [{ name: 'X', value: '1' }] },
    { name: 'b', image: 'b:1' },
  ];

  it.each([
    [
      'merges list items by key',
      { containers: [{ name: 'b', image: 'b:2' }] },
      [containers[0], { name: 'b', image: 'b:2' }],
    ],
    [
      'merges lists inside items',
      { containers: [{ name: 'a', env: [{ name: 'Y', value: '2' }] }] },
      [
        {
          ...containers[0],
          env: [
            { name: 'Y', value: '2' },
            { name: 'X', value: '1' },
          ],
        },
        containers[1],
      ],
    ],
    ['deletes an item', { containers: [{ name: 'a', $patch: 'delete' }] }, [containers[1]]],
    ['replaces a list', { containers: [{ $patch: 'replace' }, { name: 'c' }] }, [{ name: 'c' }]],
    [
      'orders a list',
      { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [{ name: 'b', tty: true }] },
      [{ ...containers[1], tty: true }, containers[0]],
    ],
    [
      'orders a list that it does not change otherwise',
      { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
      [containers[1], containers[0]],
    ],
    [
      'puts a new item first, without directives and nulls',
      { containers: [{ name: 'c', image: null, resources: { $patch: 'merge' } }] },
      [{ name: 'c', resources: {} }, ...containers],
    ],
  ])('%s', (_, patch, expected) => {
    const original = { spec: { containers } };
    const before = structuredClone(original);
    expect(applyStrategicMergePatch(original, { spec: patch }, schema)).toEqual({ spec: { containers: expected } });
    expect(original).toEqual(before);
  });

  it('replaces a map', () => {
    const original = { spec: { securityContext: { runAsUser: 1, fsGroup: 2 } } };
    const patch = { spec: { securityContext: { $patch: 'replace', runAsUser: 3 } } };
    expect(applyStrategicMergePatch(original, patch, schema)).toEqual({ spec: { securityContext: { runAsUser: 3 } } });
  });

  it('replaces lists that have no key', () => {
    const original = { spec: { tolerations: [{ key: 'a' }] } };
    const patch = { spec: { tolerations: [{ key: 'b' }] } };
    expect(applyStrategicMergePatch(original, patch, schema)).toEqual(patch);
  });

  it('adds to lists of primitives and deletes from them', () => {
    const original = { metadata: { finalizers: ['a', 'b'] } };
    const added = applyStrategicMergePatch(original, { metadata: { finalizers: ['c', 'a'] } }, schema);
    expect(added).toEqual({ metadata: { finalizers: ['c', 'a', 'b'] } });
    const removed = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } };
    expect(applyStrategicMergePatch(added, removed, schema)).toEqual({ metadata: { finalizers: ['c', 'b'] } });
  });

  it('clears the other members of a union', () => {
    const original = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } };
    const patch = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
    expect(applyStrategicMergePatch(original, patch, deployment)).toEqual({ spec: { strategy: { type: 'Recreate' } } });
  });

  it('keeps what only the server has in its place', () => {
    const original = { metadata: { ownerReferences: [{ uid: 's' }, { uid: 'a' }, { uid: 'b' }] } };
    const order = { '$setElementOrder/ownerReferences': [{ uid: 'b' }, { uid: 'a' }] };
    expect(applyStrategicMergePatch(original, { metadata: order }, schema)).toEqual({
      metadata: { ownerReferences: [{ uid: 's' }, { uid: 'b' }, { uid: 'a' }] },
    });
  });

  it('refuses items without their key and unknown directives', () => {
    const original = { spec: { containers } };
    expect(() => applyStrategicMergePatch(original, { spec: { containers: [{ image: 'x' }] } }, schema)).toThrow(
      'map: map[image:x] does not contain declared merge key: name',
    );
    expect(() => applyStrategicMergePatch(original, { spec: { $patch: 'mangle' } }, schema)).toThrow(
      'unknown patch type: mangle in map: map[$patch:mangle]',
    );
  });

  const port = (containerPort: number, more = {}) => ({ containerPort, ...more });
  const order = '$setElementOrder/ports';
  const deleted = (containerPort: number) => port(containerPort, { $patch: 'delete' });

  // The cases of upstream's table for lists with a merge key, with ports of a container in place of its made-up type.
  it.each<[string, unknown[], Record<string, unknown>, unknown[]]>([
    ['puts new items first, in their order', [port(1)], { ports: [port(3), port(2)] }, [port(3), port(2), port(1)]],
    [
      'keeps live items before the changed one that they precede',
      [port(1), port(2), port(3)],
      { ports: [port(4), port(2, { name: 'b' })] },
      [port(4), port(1), port(2, { name: 'b' }), port(3)],
    ],
    [
      'sorts changed items as the patch has them',
      [port(1), port(2)],
      { ports: [port(2), port(1)] },
      [port(2), port(1)],
    ],
    ['leaves a list alone that it names empty', [port(1)], { ports: [] }, [port(1)]],
    ['deletes one item and adds another', [port(1), port(2)], { ports: [deleted(1), port(3)] }, [port(3), port(2)]],
    ['deletes nothing that is not there', [port(1)], { ports: [deleted(9)] }, [port(1)]],
    ['deletes every item of the key', [port(1, { name: 'a' }), port(1, { name: 'b' })], { ports: [deleted(1)] }, []],
    [
      'merges the first of several items of one key',
      [port(1), port(1)],
      { ports: [port(1, { name: 'a' })] },
      [port(1, { name: 'a' }), port(1)],
    ],
    ['empties a list', [port(1)], { ports: [{ $patch: 'replace' }] }, []],
    [
      'drops other directives from a list that it replaces',
      [port(1)],
      { ports: [deleted(1), port(2), { $patch: 'replace' }] },
      [port(2)],
    ],
    [
      'sorts by the order and keeps live items in their place',
      [port(1), port(2), port(3)],
      { ports: [port(4)], [order]: [port(3), port(4)] },
      [port(1), port(2), port(3), port(4)],
    ],
    [
      'puts live items after what they followed',
      [port(1), port(3)],
      { ports: [port(2)], [order]: [port(2), port(1)] },
      [port(2), port(1), port(3)],
    ],
    [
      'lets an added item take the place of a deleted one',
      [port(1), port(2), port(4)],
      { ports: [port(3), deleted(1)], [order]: [port(2), port(3)] },
      [port(2), port(4), port(3)],
    ],
    [
      'orders items of one key by its first place in the order',
      [port(1), port(2, { name: 'a' }), port(3), port(2, { name: 'b' })],
      { [order]: [port(2), port(1), port(3), port(2)] },
      [port(2, { name: 'a' }), port(2, { name: 'b' }), port(1), port(3)],
    ],
    ['orders nothing that is not there', [port(1)], { [order]: [port(2), port(1)] }, [port(1)]],
  ])('%s', (_, ports, patch, expected) => {
    const patched = applyStrategicMergePatch(
      { spec: { containers: [{ name: 'a', ports }] } },
      { spec: { containers: [{ name: 'a', ...patch }] } },
      schema,
    );
    expect(patched).toEqual({ spec: { containers: [{ name: 'a', ports: expected }] } });
  });

  it.each<[string, object, object, object]>([
    [
      'orders a list that it adds',
      {},
      { ports: [port(1), port(2)], [order]: [port(1), port(2)] },
      { ports: [port(1), port(2)] },
    ],
    ['adds no item that a directive is about', {}, { ports: [deleted(1), port(2)] }, { ports: [port(2)] }],
    ['adds no map that a directive is about', {}, { resources: { $patch: 'replace', limits: {} } }, {}],
    ['replaces a list by a map, whatever its strategy', { ports: [port(1)] }, { ports: { a: 1 } }, { ports: { a: 1 } }],
    ['ignores the order of a list that is nowhere', {}, { [order]: [port(1)] }, {}],
    ['ignores a deletion from a list that is nowhere', {}, { '$deleteFromPrimitiveList/args': ['a'] }, {}],
    ['empties a map', { resources: { limits: {} } }, { resources: { $patch: 'delete' } }, { resources: {} }],
    ['removes a list', { ports: [port(1)] }, { ports: null }, {}],
  ])('%s', (_, container, patch, expected) => {
    const patched = applyStrategicMergePatch(
      { spec: { containers: [{ name: 'a', ...container }] } },
      { spec: { containers: [{ name: 'a', ...patch }] } },
      schema,
    );
    expect(patched).toEqual({ spec: { containers: [{ name: 'a', ...expected }] } });
  });

  it.each<[string, object, string]>([
    [
      'an order that its list contradicts',
      { ports: [port(2), port(1)], [order]: [port(1), port(2)] },
      "The order in patch list:\n[map[containerPort:2] map[containerPort:1]]\n doesn't match $setElementOrder list:\n[map[containerPort:1] map[containerPort:2]]\n",
    ],
    [
      'an order that lacks an item of its list',
      { ports: [port(3, { name: 'web' })], [order]: [port(1)] },
      "The order in patch list:\n[map[containerPort:3 name:web]]\n doesn't match $setElementOrder list:\n[map[containerPort:1]]\n",
    ],
    ['an order that is no list', { [order]: {} }, 'expected a list'],
    [
      'a merge as the directive of an item',
      { ports: [port(1, { $patch: 'merge' })] },
      'merging lists cannot yet be specified',
    ],
    ['an unknown directive of an item', { ports: [port(1, { $patch: 'x' })] }, 'unknown patch type: x in map:'],
    [
      'a deletion without the key',
      { ports: [{ $patch: 'delete' }] },
      'does not contain declared merge key: containerPort',
    ],
  ])('refuses %s', (_, patch, message) => {
    const original = { spec: { containers: [{ name: 'a', ports: [port(1), port(2)] }] } };
    const attempt = () =>
      applyStrategicMergePatch(original, { spec: { containers: [{ name: 'a', ...patch }] } }, schema);
    expect(attempt).toThrow(message);
  });

  it('must be an object', () => {
    expect(() => applyPatch('application/strategic-merge-patch+json', {}, [], schema)).toThrow(
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    );
  });
});

describe('a three-way patch', () => {
  const live = {
    metadata: { name: 'web', labels: { app: 'web', added: 'by-hand' }, uid: '1' },
    spec: {
      replicas: 3,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } },
      template: {
        spec: {
          containers: [
            { name: 'a', image: 'a:1', tty: true },
            { name: 'b', image: 'b:1' },
          ],
        },
      },
    },
  };
  const applied = (containers: unknown[], more = {}) => ({
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: { template: { spec: { containers } }, ...more },
  });
  const both = [
    { name: 'a', image: 'a:1' },
    { name: 'b', image: 'b:1' },
  ];

  it('is empty where nothing was changed', () => {
    expect(threeWayPatch(applied(both), applied(both), live, deployment)).toEqual({});
    expect(threeWayPatch(applied(both), applied(both), live)).toEqual({
      spec: { template: { spec: { containers: both } } },
    });
  });

  it('changes items, deletes what was applied before, and keeps what others added', () => {
    const original = applied(both, { replicas: 3 });
    const modified = applied([{ name: 'a', image: 'a:2' }]);
    const patch = threeWayPatch(original, modified, live, deployment);
    expect(patch).toEqual({
      spec: {
        replicas: null,
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'a' }],
            containers: [
              { name: 'a', image: 'a:2' },
              { name: 'b', $patch: 'delete' },
            ],
          },
        },
      },
    });
    expect(applyStrategicMergePatch(live, patch, deployment)).toEqual({
      metadata: live.metadata,
      spec: {
        strategy: live.spec.strategy,
        template: { spec: { containers: [{ name: 'a', image: 'a:2', tty: true }] } },
      },
    });
  });

  it('clears the other members of a union', () => {
    const modified = applied(both, { strategy: { type: 'Recreate' } });
    const patch = threeWayPatch(applied(both), modified, live, deployment);
    expect(patch).toEqual({ spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } });
  });

  it('follows a new order', () => {
    const patch = threeWayPatch(applied(both), applied(both.toReversed()), live, deployment);
    expect(applyStrategicMergePatch(live, patch, deployment)).toMatchObject({
      spec: { template: { spec: { containers: [{ name: 'b' }, { name: 'a' }] } } },
    });
  });

  it('removes finalizers that were applied before and leaves the others', () => {
    const current = { metadata: { finalizers: ['mine', 'theirs'] } };
    const patch = threeWayPatch(
      { metadata: { finalizers: ['mine'] } },
      { metadata: { finalizers: ['new'] } },
      current,
      deployment,
    );
    expect(applyStrategicMergePatch(current, patch, deployment)).toEqual({
      metadata: { finalizers: ['new', 'theirs'] },
    });
  });
});
