/** Folders of the node's own file system, which the control plane makes and removes for volumes that are one. */
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { isMissing } from '../../missing-file.ts';
import type { Paths } from './paths.ts';
import { VolumeError } from './volume-error.ts';

/** Paths are those of a hostPath. Each call throws `VolumeError` for a path that is not in the node's data volume. */
export interface HostFolders {
  /** Makes a folder that every user may write to. */
  make(path: string): Promise<void>;
  /** Removes it with its content. */
  remove(path: string): Promise<void>;
  /** Removes its content. */
  empty(path: string): Promise<void>;
}

async function removeContent(folder: string): Promise<void> {
  try {
    const names = await readdir(folder);
    await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

export function createHostFolders(paths: Paths): HostFolders {
  const resolve = async (path: string): Promise<string> => {
    const { node } = await paths.hostPath(path);
    // What the engine calls by the same name is outside of the data volume, and belongs to the machine.
    if (normalize(`/${path}`) === '/' || paths.onEngine(node) === node) {
      throw new VolumeError(`${path} is not a folder in the node's data volume`);
    }
    return node;
  };
  return {
    async make(path) {
      const folder = await resolve(path);
      await mkdir(folder, { recursive: true });
      await chmod(folder, 0o777);
    },
    remove: async (path) => rm(await resolve(path), { recursive: true, force: true }),
    empty: async (path) => removeContent(await resolve(path)),
  };
}

const nothing = async (): Promise<void> => {};

/** A simulated node has no files. */
export const simulatedHostFolders: HostFolders = { make: nothing, remove: nothing, empty: nothing };
