import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../../../agent/api/types.ts';
import { createCache } from '../../../../agent/scheduler/cache.ts';
import { aNode, aPod } from '../../../builders/objects.ts';
import { aScheduler } from './harness.ts';

const controlPlane = (): Node =>
  aNode({ spec: { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] } });
const requesting = (cpu: string, spec: Partial<Pod['spec']> = {}): Pod =>
  aPod({ spec: { containers: [{ name: 'main', resources: { requests: { cpu } } }], ...spec } });

function placeOn(pod: Pod, nodes: Node[], running: Record<string, Pod[]> = {}) {
  const scheduler = aScheduler();
  for (const node of nodes) scheduler.cache.setNode(node);
  for (const [name, pods] of Object.entries(running)) for (const each of pods) scheduler.cache.setPod(each, name);
  const placement = scheduler.place(pod);
  return placement.kind === 'node'
    ? { kind: 'node', name: placement.name }
    : { kind: 'none', message: placement.message };
}

describe('place', () => {
  it('explains with the counts of every reason, as upstream words it', () => {
    const nodes = [controlPlane(), aNode({ metadata: { name: 'a' } }), aNode({ metadata: { name: 'b' } })];
    const running = { a: [requesting('3')], b: [requesting('3')] };
    expect(placeOn(requesting('2'), nodes, running)).toEqual({
      kind: 'none',
      message:
        '0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient cpu. ' +
        'preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
    });
  });

  it('says that removing pods does not help where a node is too small anyway', () => {
    expect(placeOn(requesting('64'), [aNode()])).toEqual({
      kind: 'none',
      message:
        '0/1 nodes are available: 1 Insufficient cpu. ' +
        'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    });
  });

  it('says when the pod may not preempt', () => {
    expect(placeOn(requesting('64', { preemptionPolicy: 'Never' }), [aNode()])).toEqual({
      kind: 'none',
      message: '0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.',
    });
  });

  it('says that there are no nodes', () => {
    expect(placeOn(aPod(), [])).toEqual({ kind: 'none', message: 'no nodes available to schedule pods' });
  });

  it('takes the emptier node', () => {
    const nodes = [aNode({ metadata: { name: 'a' } }), aNode({ metadata: { name: 'b' } })];
    expect(placeOn(requesting('1'), nodes, { a: [requesting('2')] })).toEqual({ kind: 'node', name: 'b' });
  });

  it('takes the first by name where all are alike', () => {
    const nodes = [aNode({ metadata: { name: 'b' } }), aNode({ metadata: { name: 'a' } })];
    expect(placeOn(aPod(), nodes)).toEqual({ kind: 'node', name: 'a' });
  });
});

describe('cache', () => {
  it('gives back what a pod had requested when it goes', () => {
    const cache = createCache();
    cache.setNode(aNode({ metadata: { name: 'a' } }));
    const pod = requesting('1500m');
    cache.setPod(pod, 'a');
    cache.setPod({ ...pod, metadata: { ...pod.metadata, labels: { seen: 'again' } } }, 'a');
    const requested = () => cache.snapshot().nodes.map((info) => info.requested.cpu);
    expect(requested()).toEqual([1500]);
    cache.removePod(pod.metadata.uid);
    expect(requested()).toEqual([0]);
  });

  it('moves a pod whose assumed node was wrong', () => {
    const cache = createCache();
    for (const name of ['a', 'b']) cache.setNode(aNode({ metadata: { name } }));
    const pod = requesting('1');
    cache.setPod(pod, 'a');
    cache.setPod(pod, 'b');
    expect(cache.snapshot().nodes.map((info) => [info.name, info.pods.size, info.requested.cpu])).toEqual([
      ['a', 0, 0],
      ['b', 1, 1000],
    ]);
  });

  it('remembers pods of a node that is not there yet', () => {
    const cache = createCache();
    cache.setPod(requesting('1'), 'late');
    cache.setNode(aNode({ metadata: { name: 'late' } }));
    expect(cache.snapshot().nodes.map((info) => info.requested.cpu)).toEqual([1000]);
  });
});
