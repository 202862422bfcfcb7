import { describe, expect, it } from 'vitest';
import type { core, Node } from '../../../../agent/api/types.ts';
import { planTaints, toleratedFor, unknownConditions } from '../../../../agent/controllers/node-lifecycle/plan.ts';
import { planPodGarbage } from '../../../../agent/controllers/pod-garbage-collector/plan.ts';
import { aNode, aPod } from '../../../builders/objects.ts';

const now = '2026-01-01T00:10:00Z';
const withConditions = (...conditions: [type: string, status: string][]): Node =>
  aNode({ status: { conditions: conditions.map(([type, status]) => ({ type, status })) } });
const texts = (taints: core.Taint[] | undefined) => taints?.map(({ key, effect }) => `${key}:${effect}`);

describe('unknownConditions', () => {
  it('says that the kubelet has stopped, or never has begun', () => {
    const conditions = unknownConditions(withConditions(['Ready', 'True']), now);
    expect(conditions.map(({ type, status, reason, message }) => [type, status, reason, message])).toEqual([
      ['Ready', 'Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.'],
      ['MemoryPressure', 'Unknown', 'NodeStatusNeverUpdated', 'Kubelet never posted node status.'],
      ['DiskPressure', 'Unknown', 'NodeStatusNeverUpdated', 'Kubelet never posted node status.'],
      ['PIDPressure', 'Unknown', 'NodeStatusNeverUpdated', 'Kubelet never posted node status.'],
    ]);
    expect(conditions.every(({ lastTransitionTime }) => lastTransitionTime === now)).toBe(true);
  });

  it('changes nothing that is unknown already', () => {
    const node = aNode({ status: { conditions: unknownConditions(aNode(), now) } });
    expect(unknownConditions(node, '2026-01-01T00:20:00Z')).toBe(node.status?.conditions);
  });
});

describe('planTaints', () => {
  const prefix = 'node.kubernetes.io/';
  it.each<[string, Node, string[] | undefined]>([
    ['none for a ready node', withConditions(['Ready', 'True']), undefined],
    [
      'not-ready',
      withConditions(['Ready', 'False']),
      [`${prefix}not-ready:NoSchedule`, `${prefix}not-ready:NoExecute`],
    ],
    [
      'unreachable',
      withConditions(['Ready', 'Unknown']),
      [`${prefix}unreachable:NoSchedule`, `${prefix}unreachable:NoExecute`],
    ],
    ['pressure', withConditions(['Ready', 'True'], ['DiskPressure', 'True']), [`${prefix}disk-pressure:NoSchedule`]],
    ['the cordon', aNode({ spec: { unschedulable: true } }), [`${prefix}unschedulable:NoSchedule`]],
  ])('%s', (_, node, expected) => {
    expect(texts(planTaints(node, now))).toEqual(expected);
  });

  it('takes back what no longer holds, and leaves foreign taints and their times alone', () => {
    const taints = [
      { key: 'mine', effect: 'NoSchedule' },
      { key: `${prefix}unreachable`, effect: 'NoExecute', timeAdded: '2026-01-01T00:00:00Z' },
      { key: `${prefix}memory-pressure`, effect: 'NoSchedule' },
    ];
    const node = { ...withConditions(['Ready', 'Unknown']), spec: { taints } };
    expect(planTaints(node, now)).toEqual([
      { key: 'mine', effect: 'NoSchedule' },
      { key: `${prefix}unreachable`, effect: 'NoExecute', timeAdded: '2026-01-01T00:00:00Z' },
      { key: `${prefix}unreachable`, effect: 'NoSchedule', timeAdded: now },
    ]);
  });
});

describe('toleratedFor', () => {
  const tainted = aNode({ spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } });
  const tolerating = (...tolerations: core.Toleration[]) => aPod({ spec: { tolerations } });
  const forSeconds = (tolerationSeconds: number) => ({ key: 'k', operator: 'Exists' as const, tolerationSeconds });
  it.each([
    ['not at all where nothing tolerates', aPod(), tainted, 0],
    ['until the toleration has run out', tolerating(forSeconds(300)), tainted, 300_000],
    ['not at all where the time is negative', tolerating(forSeconds(-1)), tainted, 0],
    ['for good where it is tolerated for good', tolerating({ operator: 'Exists' }), tainted, undefined],
    [
      'for the shortest of several',
      tolerating(forSeconds(300), { operator: 'Exists', tolerationSeconds: 5 }),
      tainted,
      5000,
    ],
    [
      'for good without such a taint',
      aPod(),
      aNode({ spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } }),
      undefined,
    ],
  ])('%s', (_, pod, node, expected) => {
    expect(toleratedFor(pod, node)).toBe(expected);
  });
});

describe('planPodGarbage', () => {
  const isGone = (name: string) => name === 'gone';
  const finished = (name: string, creationTimestamp: string) =>
    aPod({ metadata: { name, creationTimestamp }, spec: { nodeName: 'there' }, status: { phase: 'Succeeded' } });

  it('takes pods of vanished nodes and leaving pods that never had one', () => {
    const orphan = aPod({ spec: { nodeName: 'gone' } });
    const leaving = aPod({ metadata: { deletionTimestamp: now } });
    expect(planPodGarbage([orphan, leaving, aPod(), aPod({ spec: { nodeName: 'there' } })], isGone, 10)).toEqual([
      { pod: orphan, why: 'orphaned' },
      { pod: leaving, why: 'unscheduled' },
    ]);
  });

  it('takes the oldest finished pods beyond the threshold', () => {
    const [old, young] = [finished('old', '2026-01-01T00:00:00Z'), finished('young', '2026-01-01T00:05:00Z')];
    expect(planPodGarbage([young, old], isGone, 1)).toEqual([{ pod: old, why: 'terminated' }]);
    expect(planPodGarbage([young, old], isGone, 0)).toEqual([]);
  });
});
