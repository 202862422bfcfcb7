/**
 * Upstream: `pkg/controller/volume/persistentvolume/*_test.go` (binder, delete, recycle) and
 * `test/e2e/storage/persistent_volumes.go`.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localVolumeDeleter } from '../../../../agent/controllers/local-volumes/deleter.ts';
import { localVolumeProvisioner } from '../../../../agent/controllers/local-volumes/provisioner.ts';
import { claimBinder } from '../../../../agent/controllers/persistent-volume-binder/claims.ts';
import { volumeBinder } from '../../../../agent/controllers/persistent-volume-binder/volumes.ts';
import { storageProtection } from '../../../../agent/controllers/storage-protection/storage-protection.ts';
import { createFakeNodeFolders, type FakeNodeFolders } from '../../../fakes/node-folders.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let folders: FakeNodeFolders;
beforeEach(async () => {
  folders = createFakeNodeFolders();
  world = await startWorld(() => [
    ...storageProtection,
    claimBinder,
    volumeBinder(folders),
    localVolumeProvisioner(folders),
    localVolumeDeleter(folders),
  ]);
  for (const name of ['one', 'two']) await aNode(name);
});
afterEach(() => world.close());

const claims = '/api/v1/namespaces/default/persistentvolumeclaims';
const volumes = '/api/v1/persistentvolumes';
const merge = { 'content-type': 'application/merge-patch+json' };

async function aNode(name: string): Promise<void> {
  await world.api.create('/api/v1/nodes', { metadata: { name, labels: { 'kubernetes.io/hostname': name } } });
  const status = { conditions: [{ type: 'Ready', status: 'True' }] };
  await world.api.request('PATCH', `/api/v1/nodes/${name}/status`, { status }, merge);
  // The node lifecycle, which takes the taint of a new node away, does not run here.
  await world.api.request('PATCH', `/api/v1/nodes/${name}`, { spec: { taints: null } }, merge);
}
const claim = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: {
    accessModes: ['ReadWriteOnce'],
    storageClassName: '',
    resources: { requests: { storage: '1Gi' } },
    ...spec,
  },
});
const volume = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    hostPath: { path: `/tmp/${name}` },
    ...spec,
  },
});
const change = (path: string, body: object) => world.api.request('PATCH', path, body, merge);
const phase = (path: string) => expect.poll(async () => (await world.api.get(path)).status?.phase, { timeout: 5000 });
const isGone = (path: string) =>
  expect.poll(async () => (await world.api.request('GET', path)).status, { timeout: 5000 }).toBe(404);
const eventsOf = (name: string) =>
  expect.poll(
    async () => {
      const { items } = await world.api.list('/api/v1/namespaces/default/events');
      return items
        .map((event) => event as object as { involvedObject: { name: string }; reason: string; message: string })
        .filter(({ involvedObject }) => involvedObject.name === name)
        .map(({ reason, message }) => `${reason}: ${message}`);
    },
    { timeout: 5000 },
  );

/** A volume that was bound to a claim that is gone. */
async function released(spec: object): Promise<void> {
  await world.api.create(volumes, volume('disk', spec));
  await world.api.create(claims, claim('data'));
  await phase(`${claims}/data`).toBe('Bound');
  await world.api.request('DELETE', `${claims}/data`);
}

