import { describe, expect, it } from 'vitest';
import type { Node, ObjectMeta, Pod } from '../../../../agent/api/types.ts';
import { createCache } from '../../../../agent/scheduler/cache.ts';
import { CycleState } from '../../../../agent/scheduler/framework/cycle-state.ts';
import { podInfo } from '../../../../agent/scheduler/framework/info.ts';
import type { ScorePlugin } from '../../../../agent/scheduler/framework/plugin.ts';
import { imageLocality } from '../../../../agent/scheduler/plugins/image-locality.ts';
import { nodeAffinity } from '../../../../agent/scheduler/plugins/node-affinity.ts';
import { nodeResourcesBalancedAllocation } from '../../../../agent/scheduler/plugins/node-resources-balanced-allocation.ts';
import { nodeResourcesFit } from '../../../../agent/scheduler/plugins/node-resources-fit.ts';
import { podTopologySpread } from '../../../../agent/scheduler/plugins/pod-topology-spread/pod-topology-spread.ts';
import { taintToleration } from '../../../../agent/scheduler/plugins/taint-toleration.ts';
import { aNode, aPod } from '../../../builders/objects.ts';

type Place = [node: Node, pods: Pod[]];

/** Rounded scores of the nodes, in the order given. */
function scoresOf(plugin: ScorePlugin, pod: Pod, places: Place[]): number[] {
  const cache = createCache();
  for (const [node, pods] of places) {
    cache.setNode(node);
    for (const each of pods) cache.setPod(each, node.metadata.name);
  }
  const snapshot = cache.snapshot();
  const info = podInfo(pod);
  const state = new CycleState();
  plugin.preScore?.(info, snapshot.nodes, snapshot, state);
  const raw = snapshot.nodes.map((node) => plugin.score(info, node, state));
  return (plugin.normalize?.(raw, snapshot.nodes, state) ?? raw).map(Math.round);
}

const requesting = (cpu: string, memory: string, metadata: Partial<ObjectMeta> = {}): Pod =>
  aPod({ metadata, spec: { containers: [{ name: 'main', resources: { requests: { cpu, memory } } }] } });
/** Of the replica set of this name, whose selector is its name as the label `app`. */
const ownedBy = (name: string): Partial<ObjectMeta> => ({
  labels: { app: name },
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: name, controller: true }],
});
const spreading = podTopologySpread({
  servicesIn: () => [],
  selectorOfOwner: ({ name }) => ({ matchLabels: { app: name } }),
});
const aHost = (): Node => {
  const node = aNode();
  return { ...node, metadata: { ...node.metadata, labels: { 'kubernetes.io/hostname': node.metadata.name } } };
};

describe('scores', () => {
  it('prefers the node with the most left', () => {
    const places: Place[] = [
      [aNode(), [requesting('2', '4Gi')]],
      [aNode(), []],
    ];
    expect(scoresOf(nodeResourcesFit(), requesting('1', '2Gi'), places)).toEqual([25, 75]);
  });

  it('prefers the node whose CPU and memory are used alike', () => {
    const places: Place[] = [
      [aNode(), [requesting('3', '1Gi')]],
      [aNode(), [requesting('1', '2Gi')]],
    ];
    expect(scoresOf(nodeResourcesBalancedAllocation(), requesting('1', '2Gi'), places)).toEqual([69, 100]);
  });

  it('spreads the pods of one controller', () => {
    const places: Place[] = [
      [aHost(), [aPod({ metadata: ownedBy('a') }), aPod({ metadata: ownedBy('a') })]],
      [aHost(), [aPod({ metadata: ownedBy('a') }), aPod({ metadata: ownedBy('b') })]],
      [aHost(), [aPod({ metadata: ownedBy('b') })]],
    ];
    expect(scoresOf(spreading, aPod({ metadata: ownedBy('a') }), places)).toEqual([40, 60, 100]);
  });

  it('does not count pods that are leaving', () => {
    const leaving = aPod({ metadata: { ...ownedBy('a'), deletionTimestamp: '2026-01-01T00:00:00Z' } });
    const places: Place[] = [
      [aHost(), [leaving]],
      [aHost(), [aPod({ metadata: ownedBy('a') })]],
    ];
    expect(scoresOf(spreading, aPod({ metadata: ownedBy('a') }), places)).toEqual([100, 66]);
  });

  it('avoids taints that only prefer', () => {
    const avoided = aNode({ spec: { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] } });
    expect(
      scoresOf(taintToleration, aPod(), [
        [avoided, []],
        [aNode(), []],
      ]),
    ).toEqual([0, 100]);
  });

  it('follows preferred node affinity by weight', () => {
    const term = (weight: number, value: string) => ({
      weight,
      preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: [value] }] },
    });
    const preferredDuringSchedulingIgnoredDuringExecution = [term(10, 'hdd'), term(40, 'ssd')];
    const pod = aPod({ spec: { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution } } } });
    const disk = (value: string): Place => [aNode({ metadata: { labels: { disk: value } } }), []];
    expect(scoresOf(nodeAffinity(), pod, [disk('hdd'), disk('ssd'), disk('tape')])).toEqual([25, 100, 0]);
  });

  it('prefers a node that has a big image already', () => {
    const images = [{ names: ['web:1.0'], sizeBytes: 1000 * 1024 * 1024 }];
    const allocatable = { cpu: '4', memory: '8Gi', pods: '110' };
    const places: Place[] = [
      [aNode({ status: { allocatable, images } }), []],
      [aNode(), []],
    ];
    expect(scoresOf(imageLocality, aPod(), places)).toEqual([49, 0]);
  });
});
