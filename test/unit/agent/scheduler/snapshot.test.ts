import { describe, expect, it } from 'vitest';
import { createCache } from '../../../../agent/scheduler/cache.ts';
import { podInfo } from '../../../../agent/scheduler/framework/info.ts';
import { aNode, aPod } from '../../../builders/objects.ts';

const inZone = (name: string, zone: string) =>
  aNode({ metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } } });

describe('a snapshot', () => {
  it('copies only the nodes that changed since the last one', () => {
    const cache = createCache();
    for (const name of ['a', 'b']) cache.setNode(aNode({ metadata: { name } }));
    const [a, b] = cache.snapshot().nodes;
    cache.setPod(aPod(), 'b');
    const [sameA, newB] = cache.snapshot().nodes;
    expect(sameA).toBe(a);
    expect([newB === b, newB?.pods.size, b?.pods.size]).toEqual([false, 1, 0]);
    expect((newB?.generation ?? 0) > (b?.generation ?? 0)).toBe(true);
  });

  it('takes zones in turn', () => {
    const cache = createCache();
    for (const [name, zone] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['a3', 'a'],
      ['b1', 'b'],
    ] as const)
      cache.setNode(inZone(name, zone));
    expect(cache.snapshot().nodes.map(({ name }) => name)).toEqual(['a1', 'b1', 'a2', 'a3']);
    cache.setNode(inZone('a2', 'b'));
    expect(cache.snapshot().nodes.map(({ name }) => name)).toEqual(['a1', 'a2', 'a3', 'b1']);
  });

  it('forgets a node that is gone, and knows one that comes back under its name', () => {
    const cache = createCache();
    cache.setNode(aNode({ metadata: { name: 'a' } }));
    cache.snapshot();
    cache.removeNode('a');
    expect([cache.snapshot().nodes, cache.snapshot().find('a')]).toEqual([[], undefined]);
    cache.setNode(aNode({ metadata: { name: 'a' } }));
    cache.removeNode('a');
    cache.setNode(aNode({ metadata: { name: 'a' } }));
    expect(cache.snapshot().nodes.map(({ name }) => name)).toEqual(['a']);
  });

  it('knows the nodes with pods that have affinity, and on how many an image is', () => {
    const cache = createCache();
    const web = 'docker.io/library/web:1';
    const images = [{ names: ['web:1'], sizeBytes: 1 }];
    cache.setNode(aNode({ metadata: { name: 'a' }, status: { images } }));
    cache.setNode(aNode({ metadata: { name: 'b' }, status: { images } }));
    const term = { topologyKey: 'zone', labelSelector: {} };
    const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
    const shy = aPod({ spec: { affinity: { podAntiAffinity } } });
    cache.setPod(shy, 'a');
    const snapshot = cache.snapshot();
    expect([[...snapshot.withRequiredAntiAffinity.keys()], snapshot.nodesWithImage(web)]).toEqual([['a'], 2]);
    cache.removePod(shy.metadata.uid);
    cache.removeNode('b');
    cache.snapshot();
    expect([snapshot.withAffinity.size, snapshot.nodesWithImage(web)]).toEqual([0, 1]);
  });
});

describe('an assumed pod', () => {
  it('counts on its node until it is forgotten', () => {
    const cache = createCache();
    cache.setNode(aNode({ metadata: { name: 'a' } }));
    const pod = aPod();
    cache.assume(podInfo(pod), 'a');
    expect([cache.isAssumed(pod.metadata.uid), cache.snapshot().find('a')?.pods.size]).toEqual([true, 1]);
    expect([cache.forget(pod.metadata.uid), cache.snapshot().find('a')?.pods.size]).toEqual([true, 0]);
  });
  it('is not forgotten once it was seen on its node', () => {
    const cache = createCache();
    cache.setNode(aNode({ metadata: { name: 'a' } }));
    const pod = aPod();
    cache.assume(podInfo(pod), 'a');
    cache.setPod(pod, 'a');
    expect([cache.forget(pod.metadata.uid), cache.snapshot().find('a')?.pods.size]).toEqual([false, 1]);
  });
});