describe('a claim', () => {
  it.each([
    ['the smallest volume that fits', {}, { large: {}, fits: {} }, 'fits'],
    [
      'a volume with all its access modes',
      { accessModes: ['ReadWriteMany'] },
      { rwo: {}, rwx: { accessModes: ['ReadWriteMany'] } },
      'rwx',
    ],
    [
      'the volume with the fewest access modes',
      {},
      { many: { accessModes: ['ReadWriteOnce', 'ReadOnlyMany'] }, only: {} },
      'only',
    ],
    ['a volume of its class', { storageClassName: 'slow' }, { other: {}, slow: { storageClassName: 'slow' } }, 'slow'],
    [
      'the volume that is set aside for it',
      {},
      { free: {}, mine: { claimRef: { namespace: 'default', name: 'data' }, capacity: { storage: '5Gi' } } },
      'mine',
    ],
    [
      'the volume that it names',
      { volumeName: 'named' },
      { free: {}, named: { capacity: { storage: '9Gi' } } },
      'named',
    ],
  ])('gets %s', async (_what, spec, present, name) => {
    for (const [each, more] of Object.entries(present)) {
      await world.api.create(volumes, volume(each, each === 'large' ? { capacity: { storage: '2Gi' } } : more));
      await phase(`${volumes}/${each}`).toBe('Available');
    }
    await world.api.create(claims, claim('data', spec));
    await phase(`${claims}/data`).toBe('Bound');
    await phase(`${volumes}/${name}`).toBe('Bound');
    expect((await world.api.get(`${claims}/data`)).spec).toMatchObject({ volumeName: name });
  });

  it.each([
    ['too small', { capacity: { storage: '1Mi' } }, 'requested PV is too small'],
    ['of another class', { storageClassName: 'slow' }, 'storageClassName does not match'],
    ['without its access mode', { accessModes: ['ReadOnlyMany'] }, 'incompatible accessMode'],
  ])('is told that the volume that it names is %s', async (_how, spec, why) => {
    await world.api.create(volumes, volume('disk', spec));
    await world.api.create(claims, claim('data', { volumeName: 'disk' }));
    await eventsOf('data').toContain(`VolumeMismatch: Cannot bind to requested volume "disk": ${why}`);
    await phase(`${claims}/data`).toBe('Pending');
  });

  it('is told that the volume that it names belongs to another', async () => {
    await world.api.create(volumes, volume('disk', { claimRef: { namespace: 'default', name: 'other' } }));
    await world.api.create(claims, claim('data', { volumeName: 'disk' }));
    await eventsOf('data').toContain('FailedBinding: volume "disk" already bound to a different claim.');
  });

  it('is lost with its volume', async () => {
    await world.api.create(volumes, volume('disk'));
    await world.api.create(claims, claim('data'));
    await phase(`${claims}/data`).toBe('Bound');
    await change(`${volumes}/disk`, { metadata: { finalizers: null } });
    await world.api.request('DELETE', `${volumes}/disk`);
    await phase(`${claims}/data`).toBe('Lost');
    await eventsOf('data').toContain(
      'ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!',
    );
  });

  it('of a class that nobody has is told so, and is served once somebody makes the class', async () => {
    await world.api.create(claims, claim('data', { storageClassName: 'late' }));
    await eventsOf('data').toContain('ProvisioningFailed: storageclass.storage.k8s.io "late" not found');
    await world.api.create('/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name: 'late' },
      provisioner: 'example.com/disks',
    });
    await eventsOf('data').toContainEqual(expect.stringMatching(/^ExternalProvisioning: .*'example.com\/disks'/));
    expect((await world.api.get(`${claims}/data`)).metadata.annotations).toMatchObject({
      'volume.kubernetes.io/storage-provisioner': 'example.com/disks',
      'volume.beta.kubernetes.io/storage-provisioner': 'example.com/disks',
    });
  });
});

describe('a volume whose claim is gone', () => {
  it('is kept', async () => {
    await released({});
    await phase(`${volumes}/disk`).toBe('Released');
    expect((await world.api.get(`${volumes}/disk`)).spec).toMatchObject({ claimRef: { name: 'data' } });
    // A new claim of the same name does not get the old data.
    await world.api.create(claims, claim('data'));
    await eventsOf('data').toContain(
      'FailedBinding: no persistent volumes available for this claim and no storage class is set',
    );
  });

  it('is emptied on every node and free again', async () => {
    await released({ persistentVolumeReclaimPolicy: 'Recycle' });
    await phase(`${volumes}/disk`).toBe('Available');
    expect(folders.calls.sort()).toEqual(['empty one /tmp/disk', 'empty two /tmp/disk']);
    expect((await world.api.get(`${volumes}/disk`)).spec).not.toHaveProperty('claimRef');
    await eventsOf('disk').toContain('VolumeRecycled: Volume recycled');
  });

  it('is deleted with its folder', async () => {
    await released({ persistentVolumeReclaimPolicy: 'Delete' });
    await isGone(`${volumes}/disk`);
    expect(folders.calls.sort()).toEqual(['remove one /tmp/disk', 'remove two /tmp/disk']);
  });

  it('fails where its folder is not for us to delete', async () => {
    await released({ persistentVolumeReclaimPolicy: 'Delete', hostPath: { path: '/data' } });
    await phase(`${volumes}/disk`).toBe('Failed');
    await eventsOf('disk').toContain(
      'VolumeFailedDelete: host_path deleter only supports /tmp/.+ but received provided /data',
    );
    expect(folders.calls).toEqual([]);
  });
});

