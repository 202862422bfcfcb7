import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { core } from '../../../../../agent/api/types.ts';
import { systemClock } from '../../../../../agent/clock.ts';
import { createPaths } from '../../../../../agent/kubelet/volumes/paths.ts';
import { createVolumes } from '../../../../../agent/kubelet/volumes/volumes.ts';
import { aPod } from '../../api/builders.ts';

let folder = '';
let root = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skiff-volumes-'));
  root = join(folder, 'hostpath/data');
  await mkdir(root, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

async function sourceOf(subPath: string, volume: Partial<core.Volume> = { hostPath: { path: '/data' } }) {
  const container = { name: 'c', image: 'i', volumeMounts: [{ name: 'v', mountPath: '/v', subPath }] };
  const pod = aPod({ spec: { containers: [container], volumes: [{ name: 'v', ...volume }] } });
  const volumes = createVolumes({ paths: createPaths(folder, '/engine', '/run/engine.sock'), clock: systemClock });
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

test.each(['out', 'out/made', '../data2'])('subPath %s does not leave the volume', async (subPath) => {
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
  [
    { persistentVolumeClaim: { claimName: 'data' } },
    'volumes of type persistentVolumeClaim are not supported: use emptyDir, hostPath, configMap, secret, downwardAPI, projected',
  ],
])('a volume that cannot be made is named: %o', async (source, reason) => {
  const pod = aPod({ spec: { volumes: [{ name: 'v', ...source }] } });
  const volumes = createVolumes({ paths: createPaths(folder, '/engine', '/run/engine.sock'), clock: systemClock });
  const prepared = volumes.prepare(pod, {
    sources: { configMap: async () => undefined, secret: async () => undefined, services: () => [] },
    facts: { hostIP: '', podIP: '', capacity: { cpu: 1, memory: 1 } },
    issueToken: async () => '',
  });
  await expect(prepared).rejects.toThrow(`MountVolume.SetUp failed for volume "v" : ${reason}`);
});

test('a memory volume refuses a subPath', async () => {
  await expect(sourceOf('a', { emptyDir: { medium: 'Memory' } })).rejects.toThrow('memory volume "v"');
});

test.each([
  ['/var/run/docker.sock', '/s'],
  ['/run/../run/docker.sock', '/s'],
  ['/dev/null', '/dev/null'],
])('the hostPath %s is the engine host’s, and the node sees it at %s', (path, node) => {
  expect(createPaths('/n', '/e', '/s').hostPath(path).node).toBe(node);
});

test('a hostPath stays in the node', () => {
  expect(createPaths('/n', '/e', '/s').hostPath('/../../etc')).toEqual({
    node: '/n/hostpath/etc',
    engine: '/e/hostpath/etc',
  });
});
