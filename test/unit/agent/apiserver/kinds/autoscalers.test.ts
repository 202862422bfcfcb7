/** Autoscalers are the same objects in each of their versions. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../../agent/api/types.ts';
import { startApi, type TestApi } from '../api.ts';
import { inGroup } from './objects.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const at = (version: string) => inGroup(`autoscaling/${version}`, 'horizontalpodautoscalers');
const merge = { 'content-type': 'application/merge-patch+json' };
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const utilization = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});
const requests = {
  type: 'Pods',
  pods: { metric: { name: 'requests' }, target: { type: 'AverageValue', averageValue: '10' } },
};
const behavior = { scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } };

it('has one pod at least, and cpu as its measure, where nothing is said', async () => {
  const spec = { scaleTargetRef, maxReplicas: 5 };
  const created = await api.create(at('v2'), { metadata: { name: 'web' }, spec });
  expect(created.spec).toEqual({ ...spec, minReplicas: 1, metrics: [utilization(80)] });
});

describe('autoscaling/v1', () => {
  it('has what v2 says about cpu as a field, and reads back as v2', async () => {
    const spec = { scaleTargetRef, minReplicas: 2, maxReplicas: 5, targetCPUUtilizationPercentage: 60 };
    const created = await api.create(at('v1'), { metadata: { name: 'web' }, spec });
    expect([created.apiVersion, created.spec]).toEqual(['autoscaling/v1', spec]);
    const { targetCPUUtilizationPercentage: _percentage, ...rest } = spec;
    expect((await api.get(`${at('v2')}/web`)).spec).toEqual({ ...rest, metrics: [utilization(60)] });
  });

  it('keeps what only v2 can say in annotations', async () => {
    // The use of cpu comes last, as it does where it is read from v1.
    const spec = { scaleTargetRef, minReplicas: 1, maxReplicas: 5, metrics: [requests, utilization(50)], behavior };
    const created = await api.create(at('v2'), { metadata: { name: 'web' }, spec });
    const old = await api.get(`${at('v1')}/web`);
    expect(old.spec).toEqual({ scaleTargetRef, minReplicas: 1, maxReplicas: 5, targetCPUUtilizationPercentage: 50 });
    expect(Object.keys(old.metadata.annotations ?? {}).sort()).toEqual([
      'autoscaling.alpha.kubernetes.io/behavior',
      'autoscaling.alpha.kubernetes.io/metrics',
    ]);
    expect(JSON.parse(old.metadata.annotations?.['autoscaling.alpha.kubernetes.io/metrics'] ?? '')).toEqual([
      { type: 'Pods', pods: { metricName: 'requests', targetAverageValue: '10' } },
    ]);
    const { body } = await api.request('PUT', `${at('v1')}/web`, old);
    expect((body as AnyObject).metadata.resourceVersion).toBe(created.metadata.resourceVersion);
    const back = await api.get(`${at('v2')}/web`);
    expect([back.spec, back.metadata.annotations]).toEqual([created.spec, undefined]);
  });

  it('shows conditions and measurements of v2 as annotations, and takes them back', async () => {
    await api.create(at('v2'), { metadata: { name: 'web' }, spec: { scaleTargetRef, maxReplicas: 5 } });
    const conditions = [
      { type: 'AbleToScale', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z', reason: 'Ready', message: '' },
    ];
    const currentMetrics = [
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 10, averageValue: '5m' } } },
    ];
    const status = { currentReplicas: 1, desiredReplicas: 2, conditions, currentMetrics };
    await api.request('PATCH', `${at('v2')}/web/status`, { status }, merge);
    const old = await api.get(`${at('v1')}/web/status`);
    expect(old.status).toMatchObject({ currentReplicas: 1, desiredReplicas: 2, currentCPUUtilizationPercentage: 10 });
    expect(Object.keys(old.metadata.annotations ?? {})).toContain('autoscaling.alpha.kubernetes.io/conditions');
    await api.request('PUT', `${at('v1')}/web/status`, old);
    expect((await api.get(`${at('v2')}/web`)).status).toMatchObject(status);
  });
});

describe.each(['v2beta1', 'v2beta2'])('autoscaling/%s', (version) => {
  it('is read and written, with a warning', async () => {
    const spec = { scaleTargetRef, minReplicas: 1, maxReplicas: 5, metrics: [utilization(50), requests] };
    await api.create(at('v2'), { metadata: { name: 'web' }, spec });
    const { body, headers } = await api.request('GET', `${at(version)}/web`);
    expect(headers.warning).toContain(`autoscaling/${version} HorizontalPodAutoscaler is deprecated in v1.2`);
    expect((await api.request('PUT', `${at(version)}/web`, body)).status).toBe(200);
    expect((await api.get(`${at('v2')}/web`)).spec).toEqual(spec);
  });
});

it('speaks of one resource by name in v2beta1', async () => {
  const spec = { scaleTargetRef, maxReplicas: 5, metrics: [utilization(50), requests] };
  await api.create(at('v2'), { metadata: { name: 'web' }, spec });
  expect((await api.get(`${at('v2beta1')}/web`)).spec?.metrics).toEqual([
    { type: 'Resource', resource: { name: 'cpu', targetAverageUtilization: 50 } },
    { type: 'Pods', pods: { metricName: 'requests', targetAverageValue: '10' } },
  ]);
});
