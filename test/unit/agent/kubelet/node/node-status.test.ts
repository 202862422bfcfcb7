import { expect, test } from 'vitest';
import { type NodeFacts, nodeStatus, nodeTaints } from '../../../../../agent/kubelet/node/node-status.ts';

const config = {
  profile: 'skiff',
  nodeName: 'skiff-worker',
  role: 'worker',
  runtime: 'docker',
  nodeIP: '172.30.0.3',
  podCIDR: '10.244.1.0/24',
  clusterCIDR: '10.244.0.0/16',
  serviceCIDR: '10.96.0.0/12',
  dnsIP: '10.96.0.10',
  clusterDomain: 'cluster.local',
  apiServer: 'https://172.30.0.2:6443',
  nodeImage: 'skiff-node:1',
  network: 'skiff',
  engineSocket: '/run/engine.sock',
  dataOnEngine: '/data',
  capacity: { cpu: 2, memory: 4 * 2 ** 30, pods: 110 },
} as const;

const facts: NodeFacts = {
  config,
  runtimeVersion: 'docker://20.10.24',
  kubeletVersion: 'v1.33.4',
  kernelVersion: '6.1',
  osImage: 'Skiff node',
  architecture: 'amd64',
  machineID: 'm',
  bootID: 'b',
  storage: 50 * 2 ** 30,
  images: [],
  serverPort: 10250,
};
const ready = (of: NodeFacts) => nodeStatus(of, undefined, 0).conditions?.find(({ type }) => type === 'Ready');

test('a node is Ready while its engine answers, and says why where it does not', () => {
  expect(ready(facts)).toMatchObject({ status: 'True', reason: 'KubeletReady' });
  expect(ready({ ...facts, runtimeTrouble: 'connect ENOENT /run/engine.sock' })).toMatchObject({
    status: 'False',
    reason: 'KubeletNotReady',
    message: 'container runtime is down: connect ENOENT /run/engine.sock',
  });
});

test('a node offers what there is, its disk included', () => {
  const offers = { cpu: '2', 'ephemeral-storage': '52428800Ki', memory: '4194304Ki', pods: '110' };
  expect(nodeStatus(facts, undefined, 0)).toMatchObject({ capacity: offers, allocatable: offers });
});

test.each([
  ['a tainted control plane', { role: 'control-plane', taintControlPlane: true }, 1],
  ['a control plane that is on its own', { role: 'control-plane', taintControlPlane: false }, 0],
  ['a worker', { role: 'worker', taintControlPlane: true }, 0],
] as const)('%s has its taints', (_name, more, count) => {
  expect(nodeTaints({ ...config, ...more })).toHaveLength(count);
});
