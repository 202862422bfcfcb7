import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { deployment } from '../../../../agent/controllers/deployment/deployment.ts';
import { replicaSet } from '../../../../agent/controllers/replica-set/replica-set.ts';
import { startWorld, type World } from './world.ts';

const deploymentsPath = '/apis/apps/v1/namespaces/default/deployments';
const podsPath = '/api/v1/namespaces/default/pods';
const merge = { 'content-type': 'application/merge-patch+json' };
const labels = { app: 'web' };
const web = (replicas: number) => ({
  metadata: { name: 'web' },
  spec: {
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1.0' }] } },
  },
});
let world: World;

beforeEach(async () => {
  world = await startWorld(() => [deployment, replicaSet]);
  await world.api.create('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
});
afterEach(() => world.close());

const present = (): Promise<AnyObject> => world.api.get(`${deploymentsPath}/web`);
const becomes = (expected: object) => vi.waitFor(async () => expect(await present()).toMatchObject(expected));
const annotations = (revision: string) => ({ 'deployment.kubernetes.io/revision': revision });

describe('a deployment', () => {
  it('has its revision written without a new generation', async () => {
    await world.api.create(deploymentsPath, web(1));
    await becomes({
      metadata: { generation: 1, annotations: annotations('1') },
      status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1 },
    });
    const { metadata } = await present();
    const written = metadata.managedFields?.find(({ subresource }) => subresource === 'status');
    expect(written?.fieldsV1).toMatchObject({
      'f:metadata': { 'f:annotations': { 'f:deployment.kubernetes.io/revision': {} } },
    });
  });

  it('observes the generation that an annotation makes, and hands the annotation on', async () => {
    await world.api.create(deploymentsPath, web(1));
    await becomes({ status: { observedGeneration: 1 } });
    await world.api.request('PATCH', `${deploymentsPath}/web`, { metadata: { annotations: { note: 'x' } } }, merge);
    await becomes({ metadata: { generation: 2 }, status: { observedGeneration: 2 } });
    const { items } = await world.api.list('/apis/apps/v1/namespaces/default/replicasets');
    expect(items.map(({ metadata }) => metadata.annotations?.note)).toEqual(['x']);
  });

  it('counts the pods that are going, until they have gone', async () => {
    await world.api.create(deploymentsPath, web(2));
    await becomes({ status: { replicas: 2, terminatingReplicas: 0 } });
    const [name = ''] = await world.names(podsPath);
    await world.api.request('PATCH', `${podsPath}/${name}`, { metadata: { finalizers: ['example.com/wait'] } }, merge);
    await world.api.request('DELETE', `${podsPath}/${name}`);
    await becomes({ status: { replicas: 2, terminatingReplicas: 1 } });
    expect(await world.names(podsPath)).toHaveLength(3);
    await world.api.request('PATCH', `${podsPath}/${name}`, { metadata: { finalizers: null } }, merge);
    await becomes({ status: { replicas: 2, terminatingReplicas: 0 } });
    expect(await world.names(podsPath)).toHaveLength(2);
  });
});