describe('the local provisioner', () => {
  const local = { storageClassName: 'hostpath' };

  it('spreads volumes over the nodes, and removes a folder before its volume', async () => {
    for (const name of ['a', 'b']) {
      await world.api.create(claims, claim(name, local));
      await phase(`${claims}/${name}`).toBe('Bound');
    }
    expect([...folders.present].map((each) => each.split(':')[0]).sort()).toEqual(['one', 'two']);
    await world.api.request('DELETE', `${claims}/a`);
    await expect.poll(() => folders.present.size, { timeout: 5000 }).toBe(1);
    await expect.poll(async () => (await world.names(volumes)).length, { timeout: 5000 }).toBe(1);
  });

  it('says why a node could not make the folder', async () => {
    folders.silent.add('one').add('two');
    await world.api.create(claims, claim('data', local));
    await eventsOf('data').toContain(
      'ProvisioningFailed: failed to provision volume with StorageClass "hostpath": node one: connect ECONNREFUSED',
    );
    await phase(`${claims}/data`).toBe('Pending');
  });

  it('refuses what a folder cannot be', async () => {
    await world.api.create(claims, claim('data', { ...local, volumeMode: 'Block' }));
    await eventsOf('data').toContain(
      'ProvisioningFailed: failed to provision volume with StorageClass "hostpath": ' +
        'skiff.dev/local-path does not support block volume provisioning',
    );
  });

  it('keeps the folder of a volume whose policy has become Retain', async () => {
    await world.api.create(claims, claim('data', local));
    await phase(`${claims}/data`).toBe('Bound');
    const [name] = await world.names(volumes);
    await change(`${volumes}/${name}`, { spec: { persistentVolumeReclaimPolicy: 'Retain' } });
    await world.api.request('DELETE', `${claims}/data`);
    await phase(`${volumes}/${name}`).toBe('Released');
    await world.api.request('DELETE', `${volumes}/${name}`);
    await isGone(`${volumes}/${name}`);
    expect(folders.present.size).toBe(1);
  });

  it('removes a volume once its node answers again, or has left the cluster', async () => {
    for (const name of ['a', 'b']) {
      await world.api.create(claims, claim(name, local));
      await phase(`${claims}/${name}`).toBe('Bound');
    }
    folders.silent.add('one').add('two');
    for (const name of ['a', 'b']) await world.api.request('DELETE', `${claims}/${name}`);
    for (const name of await world.names(volumes))
      await eventsOf(name).toContainEqual(
        expect.stringMatching(/^VolumeFailedDelete: node (one|two): connect ECONNREFUSED$/),
      );
    folders.silent.delete('one');
    await change('/api/v1/nodes/one/status', { status: { conditions: [{ type: 'Ready', status: 'False' }] } });
    await expect.poll(async () => (await world.names(volumes)).length, { timeout: 5000 }).toBe(1);
    await world.api.request('DELETE', '/api/v1/nodes/two');
    await expect.poll(async () => (await world.names(volumes)).length, { timeout: 5000 }).toBe(0);
    expect([...folders.present].map((each) => each.split(':')[0])).toEqual(['two']);
  });

  it('removes the folder of a volume that was deleted before its claim', async () => {
    await world.api.create(claims, claim('data', local));
    await phase(`${claims}/data`).toBe('Bound');
    const [name] = await world.names(volumes);
    await world.api.request('DELETE', `${volumes}/${name}`);
    await world.api.request('DELETE', `${claims}/data`);
    await isGone(`${volumes}/${name}`);
    expect(folders.present.size).toBe(0);
  });
});
