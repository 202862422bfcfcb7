import { expect, test } from 'vitest';
import { recordSchedulability } from '../../../../../agent/kubelet/node/node-events.ts';
import { aNode } from '../../../../builders/objects.ts';
import { createFakeInformer } from '../../../../fakes/informer.ts';

test('cordoning and uncordoning are told of this node, and of no other change', () => {
  const told: string[] = [];
  const nodes = createFakeInformer([aNode({ metadata: { name: 'mine' } }), aNode({ metadata: { name: 'other' } })]);
  recordSchedulability({ event: (_, type, reason, text) => told.push(`${type} ${reason}: ${text}`) }, nodes, 'mine');
  nodes.put(aNode({ metadata: { name: 'other' }, spec: { unschedulable: true } }));
  nodes.put(aNode({ metadata: { name: 'mine' }, spec: { unschedulable: false } }));
  nodes.put(aNode({ metadata: { name: 'mine' }, spec: { unschedulable: true } }));
  nodes.put(aNode({ metadata: { name: 'mine', labels: { a: 'b' } }, spec: { unschedulable: true } }));
  nodes.put(aNode({ metadata: { name: 'mine' } }));
  expect(told).toEqual([
    'Normal NodeNotSchedulable: Node mine status is now: NodeNotSchedulable',
    'Normal NodeSchedulable: Node mine status is now: NodeSchedulable',
  ]);
});
