/** Paths below a volume that a container may have modified. */
import { chmod, mkdir, realpath, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { VolumeError } from './volume-error.ts';

/** Ignores failures to create: the path may exist already, and the next check decides whether it is acceptable. */
export const ignoreExisting = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EEXIST' && error.code !== 'ENOTDIR' && error.code !== 'EROFS') throw error;
};

async function makeFolder(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    ignoreExisting(error as NodeJS.ErrnoException);
    return;
  }
  await chmod(path, mode & 0o7777);
}

/**
 * Resolves a path below the volume and creates missing folders, which have the volume's own mode: a pod that may write
 * to the volume may write to them. A container may have put a link there that leads out of the volume
 * (CVE-2017-1002101), so each step is resolved and checked before the next one is created. Throws `VolumeError`.
 */
export async function withinVolume(root: string, subPath: string): Promise<string> {
  const leaves = new VolumeError(`subPath "${subPath}" must not leave the volume`);
  if (!join(root, subPath).startsWith(`${root}/`)) throw leaves;
  const top = await realpath(root);
  const { mode } = await stat(top);
  let at = top;
  for (const step of relative(root, join(root, subPath)).split('/')) {
    await makeFolder(join(at, step), mode);
    try {
      at = await realpath(join(at, step));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new VolumeError(`subPath "${subPath}" cannot be resolved in the volume: ${code}`);
    }
    if (at !== top && !at.startsWith(`${top}/`)) throw leaves;
  }
  return join(root, relative(top, at));
}
