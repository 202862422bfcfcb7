import { expect, test } from 'vitest';
import { type NodeFacts, nodeStatus, nodeTaints } from '../../../../../agent/kubelet/node/node-status.ts';
import { theConfig, theFacts } from '../../../../builders/node.ts';

const ready = (of: NodeFacts) => nodeStatus(of, undefined, 0).conditions?.find(({ type }) => type === 'Ready');

test('a node is Ready while its engine answers, and says why where it does not', () => {
  expect(ready(theFacts)).toMatchObject({ status: 'True', reason: 'KubeletReady' });
  expect(ready({ ...theFacts, runtimeError: 'connect ENOENT /run/engine.sock' })).toMatchObject({
    status: 'False',
    reason: 'KubeletNotReady',
    message: 'container runtime is down: connect ENOENT /run/engine.sock',
  });
});

test('a node offers what there is, its disk included', () => {
  const offers = { cpu: '2', 'ephemeral-storage': '52428800Ki', memory: '4194304Ki', pods: '110' };
  expect(nodeStatus(theFacts, undefined, 0)).toMatchObject({ capacity: offers, allocatable: offers });
});

test.each([
  ['a tainted control plane', { role: 'control-plane', taintControlPlane: true }, 1],
  ['a control plane that is on its own', { role: 'control-plane', taintControlPlane: false }, 0],
  ['a worker', { role: 'worker', taintControlPlane: true }, 0],
] as const)('%s has its taints', (_name, more, count) => {
  expect(nodeTaints({ ...theConfig, ...more })).toHaveLength(count);
});
