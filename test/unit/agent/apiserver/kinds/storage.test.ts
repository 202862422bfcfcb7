/** Volumes, claims and classes: defaults, tables, steps of admission, what changes and what does not. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../../agent/api/types.ts';
import { inDefault, startApi, type TestApi } from '../api.ts';
import { tableOf } from './table.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const merge = { 'content-type': 'application/merge-patch+json' };
const volumes = '/api/v1/persistentvolumes';
const claims = inDefault('persistentvolumeclaims');
const storage = (plural: string): string => `/apis/storage.k8s.io/v1/${plural}`;

const volume = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/tmp' }, ...spec },
});
const claim = (name: string, spec: object = {}, metadata: object = {}) => ({
  metadata: { name, ...metadata },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});
const storageClass = (name: string, annotations: Record<string, string> = {}, more: object = {}) => ({
  metadata: { name, annotations },
  provisioner: 'example.com/disk',
  ...more,
});
const isDefault = { 'storageclass.kubernetes.io/is-default-class': 'true' };

const patched = async (path: string, change: object): Promise<AnyObject> => {
  const { status, body } = await api.request('PATCH', path, change, merge);
  expect([status, body]).toEqual([200, expect.anything()]);
  return body as AnyObject;
};

describe('defaults', () => {
  it('are upstream’s', async () => {
    expect(await api.create(volumes, volume('a'))).toMatchObject({
      spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem', hostPath: { path: '/tmp', type: '' } },
      status: { phase: 'Pending' },
    });
    expect(await api.create(claims, claim('a'))).toMatchObject({
      spec: { volumeMode: 'Filesystem' },
      status: { phase: 'Pending' },
    });
    expect(await api.create(storage('storageclasses'), storageClass('a'))).toMatchObject({
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
    });
    expect(await api.create(storage('csidrivers'), { metadata: { name: 'a.example.com' }, spec: {} })).toMatchObject({
      spec: {
        attachRequired: true,
        podInfoOnMount: false,
        storageCapacity: false,
        fsGroupPolicy: 'ReadWriteOnceWithFSType',
        volumeLifecycleModes: ['Persistent'],
        requiresRepublish: false,
        seLinuxMount: false,
      },
    });
  });

  it('say the source of a claim in both fields, and drop one that is no source', async () => {
    const dataSource = { kind: 'PersistentVolumeClaim', name: 'other' };
    const { spec } = await api.create(claims, claim('a', { dataSource }));
    expect(spec).toMatchObject({ dataSource, dataSourceRef: dataSource });
    const dataSourceRef = { apiGroup: 'example.com', kind: 'Populator', name: 'p' };
    const populated = await api.create(claims, claim('b', { dataSourceRef }));
    expect(populated.spec).toMatchObject({ dataSource: dataSourceRef, dataSourceRef });
    const unknown = await api.create(claims, claim('c', { dataSource: dataSourceRef }));
    expect(unknown.spec).not.toHaveProperty('dataSource');
    expect(unknown.spec).not.toHaveProperty('dataSourceRef');
  });
});

describe('tables', () => {
  it('show volumes and claims as upstream does', async () => {
    await api.create(
      volumes,
      volume('disk', {
        storageClassName: 'slow',
        accessModes: ['ReadWriteMany', 'ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteOncePod'].slice(0, 3),
        claimRef: { namespace: 'default', name: 'data' },
      }),
    );
    expect(await tableOf(api, volumes)).toEqual({
      columns:
        'Name | Capacity | Access Modes | Reclaim Policy | Status | Claim | StorageClass | VolumeAttributesClass | Reason | Age | *VolumeMode',
      rows: ['disk | 1Gi | RWO,ROX,RWX | Retain | Pending | default/data | slow | <unset> |  | 0s | Filesystem'],
    });
    await api.create(claims, claim('data', { storageClassName: 'slow' }));
    await api.create(claims, claim('given', { storageClassName: '', volumeName: 'disk' }));
    await patched(`${claims}/given/status`, {
      status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] },
    });
    expect(await tableOf(api, claims)).toEqual({
      columns:
        'Name | Status | Volume | Capacity | Access Modes | StorageClass | VolumeAttributesClass | Age | *VolumeMode',
      rows: [
        'data | Pending |  |  |  | slow | <unset> | 0s | Filesystem',
        'given | Bound | disk | 1Gi | RWO |  | <unset> | 0s | Filesystem',
      ],
    });
    await api.request('DELETE', `${claims}/data`);
    expect((await tableOf(api, claims)).rows[0]).toMatch(/^data \| Terminating /);
  });

  it('show what storage consists of', async () => {
    await api.create(storage('storageclasses'), storageClass('fast', isDefault, { allowVolumeExpansion: true }));
    expect(await tableOf(api, storage('storageclasses'))).toEqual({
      columns: 'Name | Provisioner | ReclaimPolicy | VolumeBindingMode | AllowVolumeExpansion | Age',
      rows: [
        'fast (default) | example.com/disk | Delete | Immediate | true | 0s',
        'hostpath | skiff.dev/local-path | Delete | Immediate | true | 0s',
        'local-path | skiff.dev/local-path | Delete | WaitForFirstConsumer | true | 0s',
        'standard (default) | skiff.dev/local-path | Delete | WaitForFirstConsumer | true | 0s',
      ],
    });
    await api.create(storage('csidrivers'), {
      metadata: { name: 'a.example.com' },
      spec: { tokenRequests: [{ audience: 'a' }, { audience: 'b' }] },
    });
    expect(await tableOf(api, storage('csidrivers'))).toEqual({
      columns:
        'Name | AttachRequired | PodInfoOnMount | StorageCapacity | TokenRequests | RequiresRepublish | Modes | Age',
      rows: ['a.example.com | true | false | false | a,b | false | Persistent | 0s'],
    });
    await api.create(storage('csinodes'), {
      metadata: { name: 'one' },
      spec: { drivers: [{ name: 'a.example.com', nodeID: 'one' }] },
    });
    expect(await tableOf(api, storage('csinodes'))).toEqual({
      columns: 'Name | Drivers | Age',
      rows: ['one | 1 | 0s'],
    });
    await api.create(storage('volumeattachments'), {
      metadata: { name: 'a' },
      spec: { attacher: 'a.example.com', nodeName: 'one', source: { persistentVolumeName: 'disk' } },
    });
    expect(await tableOf(api, storage('volumeattachments'))).toEqual({
      columns: 'Name | Attacher | PV | Node | Attached | Age',
      rows: ['a | a.example.com | disk | one | false | 0s'],
    });
    await api.create(storage('namespaces/default/csistoragecapacities'), {
      metadata: { name: 'a' },
      storageClassName: 'fast',
      capacity: '10Gi',
    });
    expect(await tableOf(api, storage('namespaces/default/csistoragecapacities'))).toEqual({
      columns: 'Name | StorageClassName | Capacity',
      rows: ['a | fast | 10Gi'],
    });
  });
});

describe('a claim without a class', () => {
  it('gets the default one, the newest where there are several', async () => {
    const path = storage('storageclasses');
    await api.create(path, storageClass('first', isDefault));
    await api.create(path, storageClass('other'));
    expect((await api.create(claims, claim('a'))).spec).toMatchObject({ storageClassName: 'first' });
    await api.clock.advance(1000);
    await api.create(path, storageClass('second', { 'storageclass.beta.kubernetes.io/is-default-class': 'true' }));
    expect((await api.create(claims, claim('b'))).spec).toMatchObject({ storageClassName: 'second' });
  });

  it('that asks for none, or for one in the old way, keeps what it says', async () => {
    await api.create(storage('storageclasses'), storageClass('first', isDefault));
    expect((await api.create(claims, claim('a', { storageClassName: '' }))).spec).toMatchObject({
      storageClassName: '',
    });
    const annotations = { 'volume.beta.kubernetes.io/storage-class': 'old' };
    expect((await api.create(claims, claim('b', {}, { annotations }))).spec).not.toHaveProperty('storageClassName');
  });

  it('may be given one later', async () => {
    await api.request('DELETE', storage('storageclasses/standard'));
    await api.create(claims, claim('a'));
    expect((await patched(`${claims}/a`, { spec: { storageClassName: 'late' } })).spec).toMatchObject({
      storageClassName: 'late',
    });
    expect(await api.refused('PATCH', `${claims}/a`, { spec: { storageClassName: 'x' } }, merge)).toMatchObject({
      code: 422,
      message: expect.stringContaining('spec: Forbidden: spec is immutable after creation except resources.requests'),
    });
  });
});

it.each([
  [volumes, volume('a'), 'kubernetes.io/pv-protection'],
  [claims, claim('a'), 'kubernetes.io/pvc-protection'],
  [
    storage('volumeattributesclasses'),
    { metadata: { name: 'a' }, driverName: 'd', parameters: { a: 'b' } },
    'kubernetes.io/vac-protection',
  ],
])('%s are protected from their deletion while in use', async (path, object, finalizer) => {
  const { metadata } = await api.create(path, object);
  expect(metadata.finalizers).toEqual([finalizer]);
  await api.request('DELETE', `${path}/a`);
  expect((await api.get(`${path}/a`)).metadata.deletionTimestamp).toBeDefined();
  await patched(`${path}/a`, { metadata: { finalizers: null } });
  expect(await api.refused('GET', `${path}/a`)).toMatchObject({ code: 404 });
});

describe('the size of a claim', () => {
  const sized = (size: string) => ({ spec: { resources: { requests: { storage: size } } } });
  const bind = (name: string) =>
    patched(`${claims}/${name}/status`, { status: { phase: 'Bound', capacity: { storage: '1Gi' } } });

  it('grows once the claim is bound, where its class allows it', async () => {
    await api.create(storage('storageclasses'), storageClass('fixed'));
    await api.create(storage('storageclasses'), storageClass('fast', {}, { allowVolumeExpansion: true }));
    await api.create(claims, claim('a', { storageClassName: 'fast' }));
    expect(await api.refused('PATCH', `${claims}/a`, sized('2Gi'), merge)).toMatchObject({
      code: 422,
      details: { causes: [{ field: 'spec', reason: 'FieldValueForbidden' }] },
    });
    await bind('a');
    expect((await patched(`${claims}/a`, sized('2Gi'))).spec).toMatchObject(sized('2Gi').spec);
    await api.create(claims, claim('b', { storageClassName: 'fixed' }));
    await bind('b');
    expect(await api.refused('PATCH', `${claims}/b`, sized('2Gi'), merge)).toMatchObject({
      code: 403,
      message:
        'persistentvolumeclaims "b" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    });
  });

  it('shrinks back to what there is and no further', async () => {
    await api.create(storage('storageclasses'), storageClass('fast', {}, { allowVolumeExpansion: true }));
    await api.create(claims, claim('a', { storageClassName: 'fast' }));
    await bind('a');
    await patched(`${claims}/a`, sized('4Gi'));
    await patched(`${claims}/a`, sized('2Gi'));
    expect(await api.refused('PATCH', `${claims}/a`, sized('1Gi'), merge)).toMatchObject({
      details: { causes: [{ field: 'spec.resources.requests.storage' }] },
    });
  });
});

it('a volume tells since when it is in its phase', async () => {
  const phase = (phase: string) => ({ status: { phase } });
  await api.create(volumes, volume('a'));
  const { status } = await api.get(`${volumes}/a`);
  expect(status).toEqual({ phase: 'Pending', lastPhaseTransitionTime: '2026-01-01T00:00:00Z' });
  await api.clock.advance(5000);
  await patched(`${volumes}/a`, { metadata: { labels: { a: 'b' } } });
  expect((await patched(`${volumes}/a/status`, { status: { message: 'm' } })).status).toMatchObject({
    lastPhaseTransitionTime: '2026-01-01T00:00:00Z',
  });
  expect((await patched(`${volumes}/a/status`, phase('Available'))).status).toMatchObject({
    lastPhaseTransitionTime: '2026-01-01T00:00:05Z',
  });
  const said = { ...phase('Bound').status, lastPhaseTransitionTime: '2026-01-01T00:00:03Z' };
  expect((await patched(`${volumes}/a/status`, { status: said })).status).toMatchObject(said);
});

describe('PersistentVolumes CSI Conformance', () => {
  it('should apply changes to a pv/pvc status', async () => {
    await api.create(volumes, volume('pv'));
    await api.create(claims, claim('pvc'));
    for (const path of [`${volumes}/pv`, `${claims}/pvc`]) {
      const read = await api.get(`${path}/status`);
      expect(read.status).toMatchObject({ phase: 'Pending' });
      const conditions = [{ type: 'StatusPatched', status: 'True', reason: 'E2E', message: 'Set from e2e test' }];
      const change = path === `${volumes}/pv` ? { message: 'StatusPatched', reason: 'E2E' } : { conditions };
      expect((await patched(`${path}/status`, { status: change })).status).toMatchObject(change);
      const update = { ...(await api.get(path)), spec: {} };
      const { body } = await api.request('PUT', `${path}/status`, update);
      expect((body as AnyObject).spec).toMatchObject({ accessModes: ['ReadWriteOnce'] });
    }
  });

  it('should apply changes to a volumeattachment status', async () => {
    const path = storage('volumeattachments');
    await api.create(path, {
      metadata: { name: 'a' },
      spec: { attacher: 'e2e-test.storage.k8s.io', nodeName: 'one', source: { persistentVolumeName: 'pv' } },
    });
    expect((await patched(`${path}/a/status`, { status: { attached: true } })).status).toEqual({ attached: true });
    expect(await api.get(`${path}/a/status`)).toMatchObject({ status: { attached: true } });
    const read = await api.get(`${path}/a`);
    const { status, body } = await api.request('PUT', `${path}/a/status`, { ...read, status: { attached: false } });
    expect([status, (body as AnyObject).status]).toEqual([200, { attached: false }]);
  });
});

it('warns of what has no effect any more', async () => {
  const { headers } = await api.request('POST', volumes, {
    ...volume('a', { persistentVolumeReclaimPolicy: 'Recycle' }),
  });
  expect(JSON.stringify(headers)).toContain('The Recycle reclaim policy is deprecated');
});
