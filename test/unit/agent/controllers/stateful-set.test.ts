/** `test/e2e/apps/statefulset.go` upstream, with the test in place of the kubelets. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { garbageCollector } from '../../../../agent/controllers/garbage-collector/garbage-collector.ts';
import { statefulSet } from '../../../../agent/controllers/stateful-set/stateful-set.ts';
import { storageProtection } from '../../../../agent/controllers/storage-protection/storage-protection.ts';
import { startWorld, type World } from './world.ts';

const core = '/api/v1/namespaces/default';
const apps = '/apis/apps/v1/namespaces/default';
const [sets, revisions] = [`${apps}/statefulsets`, `${apps}/controllerrevisions`];
const [pods, claims] = [`${core}/pods`, `${core}/persistentvolumeclaims`];
const labels = { app: 'web' };
const data = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};
const template = (image: string) => ({ metadata: { labels }, spec: { containers: [{ name: 'web', image }] } });
const web = (spec: object = {}) => ({
  metadata: { name: 'web' },
  spec: { replicas: 2, serviceName: 'db', selector: { matchLabels: labels }, template: template('web:1'), ...spec },
});
let world: World;

beforeEach(async () => {
  world = await startWorld(() => [statefulSet, garbageCollector(), ...storageProtection]);
  await world.api.create(`${core}/serviceaccounts`, { metadata: { name: 'default' } });
});
afterEach(() => world.close());

const patch = (path: string, body: object) =>
  world.api.request('PATCH', path, body, { 'content-type': 'application/merge-patch+json' });
const create = (spec: object = {}) => world.api.create(sets, web(spec));
const become = (path: string, ...names: string[]) =>
  vi.waitFor(async () => expect(await world.names(path)).toEqual(names));
const becomes = (expected: object) =>
  vi.waitFor(async () => expect(await world.api.get(`${sets}/web`)).toMatchObject(expected));
const get = (name: string): Promise<AnyObject> => world.api.get(`${pods}/${name}`);
/** What a kubelet says of a pod once it runs. */
const run = async (name: string, ready = 'True'): Promise<void> => {
  await vi.waitFor(() => get(name));
  const at = new Date(world.clock.now()).toISOString().replace('.000', '');
  await patch(`${pods}/${name}/status`, {
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready, lastTransitionTime: at }] },
  });
};
/** As `run`, for a pod that takes the place of one with this uid. */
const rerun = async (name: string, before: AnyObject): Promise<AnyObject> => {
  const after = await vi.waitFor(async () => {
    const pod = await get(name);
    expect(pod.metadata.uid).not.toBe(before.metadata.uid);
    return pod;
  });
  await run(name);
  return after;
};
const told = async (): Promise<string[]> =>
  (await world.api.list(`${core}/events`)).items
    .map((event) => event as AnyObject & { type: string; reason: string; message: string })
    .map(({ type, reason, message }) => `${type} ${reason}: ${message}`)
    .sort();
const image = (pod: AnyObject) => (pod.spec as { containers: [{ image: string }] }).containers[0].image;

