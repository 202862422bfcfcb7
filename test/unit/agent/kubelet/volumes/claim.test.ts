import { chmod, mkdir, mkdtemp, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { core, PersistentVolume, PersistentVolumeClaim, Pod } from '../../../../../agent/api/types.ts';
import { systemClock } from '../../../../../agent/clock.ts';
import { createSimulatedVolumes } from '../../../../../agent/kubelet/volumes/simulated.ts';
import { createVolumes } from '../../../../../agent/kubelet/volumes/volumes.ts';
import { aPod } from '../../../../builders/objects.ts';
import { pathsAt } from './paths.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skiff-claims-'));
});
afterEach(() => rm(folder, { recursive: true }));

const metadata = (name: string, more: object = {}) => ({
  name,
  namespace: 'default',
  uid: `uid-of-${name}`,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  ...more,
});
const claim = (more: Partial<PersistentVolumeClaim> = {}): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: metadata('data'),
  spec: { volumeName: 'disk' },
  status: { phase: 'Bound' },
  ...more,
});
const volume = (spec: Partial<core.PersistentVolumeSpec> = { local: { path: '/data' } }): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: metadata('disk'),
  spec: { claimRef: { namespace: 'default', name: 'data', uid: 'uid-of-data' }, ...spec },
});
const inputs = (found: PersistentVolumeClaim | undefined = claim(), disk: PersistentVolume | undefined = volume()) => ({
  objects: {
    configMap: async () => undefined,
    secret: async () => undefined,
    claim: async () => found,
    volume: async () => disk,
  },
  facts: { hostIPs: [], podIPs: [], capacity: { cpu: 1, memory: 1 } },
  issueToken: async () => '',
});
const source: Partial<core.Volume> = { persistentVolumeClaim: { claimName: 'data' } };
const podWith = (given = source, spec: Partial<core.PodSpec> = {}): Pod =>
  aPod({ metadata: { name: 'web', namespace: 'default' }, spec: { ...spec, volumes: [{ name: 'v', ...given }] } });
const volumesHere = () => createVolumes({ paths: pathsAt(folder), clock: systemClock });
const mountOf = async (pod: Pod, mount: Partial<core.VolumeMount> = {}) => {
  const container = { name: 'c', volumeMounts: [{ name: 'v', mountPath: '/v', ...mount }] };
  return (await volumesHere().mounts(pod, container, new Map()))[0];
};
const onNode = (path: string) => join(folder, 'hostpath', path);

