import { describe, expect, it } from 'vitest';
import {
  isPodActive,
  isPodAvailable,
  isPodReady,
  isPodTerminal,
  podRequests,
  qosClass,
} from '../../../../agent/api/pods.ts';
import type { core } from '../../../../agent/api/types.ts';
import { aPod } from './builders.ts';

const container = (name: string, requests: Record<string, string>, more: Partial<core.Container> = {}) => ({
  name,
  image: 'web:1.0',
  resources: { requests },
  ...more,
});

describe('what a pod asks for', () => {
  it('is the sum of its containers', () => {
    const containers = [container('a', { cpu: '100m', memory: '1Gi' }), container('b', { cpu: '0.4' })];
    expect(podRequests(aPod({ spec: { containers } }))).toEqual({ cpu: '500m', memory: '1Gi' });
  });

  it('is an init container where that asks for more', () => {
    const containers = [container('a', { cpu: '100m', memory: '1Gi' })];
    const initContainers = [container('i', { cpu: '2', memory: '1Mi' })];
    expect(podRequests(aPod({ spec: { containers, initContainers } }))).toEqual({ cpu: '2', memory: '1Gi' });
  });

  it('counts sidecars beside containers and beside later init containers', () => {
    const containers = [container('a', { cpu: '100m' })];
    const initContainers = [
      container('side', { cpu: '200m' }, { restartPolicy: 'Always' }),
      container('i', { cpu: '250m' }),
    ];
    expect(podRequests(aPod({ spec: { containers, initContainers } }))).toEqual({ cpu: '450m' });
  });

  it('includes overhead', () => {
    const containers = [{ name: 'a', resources: { limits: { cpu: '1' } } }];
    expect(podRequests(aPod({ spec: { containers, overhead: { cpu: '10m' } } }))).toEqual({ cpu: '10m' });
  });

  it('is what the pod as a whole asks for, in place of its containers', () => {
    const spec = {
      containers: [container('a', { cpu: '100m', memory: '1Gi' })],
      resources: { requests: { cpu: '2' } },
    };
    expect(podRequests(aPod({ spec: { ...spec, overhead: { cpu: '1' } } }))).toEqual({ cpu: '3', memory: '1Gi' });
  });

  it.each([
    ['what it has while it has more', '1', '2', '2', undefined, '2'],
    ['what it asks for while it waits for it', '2', '1', '1', 'Deferred', '2'],
    ['what its node gave it and its container does not have yet', '1', '2', '1', undefined, '2'],
    ['what it has, if its node can give no more', '9', '1', '1', 'Infeasible', '1'],
  ])('is, while it is resized, %s', (_, asked, allocated, has, reason, expected) => {
    const given = { allocatedResources: { cpu: allocated }, resources: { requests: { cpu: has } } };
    const status: core.PodStatus = {
      containerStatuses: [{ name: 'a', image: '', imageID: '', ready: true, restartCount: 0, ...given }],
      conditions: reason ? [{ type: 'PodResizePending', status: 'True', reason }] : [],
    };
    expect(podRequests(aPod({ spec: { containers: [container('a', { cpu: asked })] }, status }))).toEqual({
      cpu: expected,
    });
  });
});

it.each([
  ['BestEffort', {}],
  ['BestEffort', { requests: { cpu: '0' } }],
  ['Burstable', { requests: { cpu: '1' } }],
  ['Burstable', { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '2', memory: '1Gi' } }],
  ['Guaranteed', { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1000m', memory: '1024Mi' } }],
  ['Guaranteed', { limits: { cpu: '1', memory: '1Gi' } }],
])('is %s with %j', (expected, resources) => {
  expect(qosClass(aPod({ spec: { containers: [{ name: 'a', resources }] } }))).toBe(expected);
});

it.each([
  ['Burstable', { requests: { cpu: '1' } }],
  ['Guaranteed', { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } }],
  ['BestEffort', { limits: { 'hugepages-2Mi': '2Mi' } }],
  ['Guaranteed', {}],
])('is %s where the pod as a whole has %j, whatever its containers have', (expected, resources) => {
  const amounts = { cpu: '2', memory: '2Gi' };
  const containers = [{ name: 'a', resources: { requests: amounts, limits: amounts } }];
  expect(qosClass(aPod({ spec: { containers, resources } }))).toBe(expected);
});

describe('availability', () => {
  const at = Date.parse('2026-01-01T00:01:00Z');
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:50Z' }];
  const ready = aPod({ status: { phase: 'Running', conditions } });

  it('needs readiness for as long as asked', () => {
    expect(isPodReady(ready)).toBe(true);
    expect([0, 10, 11].map((seconds) => isPodAvailable(ready, seconds, at))).toEqual([true, true, false]);
    expect(isPodAvailable(aPod(), 0, at)).toBe(false);
  });

  it('is nothing that a finished or deleted pod has', () => {
    expect(isPodTerminal(aPod({ status: { phase: 'Succeeded' } }))).toBe(true);
    expect(isPodActive(aPod({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }))).toBe(false);
    expect(isPodActive(ready)).toBe(true);
  });
});
