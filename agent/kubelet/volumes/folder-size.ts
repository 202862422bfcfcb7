/** What a folder takes on the disk. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../../missing-file.ts';

const blockSize = 512;

/** Undefined for what a container has removed meanwhile. */
async function unlessGone<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Bytes, as `du` counts them; a file with several names counts once. Reads one folder after the other. */
export async function folderSize(path: string): Promise<number> {
  const [folders, seen] = [[path], new Set<number>()];
  let size = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const { name } of (await unlessGone(readdir(folder, { withFileTypes: true }))) ?? []) {
      const child = join(folder, name);
      const info = await unlessGone(lstat(child));
      if (!info || seen.has(info.ino)) continue;
      if (info.nlink > 1 && !info.isDirectory()) seen.add(info.ino);
      size += info.blocks * blockSize;
      if (info.isDirectory()) folders.push(child);
    }
  }
  return size;
}
