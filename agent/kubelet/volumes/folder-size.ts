/** What a folder takes on the disk. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '../../missing-file.ts';

const blockSize = 512;

/** Bytes, as `du` counts them; a file with several names counts once. Reads one folder after the other. */
export async function folderSize(path: string): Promise<number> {
  const [folders, seen] = [[path], new Set<number>()];
  let size = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const { name } of (await unlessMissing(readdir(folder, { withFileTypes: true }))) ?? []) {
      const child = join(folder, name);
      const info = await unlessMissing(lstat(child));
      if (!info || seen.has(info.ino)) continue;
      if (info.nlink > 1 && !info.isDirectory()) seen.add(info.ino);
      size += info.blocks * blockSize;
      if (info.isDirectory()) folders.push(child);
    }
  }
  return size;
}
