/** `test/e2e/storage/pvc_protection.go` and `pv_protection.go` upstream. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storageProtection } from '../../../../agent/controllers/storage-protection/storage-protection.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld(() => storageProtection);
  await world.api.create('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
});
afterEach(() => world.close());

const claims = '/api/v1/namespaces/default/persistentvolumeclaims';
const volumes = '/api/v1/persistentvolumes';
const classes = '/apis/storage.k8s.io/v1/volumeattributesclasses';
const pods = '/api/v1/namespaces/default/pods';

const storage = { requests: { storage: '1Gi' } };
const claim = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: storage, ...spec },
});
const pod = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: {
    containers: [{ name: 'web', image: 'web:1.0' }],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    ...spec,
  },
});
const volume = (name: string) => ({
  metadata: { name },
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/data' } },
});
const remove = (path: string) => world.api.request('DELETE', path);
const isGone = (path: string) =>
  expect.poll(async () => (await world.api.request('GET', path)).status, { timeout: 5000 }).toBe(404);
const status = (path: string, value: object) =>
  world.api.request('PATCH', `${path}/status`, { status: value }, { 'content-type': 'application/merge-patch+json' });

describe('a claim', () => {
  it('goes at once where no pod uses it', async () => {
    const made = await world.api.create(claims, claim('data'));
    expect(made.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
    await remove(`${claims}/data`);
    await isGone(`${claims}/data`);
  });

  it('stays while a pod with a node uses it, and goes when the pod has ended', async () => {
    await world.api.create(claims, claim('data'));
    await world.api.create(pods, pod('user', { nodeName: 'worker' }));
    await remove(`${claims}/data`);
    await world.api.create(claims, claim('other'));
    await remove(`${claims}/other`);
    await isGone(`${claims}/other`);
    expect((await world.api.get(`${claims}/data`)).metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
    await status(`${pods}/user`, { phase: 'Succeeded' });
    await isGone(`${claims}/data`);
  });

  it('goes though a pod without a node names it', async () => {
    await world.api.create(claims, claim('data'));
    await world.api.create(pods, pod('waiting'));
    await remove(`${claims}/data`);
    await isGone(`${claims}/data`);
  });
});

it('a volume stays while it is bound', async () => {
  await world.api.create(volumes, volume('bound'));
  await status(`${volumes}/bound`, { phase: 'Bound' });
  await world.api.create(volumes, volume('free'));
  await remove(`${volumes}/bound`);
  await remove(`${volumes}/free`);
  await isGone(`${volumes}/free`);
  expect((await world.api.get(`${volumes}/bound`)).metadata.finalizers).toEqual(['kubernetes.io/pv-protection']);
  await status(`${volumes}/bound`, { phase: 'Released' });
  await isGone(`${volumes}/bound`);
});

it('an attributes class stays while a claim asks for it', async () => {
  await world.api.create(classes, { metadata: { name: 'fast' }, driverName: 'example.com', parameters: { iops: '1' } });
  await world.api.create(claims, claim('data', { volumeAttributesClassName: 'fast' }));
  await remove(`${classes}/fast`);
  expect((await world.api.get(`${classes}/fast`)).metadata.deletionTimestamp).toBeTruthy();
  await remove(`${claims}/data`);
  await isGone(`${classes}/fast`);
});