describe('a stateful set', () => {
  it('makes its pods in order, each with its name and claim, and tells so', async () => {
    await create({ volumeClaimTemplates: [data] });
    await become(pods, 'web-0');
    await become(claims, 'data-web-0');
    await run('web-0', 'False');
    await becomes({ status: { replicas: 1, availableReplicas: 0, currentReplicas: 1, updatedReplicas: 1 } });
    expect(await world.names(pods)).toEqual(['web-0']);
    await run('web-0');
    await run('web-1');
    await becomes({ status: { observedGeneration: 1, replicas: 2, readyReplicas: 2, availableReplicas: 2 } });
    expect(await get('web-1')).toMatchObject({
      metadata: { labels: { 'apps.kubernetes.io/pod-index': '1', 'statefulset.kubernetes.io/pod-name': 'web-1' } },
      spec: {
        hostname: 'web-1',
        subdomain: 'db',
        volumes: [{ persistentVolumeClaim: { claimName: 'data-web-1' } }, {}],
      },
    });
    await vi.waitFor(async () =>
      expect(await told()).toEqual([
        'Normal SuccessfulCreate: create Claim data-web-0 Pod web-0 in StatefulSet web success',
        'Normal SuccessfulCreate: create Claim data-web-1 Pod web-1 in StatefulSet web success',
        'Normal SuccessfulCreate: create Pod web-0 in StatefulSet web successful',
        'Normal SuccessfulCreate: create Pod web-1 in StatefulSet web successful',
      ]),
    );
  });

  it('scales down in reverse order, and keeps the claims', async () => {
    await create({ podManagementPolicy: 'Parallel', volumeClaimTemplates: [data] });
    await Promise.all([run('web-0'), run('web-1')]);
    await patch(`${sets}/web/scale`, { spec: { replicas: 1 } });
    await become(pods, 'web-0');
    expect(await world.names(claims)).toEqual(['data-web-0', 'data-web-1']);
    await vi.waitFor(async () =>
      expect(await told()).toContain('Normal SuccessfulDelete: delete Pod web-1 in StatefulSet web successful'),
    );
  });

  it('updates from the highest ordinal, with a history that can be gone back in', async () => {
    await create();
    await run('web-0');
    await run('web-1');
    await becomes({ status: { readyReplicas: 2 } });
    const before = [await get('web-0'), await get('web-1')] as const;
    await patch(`${sets}/web`, { spec: { template: template('web:2') } });
    const updated = await rerun('web-1', before[1]);
    expect(image(updated)).toBe('web:2');
    await rerun('web-0', before[0]);
    await vi.waitFor(async () => {
      const { status } = (await world.api.get(`${sets}/web`)) as { status?: Record<string, unknown> } & AnyObject;
      expect(status).toMatchObject({ updatedReplicas: 2, currentReplicas: 2, readyReplicas: 2 });
      expect(status?.currentRevision).toBe(status?.updateRevision);
    });
    const history = async () =>
      (await world.api.list(revisions)).items.map((each) => each as AnyObject & { data: object; revision: number });
    const first = (await history()).find(({ revision }) => revision === 1);
    // As `kubectl rollout undo` does.
    await world.api.request('PATCH', `${sets}/web`, first?.data, {
      'content-type': 'application/strategic-merge-patch+json',
    });
    await vi.waitFor(async () => expect((await history()).map(({ revision }) => revision).sort()).toEqual([2, 3]));
    expect(await world.api.get(`${sets}/web`)).toMatchObject({
      spec: { template: { spec: { containers: [{ image: 'web:1' }] } } },
    });
  });

  it('keeps as many revisions as its limit says', async () => {
    await create({ revisionHistoryLimit: 1, updateStrategy: { type: 'OnDelete' } });
    await run('web-0');
    await run('web-1');
    for (const number of [2, 3, 4]) {
      await patch(`${sets}/web`, { spec: { template: template(`web:${number}`) } });
      await becomes({ status: { observedGeneration: number } });
    }
    // The first one is that of the pods, the last one the update; one more is kept.
    await vi.waitFor(async () => expect(await world.names(revisions)).toHaveLength(3));
  });

  it.each(['Failed', 'Succeeded'])('makes a pod again that has %s', async (phase) => {
    await create({ replicas: 1 });
    await run('web-0');
    const before = await get('web-0');
    await patch(`${pods}/web-0/status`, { status: { phase } });
    await world.clock.advance(1000);
    await rerun('web-0', before);
    await becomes({ status: { replicas: 1, readyReplicas: 1 } });
  });

  it('counts a pod as available once it has been ready for long enough', async () => {
    await create({ replicas: 1, minReadySeconds: 10 });
    await run('web-0');
    await becomes({ status: { readyReplicas: 1, availableReplicas: 0 } });
    await world.clock.advance(10_000);
    await becomes({ status: { readyReplicas: 1, availableReplicas: 1 } });
  });

  it('tells why it cannot make a pod, and tries again', async () => {
    await world.api.create(`${core}/resourcequotas`, { metadata: { name: 'none' }, spec: { hard: { pods: '0' } } });
    await patch(`${core}/resourcequotas/none/status`, { status: { hard: { pods: '0' }, used: { pods: '0' } } });
    await create({ replicas: 1 });
    await vi.waitFor(async () =>
      expect(await told()).toEqual([
        'Warning FailedCreate: create Pod web-0 in StatefulSet web failed error: pods "web-0" is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0',
      ]),
    );
    await becomes({ status: { observedGeneration: 1, replicas: 0 } });
    await world.api.request('DELETE', `${core}/resourcequotas/none`);
    await world.clock.advance(60_000);
    await become(pods, 'web-0');
  });

  it('tells why it cannot delete a pod, and tries again', async () => {
    await create({ replicas: 1 });
    await run('web-0');
    world.broken.path = /\/pods\/web-0$/;
    await patch(`${sets}/web/scale`, { spec: { replicas: 0 } });
    await vi.waitFor(async () =>
      expect(await told()).toContainEqual(
        expect.stringMatching(/^Warning FailedDelete: delete Pod web-0 in StatefulSet web failed error: .* is broken$/),
      ),
    );
    world.broken.path = undefined;
    await world.clock.advance(60_000);
    await become(pods);
  });

  it('waits for a claim that is being deleted', async () => {
    await world.api.create(claims, { ...data, metadata: { name: 'data-web-0', finalizers: ['example.com/hold'] } });
    await world.api.request('DELETE', `${claims}/data-web-0`);
    await create({ replicas: 1, volumeClaimTemplates: [data] });
    await vi.waitFor(async () =>
      expect(await told()).toEqual([
        'Warning FailedCreate: create Pod web-0 in StatefulSet web failed error: pvc data-web-0 is being deleted',
      ]),
    );
    await patch(`${claims}/data-web-0`, { metadata: { finalizers: null } });
    await become(pods, 'web-0');
    expect((await world.api.get(`${claims}/data-web-0`)).metadata.deletionTimestamp).toBeUndefined();
  });

  it('makes a claim again that a pending pod lacks', async () => {
    await create({ replicas: 1, volumeClaimTemplates: [data] });
    await become(claims, 'data-web-0');
    await become(pods, 'web-0');
    const { metadata } = await world.api.get(`${claims}/data-web-0`);
    await world.api.request('DELETE', `${claims}/data-web-0`);
    await vi.waitFor(async () =>
      expect((await world.api.get(`${claims}/data-web-0`)).metadata.uid).not.toBe(metadata.uid),
    );
  });
});

