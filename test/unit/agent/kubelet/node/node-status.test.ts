import { expect, test } from 'vitest';
import { type NodeFacts, nodeStatus, nodeTaints } from '../../../../../agent/kubelet/node/node-status.ts';
import type { ImageInfo } from '../../../../../agent/kubelet/runtime/runtime.ts';
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

test('a node says that it heeds the policy for supplemental groups', () => {
  expect(nodeStatus(theFacts, undefined, 0).features).toEqual({ supplementalGroupsPolicy: true });
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

const anImage = (name: string, size: number, more: Partial<ImageInfo> = {}): ImageInfo => ({
  id: name,
  tags: [name],
  size,
  user: '',
  entrypoint: [],
  cmd: [],
  ...more,
});
const imagesOf = (...images: ImageInfo[]) => nodeStatus({ ...theFacts, images }, undefined, 0).images;

test('a node lists its images by their complete names, the largest first, those without a name not at all', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const pulled = anImage('web', 20, { digests: [`web@${digest}`] });
  expect(imagesOf(anImage('quay.io/a/b:1', 10), pulled, anImage('dangling', 90, { tags: [] }))).toEqual([
    { names: [`docker.io/library/web@${digest}`, 'docker.io/library/web:latest'], sizeBytes: 20 },
    { names: ['quay.io/a/b:1'], sizeBytes: 10 },
  ]);
});

test('a node lists fifty images, each with five names', () => {
  const tags = Array.from({ length: 7 }, (_, at) => `web:${at}`);
  const many = Array.from({ length: 60 }, (_, at) => anImage(`web:${at}`, at, { tags }));
  const listed = imagesOf(...many) ?? [];
  expect([listed.length, listed[0]?.sizeBytes, listed[49]?.sizeBytes]).toEqual([50, 59, 10]);
  expect(listed[0]?.names).toHaveLength(5);
});
