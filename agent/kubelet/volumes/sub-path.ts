/** Paths below a volume that a container may have written to. */
import { mkdir, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { VolumeError } from './volume-error.ts';

/** Something is there already, or cannot be made there: what follows looks at what it is. */
export const ignoreExisting = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EEXIST' && error.code !== 'ENOTDIR' && error.code !== 'EROFS') throw error;
};

/**
 * The path below the volume, made where it is missing. A container may have put a link there that points out of the volume
 * (CVE-2017-1002101), so every step is resolved and checked before the next one is made. Throws `VolumeError`.
 */
export async function withinVolume(root: string, subPath: string): Promise<string> {
  const leaves = new VolumeError(`subPath "${subPath}" must not leave the volume`);
  if (!join(root, subPath).startsWith(`${root}/`)) throw leaves;
  const top = await realpath(root);
  let at = top;
  for (const step of relative(root, join(root, subPath)).split('/')) {
    await mkdir(join(at, step), { mode: 0o750 }).catch(ignoreExisting);
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