describe('stateful sets', () => {
  it('are listed, patched and deleted as a collection, and go with their pods', async () => {
    await world.api.create(sets, { ...web({ replicas: 1 }), metadata: { name: 'web', labels: { set: 'a' } } });
    await become(pods, 'web-0');
    expect((await world.api.list('/apis/apps/v1/statefulsets?labelSelector=set%3Da')).items).toHaveLength(1);
    await patch(`${sets}/web`, { spec: { replicas: 2, podManagementPolicy: null, template: template('web:2') } });
    await becomes({ spec: { replicas: 2 }, status: { observedGeneration: 2 } });
    await world.api.request('DELETE', `${sets}?labelSelector=set%3Da`);
    await become(sets);
    await become(pods);
  });
});

describe('claims that end with their pods', () => {
  const policy = (whenDeleted: string, whenScaled: string) => ({
    podManagementPolicy: 'Parallel',
    volumeClaimTemplates: [data],
    persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
  });
  const owners = async (name: string) =>
    ((await world.api.get(`${claims}/${name}`)).metadata.ownerReferences ?? []).map(
      (each) => `${each.kind} ${each.name}`,
    );

  it('go when the set scales down, and come back fresh', async () => {
    await create(policy('Retain', 'Delete'));
    await Promise.all([run('web-0'), run('web-1')]);
    const { metadata } = await world.api.get(`${claims}/data-web-1`);
    await patch(`${sets}/web/scale`, { spec: { replicas: 1 } });
    await become(pods, 'web-0');
    await patch(`${sets}/web/scale`, { spec: { replicas: 2 } });
    await become(pods, 'web-0', 'web-1');
    expect((await world.api.get(`${claims}/data-web-1`)).metadata.uid).not.toBe(metadata.uid);
    expect(await owners('data-web-1')).toEqual([]);
  });

  it('go with the set', async () => {
    await create(policy('Delete', 'Retain'));
    await become(pods, 'web-0', 'web-1');
    await vi.waitFor(async () => expect(await owners('data-web-1')).toEqual(['StatefulSet web']));
    await world.api.request('DELETE', `${sets}/web`);
    await become(claims);
    await become(pods);
    await become(revisions);
  });

  it('follow a policy that changes', async () => {
    await create(policy('Retain', 'Retain'));
    await Promise.all([run('web-0'), run('web-1')]);
    await patch(`${sets}/web`, { spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } } });
    await vi.waitFor(async () => expect(await owners('data-web-0')).toEqual(['StatefulSet web']));
    await patch(`${sets}/web`, { spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain' } } });
    await vi.waitFor(async () => expect(await owners('data-web-0')).toEqual([]));
    expect(await world.names(pods)).toEqual(['web-0', 'web-1']);
  });
});

