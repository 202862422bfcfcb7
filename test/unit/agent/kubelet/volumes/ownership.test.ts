import { chmod, lstat, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type GroupAccess, giveToGroup, modeForGroup } from '../../../../../agent/kubelet/volumes/ownership.ts';

test.each<[number, 'file' | 'folder', GroupAccess, number]>([
  [0o400, 'file', 'read', 0o440],
  [0o600, 'file', 'read', 0o640],
  [0o644, 'file', 'read', 0o644],
  [0o777, 'file', 'read', 0o777],
  [0o755, 'folder', 'read', 0o2755],
  [0o700, 'folder', 'read', 0o2750],
  [0o600, 'file', 'write', 0o660],
  [0o644, 'file', 'write', 0o664],
  [0o755, 'folder', 'write', 0o2775],
  [0o777, 'folder', 'write', 0o2777],
])('mode %o of a %s that the group may %s becomes %o', (mode, what, access, after) => {
  expect(modeForGroup(mode, what, access)).toBe(after);
});

test('everything in a folder is given to the group, except what a link leads to', async () => {
  const root = await mkdtemp(join(tmpdir(), 'skiff-group-'));
  try {
    const [volume, outside] = [join(root, 'volume'), join(root, 'outside')];
    await mkdir(join(volume, 'deep'), { recursive: true, mode: 0o700 });
    for (const file of [outside, join(volume, 'deep/file')]) {
      await writeFile(file, '');
      await chmod(file, 0o600);
    }
    await symlink(outside, join(volume, 'link'));
    await giveToGroup(volume, process.getgid?.() ?? 0, 'write');
    const modeOf = async (path: string) => ((await lstat(path)).mode & 0o7777).toString(8);
    expect(await Promise.all([volume, join(volume, 'deep'), join(volume, 'deep/file'), outside].map(modeOf))).toEqual([
      '2770',
      '2770',
      '660',
      '600',
    ]);
  } finally {
    await rm(root, { recursive: true });
  }
});
