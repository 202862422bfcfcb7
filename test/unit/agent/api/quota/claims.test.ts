import { expect, it } from 'vitest';
import { claimEvaluator } from '../../../../../agent/api/quota/claims.ts';

const metadata = { name: 'data', uid: '1', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
const claim = (spec: object, status: object = {}, annotations: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { ...metadata, annotations },
  spec,
  status,
});
const asking = (storage: string) => ({ resources: { requests: { storage } } });
const counts = { persistentvolumeclaims: '1', 'count/persistentvolumeclaims': '1' };

it.each([
  ['nothing', claim({}), counts],
  ['storage', claim(asking('1Gi')), { ...counts, 'requests.storage': '1Gi' }],
  ['a part of a byte', claim(asking('1500m')), { ...counts, 'requests.storage': '2' }],
  [
    'storage of a class',
    claim({ ...asking('1Gi'), storageClassName: 'gold' }),
    {
      ...counts,
      'requests.storage': '1Gi',
      'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
      'gold.storageclass.storage.k8s.io/requests.storage': '1Gi',
    },
  ],
  [
    'storage of a class in the annotation that came before the field',
    claim(asking('1Gi'), {}, { 'volume.beta.kubernetes.io/storage-class': 'old' }),
    {
      ...counts,
      'requests.storage': '1Gi',
      'old.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
      'old.storageclass.storage.k8s.io/requests.storage': '1Gi',
    },
  ],
  [
    'less than its volume still has',
    claim(asking('1Gi'), { allocatedResources: { storage: '2Gi' } }),
    { ...counts, 'requests.storage': '2Gi' },
  ],
])('a claim that asks for %s takes as much of a quota', (_what, object, usage) => {
  expect(claimEvaluator.usage(object, 0)).toEqual(usage);
});

it.each([
  ['persistentvolumeclaims', true],
  ['count/persistentvolumeclaims', true],
  ['requests.storage', true],
  ['gold.storageclass.storage.k8s.io/requests.storage', true],
  ['requests.cpu', false],
  ['pods', false],
])('claims count towards %s: %s', (resource, expected) => {
  expect(claimEvaluator.counts(resource)).toBe(expected);
});

it.each([
  ['In', ['fast'], true],
  ['NotIn', ['fast'], false],
  ['Exists', [], true],
  ['DoesNotExist', [], false],
])('a claim of an attributes class is in the scope %s %j: %s', (operator, values, expected) => {
  const requirement = { scopeName: 'VolumeAttributesClass', operator, values };
  expect(claimEvaluator.isInScope(requirement, claim({ volumeAttributesClassName: 'fast' }))).toBe(expected);
});
