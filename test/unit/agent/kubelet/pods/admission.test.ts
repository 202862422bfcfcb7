import { expect, test } from 'vitest';
import type { core, Node } from '../../../../../agent/api/types.ts';
import { rejectionOf } from '../../../../../agent/kubelet/pods/admission.ts';
import { statusOf } from '../../../../../agent/kubelet/pods/status.ts';
import { aKubeletPod, aView } from '../../../../builders/pod-view.ts';

const aNode = (spec: Partial<core.NodeSpec> = {}, pods = '110'): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n', uid: 'n', resourceVersion: '1', creationTimestamp: '', labels: { disk: 'ssd' } },
  spec,
  status: { allocatable: { cpu: '2', memory: '1Gi', pods } },
});
const aContainer = (more: Partial<core.Container>) => ({ containers: [{ name: 'c', image: 'x', ...more }] });
const asking = (cpu: string) => aContainer({ resources: { requests: { cpu } } });
const onPort = (hostPort: number) => aContainer({ ports: [{ containerPort: 80, hostPort }] });
const evicting = { taints: [{ key: 'k', effect: 'NoExecute' }] };
const named = (uid: string, spec: Partial<core.PodSpec>) => {
  const pod = aKubeletPod(spec);
  return { ...pod, metadata: { ...pod.metadata, uid } };
};

test.each([
  ['what it asks for is there', asking('500m'), aNode(), []],
  ['its node has what it selects', { nodeSelector: { disk: 'ssd' } }, aNode(), []],
  ['nothing is known of the resource', aContainer({ resources: { requests: { 'x.io/gpu': '1' } } }), aNode(), []],
  ['it must only not be scheduled there', {}, aNode({ taints: [{ key: 'k', effect: 'NoSchedule' }] }), []],
  ['its port is free', onPort(80), aNode(), [named('o', onPort(81))]],
])('a pod is taken where %s', (_when, spec, node, others) => {
  expect(rejectionOf(aKubeletPod(spec), node, others)).toBeUndefined();
});

test.each([
  [
    'OutOfcpu',
    "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000",
    asking('1500m'),
    aNode(),
    [named('o', asking('1'))],
  ],
  [
    'OutOfpods',
    "Node didn't have enough resource: pods, requested: 1, used: 1, capacity: 1",
    {},
    aNode({}, '1'),
    [named('o', {})],
  ],
  [
    'NodeAffinity',
    "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    { nodeSelector: { disk: 'hdd' } },
    aNode(),
    [],
  ],
  [
    'NodePorts',
    "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    onPort(80),
    aNode(),
    [named('o', onPort(80))],
  ],
  [
    'TaintToleration',
    "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
    {},
    aNode(evicting),
    [],
  ],
])('a pod is rejected with %s', (reason, message, spec, node, others) => {
  expect(rejectionOf(aKubeletPod(spec), node, others)).toEqual({ reason, message });
});

test('a pod that was rejected has failed, and says nothing of containers that never were', () => {
  const failure = { reason: 'OutOfcpu', message: 'Pod was rejected: no', rejected: true as const };
  const facts = { runtimeName: 'docker', terminationMessages: new Map(), hostIPs: [''], seenAt: 0 };
  expect(statusOf(aView({ failure }), facts, 0)).toEqual({
    phase: 'Failed',
    reason: 'OutOfcpu',
    message: 'Pod was rejected: no',
    qosClass: 'BestEffort',
  });
});
