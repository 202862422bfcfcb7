import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { core } from '../../../../../agent/api/types.ts';
import { systemClock } from '../../../../../agent/clock.ts';
import { createVolumes } from '../../../../../agent/kubelet/volumes/volumes.ts';
import { aPod } from '../../api/builders.ts';
import { pathsAt } from './paths.ts';

let folder = '';
let root = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skiff-volumes-'));
  root = join(folder, 'hostpath/data');
  await mkdir(root, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const volumesAt = (dataFolder: string) => createVolumes({ paths: pathsAt(dataFolder), clock: systemClock });

/** The last part of upstream's plugin name, by the member of a volume. */
const folders = new Map([
  ['configMap', 'configmap'],
  ['secret', 'secret'],
  ['downwardAPI', 'downward-api'],
  ['projected', 'projected'],
]);

const nothing = {
  objects: {
    configMap: async () => undefined,
    secret: async () => undefined,
    claim: async () => undefined,
    volume: async () => undefined,
  },
  facts: { hostIPs: [], podIPs: [], capacity: { cpu: 1, memory: 1 } },
  issueToken: async () => '',
};

async function sourceOf(subPath: string, volume: Partial<core.Volume> = { hostPath: { path: '/data' } }) {
  const container = { name: 'c', image: 'i', volumeMounts: [{ name: 'v', mountPath: '/v', subPath }] };
  const pod = aPod({ spec: { containers: [container], volumes: [{ name: 'v', ...volume }] } });
  const volumes = volumesAt(folder);
  return (await volumes.mounts(pod, container, new Map()))[0]?.source;
}

test('a subPath is made, and named as the engine sees it', async () => {
  expect(await sourceOf('a/b')).toBe('/engine/hostpath/data/a/b');
  expect(await readdir(join(root, 'a'))).toEqual(['b']);
});

test('a link within the volume is followed', async () => {
  await mkdir(join(root, 'real'));
  await symlink('real', join(root, 'link'));
  expect(await sourceOf('link/x')).toBe('/engine/hostpath/data/real/x');
});

test('the folders of a subPath are as open as the volume', async () => {
  await chmod(root, 0o2777);
  await sourceOf('a/b');
  const modes = await Promise.all(['a', 'a/b'].map((path) => stat(join(root, path))));
  expect(modes.map(({ mode }) => mode & 0o7777)).toEqual([0o2777, 0o2777]);
});

test.each([
  ['$(ROOT)/x', 'error SubPath `/tmp/x` must not be an absolute path'],
  ['$(UP)/data2', "unable to provision SubPath `../data2`: must not contain '..'"],
  ['$(NONE)/$(EMPTY)/$(NONE)', 'missing value for EMPTY, NONE'],
])('the subPathExpr %s is refused in upstream’s words', async (subPathExpr, reason) => {
  const container = { name: 'c', image: 'i', volumeMounts: [{ name: 'v', mountPath: '/v', subPathExpr }] };
  const pod = aPod({ spec: { containers: [container], volumes: [{ name: 'v', hostPath: { path: '/data' } }] } });
  const env = new Map([
    ['ROOT', '/tmp'],
    ['UP', '..'],
    ['EMPTY', ''],
  ]);
  await expect(volumesAt(folder).mounts(pod, container, env)).rejects.toThrow(reason);
});

test.each(['out', 'out/made'])('subPath %s does not leave the volume', async (subPath) => {
  await mkdir(join(folder, 'outside'));
  await symlink(join(folder, 'outside'), join(root, 'out'));
  await expect(sourceOf(subPath)).rejects.toThrow('must not leave the volume');
  expect(await readdir(join(folder, 'outside'))).toEqual([]);
});

test('a link to nothing makes nothing', async () => {
  await symlink(join(folder, 'none'), join(root, 'out'));
  await expect(sourceOf('out/x')).rejects.toThrow('cannot be resolved');
  expect(await readdir(folder)).toEqual(['hostpath']);
});

test.each([
  [{ emptyDir: { medium: 'memory' } }, 'unknown storage medium "memory"'],
  [{ hostPath: { path: '/none', type: 'Directory' } }, 'hostPath type check failed: /none is not a directory'],
  [{ hostPath: { path: '/data', type: 'File' } }, 'hostPath type check failed: /data is not a file'],
  [{ configMap: { name: 'none' } }, 'configmap "none" not found'],
  [{ secret: { secretName: 'none' } }, 'secret "none" not found'],
])('a volume that cannot be made is named: %o', async (source, reason) => {
  const pod = aPod({ spec: { volumes: [{ name: 'v', ...source }] } });
  const volumes = volumesAt(folder);
  await expect(volumes.prepare(pod, nothing)).rejects.toThrow(`MountVolume.SetUp failed for volume "v" : ${reason}`);
});

test('an expression of a sub path that fails can be mended while the pod waits', async () => {
  const container = { name: 'c', image: 'i', volumeMounts: [{ name: 'v', mountPath: '/v', subPathExpr: '$(WHERE)' }] };
  const pod = aPod({ spec: { containers: [container], volumes: [{ name: 'v', hostPath: { path: '/data' } }] } });
  const volumes = volumesAt(folder);
  const mountsWith = (where: string) => volumes.mounts(pod, container, new Map([['WHERE', where]]));
  await expect(mountsWith('/absolute')).rejects.toThrow();
  expect(await mountsWith('mended')).toMatchObject([{ source: '/engine/hostpath/data/mended' }]);
});

test('pods with fifty config maps each, made at the same time, have all of them', async () => {
  const names = Array.from({ length: 50 }, (_, at) => `racing-${at}`);
  const volumes = volumesAt(folder);
  const objects = { ...nothing.objects, configMap: async () => ({ data: { 'data-1': 'value-1' } }) as never };
  const all = ['a', 'b', 'c', 'd', 'e'].map((uid) => {
    const pod = aPod({ spec: { volumes: names.map((name) => ({ name, configMap: { name } })) } });
    return { ...pod, metadata: { ...pod.metadata, uid } };
  });
  await Promise.all(all.map((pod) => volumes.prepare(pod, { ...nothing, objects })));
  for (const { metadata } of all) {
    const made = join(folder, 'pods', metadata.uid, 'volumes/kubernetes.io~configmap');
    const texts = names.map((name) => readFile(join(made, name, 'data-1'), 'utf8'));
    expect(new Set(await Promise.all(texts))).toEqual(new Set(['value-1']));
  }
});

test('a volume of a type that the kubelet does not know fails in upstream’s words, and names what to use', async () => {
  const pod = aPod({ spec: { volumes: [{ name: 'v', nfs: { server: 'files', path: '/' } }] } });
  await expect(volumesAt(folder).prepare(pod, nothing)).rejects.toThrow(
    'Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]: ' +
      'failed to get Plugin from volumeSpec for volume "v" err=no volume plugin matched: volumes of type ' +
      'nfs are not supported: use emptyDir, hostPath, configMap, secret, downwardAPI, projected, ' +
      'persistentVolumeClaim, ephemeral',
  );
});

test('a volume without a source is an emptyDir', async () => {
  const pod = aPod({ spec: { volumes: [{ name: 'v' }] } });
  await volumesAt(folder).prepare(pod, nothing);
  const made = join(folder, 'pods', pod.metadata.uid, 'volumes/kubernetes.io~empty-dir/v');
  expect((await stat(made)).mode & 0o7777).toBe(0o777);
});

test('a file that is asked for is made, and the container is given it as the engine sees it', async () => {
  const source = { hostPath: { path: '/etc/made', type: 'FileOrCreate' } };
  await volumesAt(folder).prepare(aPod({ spec: { volumes: [{ name: 'v', ...source }] } }), nothing);
  expect((await stat(join(folder, 'hostpath/etc/made'))).isFile()).toBe(true);
  expect(await sourceOf('', source)).toBe('/engine/hostpath/etc/made');
});

test('what a container made of an emptyDir stays as it is', async () => {
  const pod = aPod({ spec: { volumes: [{ name: 'v', emptyDir: {} }] } });
  await volumesAt(folder).prepare(pod, nothing);
  const made = join(folder, 'pods', pod.metadata.uid, 'volumes/kubernetes.io~empty-dir/v');
  await chmod(made, 0o700);
  await volumesAt(folder).prepare(pod, nothing);
  expect((await stat(made)).mode & 0o7777).toBe(0o700);
});

test.each(['configMap', 'secret', 'downwardAPI', 'projected'])(
  'a %s is read-only, whatever its mount says',
  async (type) => {
    const container = {
      name: 'c',
      image: 'i',
      volumeMounts: [
        { name: 'v', mountPath: '/v', readOnly: false },
        { name: 'v', mountPath: '/w', subPath: 'x' },
      ],
    };
    const pod = aPod({ spec: { containers: [container], volumes: [{ name: 'v', [type]: {} }] } });
    await mkdir(join(folder, 'pods', pod.metadata.uid, `volumes/kubernetes.io~${folders.get(type)}/v`), {
      recursive: true,
    });
    const mounts = await volumesAt(folder).mounts(pod, container, new Map());
    expect(mounts.map(({ target, readOnly }) => [target, readOnly])).toEqual([
      ['/v', true],
      ['/w', true],
    ]);
  },
);

test('the sandbox holds what is in memory, for it outlives the containers', () => {
  const group = { securityContext: { fsGroup: 7 } };
  const memory = { name: 'm', emptyDir: { medium: 'Memory', sizeLimit: '1Ki' } };
  const pod = aPod({ metadata: { uid: 'u' }, spec: { ...group, volumes: [memory, { name: 'd', emptyDir: {} }] } });
  expect(volumesAt(folder).sandboxMounts(pod)).toEqual([
    { source: 'skiff-u-m', target: '/volumes/m', readOnly: false, tmpfs: { size: 1024, group: 7 } },
  ]);
});

test.each([
  ['its limit', '1Ki', ['1Gi', '1Gi'], { size: 1024 }],
  ['the memory of its pod', '4Gi', ['1Gi', '1Gi'], { size: 2 * 2 ** 30 }],
  ['its limit alone where a container has none', '4Gi', ['1Gi', undefined], { size: 4 * 2 ** 30 }],
  ['nothing that the pod says, where it says nothing', undefined, [undefined], {}],
])('a memory volume is bounded by %s', (_, sizeLimit, limits, tmpfs) => {
  const containers = limits.map((memory, at) => ({
    name: `c${at}`,
    resources: { limits: memory ? { memory } : {} } as core.ResourceRequirements,
  }));
  const volumes = [{ name: 'm', emptyDir: { medium: 'Memory', ...(sizeLimit ? { sizeLimit } : {}) } }];
  expect(volumesAt(folder).sandboxMounts(aPod({ spec: { containers, volumes } }))[0]?.tmpfs).toEqual(tmpfs);
});

test('a memory volume refuses a subPath', async () => {
  await expect(sourceOf('a', { emptyDir: { medium: 'Memory' } })).rejects.toThrow('memory volume "v"');
});

test.each([
  ['/var/run/docker.sock', '/s'],
  ['/run/../run/docker.sock', '/s'],
  ['/dev/null', '/dev/null'],
])('the hostPath %s is the engine host’s, and the node sees it at %s', async (path, node) => {
  expect((await pathsAt('/n', '/e', '/s').hostPath(path)).node).toBe(node);
});

test('a file that the engine manages is the node’s own, and the engine says where it is', async () => {
  expect(await pathsAt('/n').hostPath('/etc/./hosts')).toEqual({
    node: '/etc/hosts',
    engine: '/containers/node/etc/hosts',
  });
});

test('a hostPath stays in the node', async () => {
  expect(await pathsAt('/n', '/e', '/s').hostPath('/../../etc')).toEqual({
    node: '/n/hostpath/etc',
    engine: '/e/hostpath/etc',
  });
});

test('of a pod with thousands of volumes a few are made at a time', async () => {
  const volumes = Array.from({ length: 1000 }, (_, at) => ({ name: `v${at}`, configMap: { name: `map-${at}` } }));
  const pod = aPod({ spec: { containers: [{ name: 'c', image: 'i' }], volumes } });
  const asked: string[] = [];
  const release = Promise.withResolvers<void>();
  const configMap = async (namespace: string, name: string) => {
    asked.push(name);
    await release.promise;
    const metadata = { name, namespace, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { key: name } };
  };
  const prepared = volumesAt(folder).prepare(pod, { ...nothing, objects: { ...nothing.objects, configMap } });
  await new Promise(setImmediate);
  expect(asked).toHaveLength(16);
  release.resolve();
  await prepared;
  expect(asked).toHaveLength(1000);
  const last = pathsAt(folder).volume(pod.metadata.uid, 'configmap', 'v999');
  expect(await readdir(last)).toContain('key');
});
