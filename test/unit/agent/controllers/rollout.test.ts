import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { deployment } from '../../../../agent/controllers/deployment/deployment.ts';
import { replicaSet } from '../../../../agent/controllers/replica-set/replica-set.ts';
import { resourceQuotaController } from '../../../../agent/controllers/resource-quota/resource-quota.ts';
import { startWorld, type World } from './world.ts';

const deploymentsPath = '/apis/apps/v1/namespaces/default/deployments';
const replicaSetsPath = '/apis/apps/v1/namespaces/default/replicasets';
const quotasPath = '/api/v1/namespaces/default/resourcequotas';
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
  world = await startWorld(() => [deployment, replicaSet, resourceQuotaController]);
  await world.api.create('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
});
afterEach(() => world.close());

const present = (): Promise<AnyObject> => world.api.get(`${deploymentsPath}/web`);
const becomes = (expected: object) => expect.poll(present).toMatchObject(expected);
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
    const { items } = await world.api.list(replicaSetsPath);
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

  const quota = async (hard: Record<string, string>) => {
    await world.api.create(quotasPath, { metadata: { name: 'low' }, spec: { hard } });
    await expect.poll(async () => (await world.api.get(`${quotasPath}/low`)).status).toMatchObject({ hard });
  };
  const progressing = (status: string, reason: string, message: unknown) =>
    becomes({ status: { conditions: expect.arrayContaining([expect.objectContaining({ status, reason, message })]) } });

  it('says why its replica set cannot be made, and goes on when it can', async () => {
    await quota({ 'count/replicasets.apps': '0' });
    await world.api.create(deploymentsPath, web(1));
    const message = expect.stringMatching(
      /^Failed to create new replica set "web-\w+": replicasets.apps "web-\w+" is forbidden: exceeded quota: low, /,
    );
    await progressing('False', 'ReplicaSetCreateError', message);
    await expect
      .poll(async () => (await world.api.list('/api/v1/namespaces/default/events')).items)
      .toContainEqual(expect.objectContaining({ type: 'Warning', reason: 'ReplicaSetCreateError', message }));
    await world.api.request('DELETE', `${quotasPath}/low`);
    await world.clock.advance(10_000);
    await progressing('True', 'ReplicaSetUpdated', expect.stringMatching(/^ReplicaSet "web-\w+" is progressing.$/));
  });

  it('says why its replica set cannot make pods', async () => {
    await quota({ pods: '0' });
    await world.api.create(deploymentsPath, web(1));
    await progressing(
      'True',
      'FailedCreate',
      expect.stringMatching(/^pods "web-\w+-\w{5}" is forbidden: exceeded quota/),
    );
  });

  it('takes another name for its replica set after a hash collision', async () => {
    await world.api.create(deploymentsPath, web(1));
    await becomes({ status: { replicas: 1 } });
    const [first = ''] = await world.names(replicaSetsPath);
    const changed = { spec: { template: { metadata: { annotations: { changed: 'yes' } } } } };
    await world.api.request('PATCH', `${replicaSetsPath}/${first}`, changed, merge);
    await world.clock.advance(10_000);
    await becomes({ status: { collisionCount: 1, updatedReplicas: 1 } });
    expect(await world.names(replicaSetsPath)).toHaveLength(2);
  });
});