describe('orphans', () => {
  it('are taken over by the next set of their name: pods and history', async () => {
    await create();
    await run('web-0');
    await run('web-1');
    await becomes({ status: { readyReplicas: 2 } });
    const before = [await get('web-0'), await get('web-1'), ...(await world.api.list(revisions)).items];
    const orphan = { propagationPolicy: 'Orphan' };
    await world.api.request('DELETE', `${sets}/web`, orphan);
    await become(sets);
    const { metadata } = await create();
    await becomes({ status: { replicas: 2, readyReplicas: 2, updatedReplicas: 2 } });
    const after = [await get('web-0'), await get('web-1'), ...(await world.api.list(revisions)).items];
    expect(after.map(({ metadata: { uid } }) => uid)).toEqual(before.map(({ metadata: { uid } }) => uid));
    expect(after.map(({ metadata: { ownerReferences } }) => ownerReferences?.map(({ uid }) => uid))).toEqual(
      after.map(() => [metadata.uid]),
    );
  });

  it('are left alone if their names are not the set’s, and made members if they are', async () => {
    await world.api.create(pods, { metadata: { name: 'other', labels }, spec: template('web:1').spec });
    await world.api.create(pods, { metadata: { name: 'web-0', labels }, spec: template('web:1').spec });
    await create({ replicas: 1, podManagementPolicy: 'Parallel', updateStrategy: { type: 'OnDelete' } });
    await vi.waitFor(async () =>
      expect((await get('web-0')).metadata).toMatchObject({
        labels: { 'statefulset.kubernetes.io/pod-name': 'web-0', 'apps.kubernetes.io/pod-index': '0' },
        ownerReferences: [{ name: 'web' }],
      }),
    );
    expect((await get('other')).metadata.ownerReferences).toBeUndefined();
  });

  it('are pods whose labels no longer match', async () => {
    await create({ replicas: 1 });
    await run('web-0');
    await patch(`${pods}/web-0`, { metadata: { labels: { app: 'else' } } });
    await vi.waitFor(async () => expect((await get('web-0')).metadata.ownerReferences).toBeUndefined());
    await becomes({ status: { replicas: 0 } });
  });
});
