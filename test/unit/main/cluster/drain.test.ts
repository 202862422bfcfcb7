/** Which pods leave a node that is removed, and what would be lost with it. */
import { expect, it } from 'vitest';
import type { PersistentVolume, Pod } from '../../../../agent/api/types.ts';
import { lossOf, planDrain } from '../../../../main/cluster/nodes/drain.ts';

interface Shape {
  owner?: string;
  annotations?: Record<string, string>;
  phase?: string;
  going?: boolean;
}

const pod = (name: string, { owner, annotations, phase = 'Running', going }: Shape = {}) =>
  ({
    metadata: {
      namespace: 'default',
      name,
      ...(annotations ? { annotations } : {}),
      ...(going ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
      ...(owner
        ? { ownerReferences: [{ apiVersion: 'apps/v1', kind: owner, name: 'o', uid: '1', controller: true }] }
        : {}),
    },
    spec: {},
    status: { phase },
  }) as Pod;

const volume = (name: string, hosts: string[], claim = 'data') =>
  ({
    metadata: { name },
    spec: {
      ...(claim ? { claimRef: { namespace: 'default', name: claim } } : {}),
      ...(hosts.length > 0
        ? {
            nodeAffinity: {
              required: {
                nodeSelectorTerms: [
                  { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: hosts }] },
                ],
              },
            },
          }
        : {}),
    },
  }) as PersistentVolume;

const mirror = { 'kubernetes.io/config.mirror': 'hash' };

it('leaves daemon sets, static pods and what has finished where they are', () => {
  const pods = [
    pod('web', { owner: 'ReplicaSet' }),
    pod('agent', { owner: 'DaemonSet' }),
    pod('proxy', { annotations: mirror }),
    pod('done', { owner: 'Job', phase: 'Succeeded' }),
    pod('failed', { phase: 'Failed' }),
  ];
  const plan = planDrain(pods, [], 'worker');
  expect(plan.move.map(({ metadata }) => metadata.name)).toEqual(['web']);
  expect(lossOf(plan)).toBeUndefined();
});

it('waits for pods that are ending, and does not count them as lost', () => {
  const plan = planDrain([pod('bare', { going: true })], [], 'worker');
  expect(plan.move).toHaveLength(1);
  expect(lossOf(plan)).toBeUndefined();
});

it.each<[string, string[], [string, string[], string?][], string]>([
  ['a pod of no controller', ['one'], [], 'default/one (no controller makes it again)'],
  [
    'several of them',
    ['one', 'two', 'three', 'four', 'five'],
    [],
    'default/one, default/two, default/three and 2 more (no controller makes them again)',
  ],
  [
    'a claim whose volume is on the node',
    [],
    [['v', ['worker']]],
    'the data of default/data (on a volume of this node)',
  ],
  [
    'both',
    ['one'],
    [['v', ['worker']]],
    'default/one (no controller makes it again); the data of default/data (on a volume of this node)',
  ],
])('tells what would be lost: %s', (_, pods, volumes, loss) => {
  const plan = planDrain(
    pods.map((name) => pod(name)),
    volumes.map((each) => volume(...each)),
    'worker',
  );
  expect(lossOf(plan)).toBe(loss);
});

it('does not count volumes of other nodes, of several nodes, of no node, or without a claim', () => {
  const volumes = [
    volume('other', ['worker2']),
    volume('several', ['worker', 'worker2']),
    volume('network', []),
    volume('free', ['worker'], ''),
  ];
  expect(planDrain([], volumes, 'worker').claims).toEqual([]);
});