describe('the volume of a claim', () => {
  test('is the path of its persistent volume, also for an agent that has started again', async () => {
    await mkdir(onNode('/data/sub'), { recursive: true });
    const pod = podWith();
    await volumesHere().prepare(pod, inputs());
    expect(await mountOf(pod)).toEqual({ source: '/engine/hostpath/data', target: '/v', readOnly: false });
    expect(await mountOf(pod, { subPath: 'sub' })).toMatchObject({ source: '/engine/hostpath/data/sub' });
  });

  test('is read-only where the pod says so', async () => {
    await mkdir(onNode('/data'), { recursive: true });
    const pod = podWith({ persistentVolumeClaim: { claimName: 'data', readOnly: true } });
    await volumesHere().prepare(pod, inputs());
    expect(await mountOf(pod)).toMatchObject({ readOnly: true });
  });

  test('outlives the pod', async () => {
    await mkdir(onNode('/data'), { recursive: true });
    await writeFile(onNode('/data/file'), 'kept');
    const pod = podWith();
    await volumesHere().prepare(pod, inputs());
    await volumesHere().remove(pod.metadata.uid);
    expect((await stat(onNode('/data/file'))).size).toBe(4);
  });

  test('belongs to the pod’s group once, and to nobody’s as a hostPath', async () => {
    const spec = { securityContext: { fsGroup: process.getgid?.() ?? 0 } };
    await mkdir(onNode('/data'), { recursive: true, mode: 0o700 });
    await mkdir(onNode('/host'), { recursive: true, mode: 0o700 });
    const pod = podWith(source, spec);
    await volumesHere().prepare(pod, inputs());
    expect((await stat(onNode('/data'))).mode & 0o7777).toBe(0o2770);
    await chmod(onNode('/data'), 0o700);
    await volumesHere().prepare(pod, inputs());
    expect((await stat(onNode('/data'))).mode & 0o7777).toBe(0o700);
    const other = podWith(source, spec);
    await volumesHere().prepare(other, inputs(claim(), volume({ hostPath: { path: '/host' } })));
    expect((await stat(onNode('/host'))).mode & 0o7777).toBe(0o700);
  });

  const setUp = 'MountVolume.SetUp failed for volume "v" : error processing PVC default/data: ';
  test.each<[string, () => Parameters<typeof inputs>, string]>([
    [
      'is being deleted',
      () => [claim({ metadata: metadata('data', { deletionTimestamp: '2026-01-01T00:00:00Z' }) })],
      "can't start pod because PVC is being deleted",
    ],
    ['is not bound', () => [claim({ status: { phase: 'Pending' } })], 'PVC is not bound'],
    [
      'is another’s',
      () => [claim(), volume({ claimRef: { uid: 'other' } })],
      'found PV object disk with an unexpected pvc.Spec.ClaimRef.UID: expected uid-of-data, got other',
    ],
  ])('fails where the claim %s', async (_how, found, message) => {
    await expect(volumesHere().prepare(podWith(), inputs(...found()))).rejects.toThrow(setUp + message);
  });

  test('stays with a pod that runs while the claim is being deleted', async () => {
    await mkdir(onNode('/data'), { recursive: true });
    const deleted = claim({ metadata: metadata('data', { deletionTimestamp: '2026-01-01T00:00:00Z' }) });
    const pod = { ...podWith(), status: { phase: 'Running' } };
    await volumesHere().prepare(pod, inputs(deleted));
    expect(await mountOf(pod)).toMatchObject({ source: '/engine/hostpath/data' });
  });

  test('fails where its folder is gone, and where its type is unknown', async () => {
    await expect(volumesHere().prepare(podWith(), inputs())).rejects.toThrow(
      'MountVolume.NewMounter initialization failed for volume "disk" : path "/data" does not exist',
    );
    const nfs = volume({ nfs: { server: 'files', path: '/' } });
    await expect(volumesHere().prepare(podWith(), inputs(claim(), nfs))).rejects.toThrow(
      'no volume plugin matched: persistent volumes of type hostPath and local are supported',
    );
  });
});

test('an ephemeral volume is the one of the pod’s own claim', async () => {
  await mkdir(onNode('/data'), { recursive: true });
  const pod = podWith({ ephemeral: {} });
  await expect(volumesHere().prepare(pod, inputs())).rejects.toThrow(
    'error processing PVC default/web-v: PVC default/data was not created for pod default/web (pod is not owner)',
  );
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: pod.metadata.uid, controller: true };
  await volumesHere().prepare(pod, inputs(claim({ metadata: metadata('data', { ownerReferences: [owner] }) })));
  expect(await readlink(join(folder, 'pods', pod.metadata.uid, 'volumes/kubernetes.io~persistent-volume/v'))).toBe(
    '/data',
  );
});

test('a simulated node waits for the claim, and mounts nothing', async () => {
  const volumes = createSimulatedVolumes({ paths: pathsAt(folder), clock: systemClock });
  await expect(volumes.prepare(podWith(), inputs(claim({ status: { phase: 'Pending' } })))).rejects.toThrow(
    'PVC is not bound',
  );
  await volumes.prepare(podWith(), inputs());
  expect(await volumes.mounts(podWith(), { name: 'c' }, new Map())).toEqual([]);
});

describe('the folders of a node', () => {
  test('are made for every user, emptied and removed', async () => {
    const { folders } = volumesHere();
    await folders.make('/var/volumes/one');
    expect((await stat(onNode('/var/volumes/one'))).mode & 0o777).toBe(0o777);
    await writeFile(onNode('/var/volumes/one/file'), '');
    await folders.empty('/var/volumes/one');
    await expect(stat(onNode('/var/volumes/one/file'))).rejects.toThrow('ENOENT');
    await folders.remove('/var/volumes/one');
    await folders.remove('/var/volumes/one');
    await expect(stat(onNode('/var/volumes/one'))).rejects.toThrow('ENOENT');
  });

  test.each(['/', '/..', '/sys/kernel', '/dev', '/var/run/docker.sock'])('do not include %s', async (path) => {
    await expect(volumesHere().folders.remove(path)).rejects.toThrow(
      `${path} is not a folder in the node's data volume`,
    );
  });
});
