import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configMap, inDefault, pod, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
  await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
});
afterEach(() => api.close());

const labels = { app: 'web' };
const workload = {
  metadata: { name: 'a', labels, annotations: { note: 'old' } },
  spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod('x').spec } },
};
const apps = (plural: string) => `/apis/apps/v1/namespaces/default/${plural}`;
const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
const slice = { metadata: { name: 'a', labels, annotations: { note: 'old' } }, addressType: 'IPv4', endpoints: [] };
const merge = { 'content-type': 'application/merge-patch+json' };
const label = { metadata: { labels: { app: 'other' } } };
const annotation = { metadata: { annotations: { note: 'new' } } };

describe('the generation', () => {
  it.each<[what: string, path: string, object: object, patch: object, subresource: string, generation: number]>([
    ['of a deployment counts its spec', apps('deployments'), workload, { spec: { replicas: 3 } }, '', 2],
    ['of a deployment counts its annotations', apps('deployments'), workload, annotation, '', 2],
    ['of a deployment counts no annotation written to status', apps('deployments'), workload, annotation, '/status', 1],
    ['of a deployment counts no labels', apps('deployments'), workload, label, '', 1],
    ['of a deployment counts a scale', apps('deployments'), workload, { spec: { replicas: 3 } }, '/scale', 2],
    ['of a replica set counts its spec', apps('replicasets'), workload, { spec: { replicas: 3 } }, '', 2],
    ['of a replica set counts no annotations', apps('replicasets'), workload, annotation, '', 1],
    ['of a slice counts its endpoints', slices, slice, { endpoints: [{ addresses: ['10.0.0.1'] }] }, '', 2],
    ['of a slice counts its labels', slices, slice, label, '', 2],
    ['of a slice counts no annotations', slices, slice, annotation, '', 1],
    ['of a pod counts its spec', inDefault('pods'), pod('a'), { spec: { activeDeadlineSeconds: 5 } }, '', 2],
    ['of a pod counts no labels and annotations', inDefault('pods'), pod('a'), { ...label, ...annotation }, '', 1],
  ])('%s', async (_, path, object, patch, subresource, generation) => {
    const made = await api.create(path, object);
    expect(made.metadata.generation).toBe(1);
    const answer = await api.request('PATCH', `${path}/a${subresource}`, patch, merge);
    expect(answer.status).toBe(200);
    expect((await api.get(`${path}/a`)).metadata.generation).toBe(generation);
  });

  it.each([
    ['a client cannot set', apps('deployments'), workload, 1],
    ['of a kind that does not count is what the client says', inDefault('configmaps'), configMap('a'), 7],
  ])('%s', async (_, path, object, expected) => {
    const made = await api.create(path, { ...object, metadata: { name: 'a', generation: 7 } });
    expect(made.metadata.generation).toBe(expected);
    const { body } = await api.request('PATCH', `${path}/a`, { metadata: { generation: 9 } }, merge);
    expect(body).toMatchObject({ metadata: { generation: expected } });
  });

  it('is not negative', async () => {
    const negative = { metadata: { name: 'a', generation: -1 } };
    expect(await api.refused('POST', inDefault('configmaps'), negative)).toMatchObject({
      code: 422,
      message: 'ConfigMap "a" is invalid: metadata.generation: Invalid value: -1: must be greater than or equal to 0',
    });
  });

  it.each([
    ['counts a deletion that has to wait', apps('deployments'), workload, 2],
    [
      'counts on exactly beyond 2^53',
      inDefault('configmaps'),
      { metadata: { generation: 9007199254740993n } },
      9007199254740994n,
    ],
    ['that was never counted is not counted then either', inDefault('configmaps'), configMap('a'), undefined],
  ])('%s', async (_, path, object, expected) => {
    const metadataGiven = { ...object.metadata, name: 'a', finalizers: ['example.com/wait'] };
    await api.create(path, { ...object, metadata: metadataGiven });
    await api.request('DELETE', `${path}/a`);
    const { metadata } = await api.get(`${path}/a`);
    expect(metadata.deletionTimestamp).toBeDefined();
    expect(metadata.generation).toBe(expected);
  });
});
