/**
 * The content of images that pods mount as volumes: one folder per image on this node, which the pods share. A pod's
 * folder holds a link to it, so that an agent that starts again mounts the same.
 */
import { mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { unlessMissing } from '../../missing-file.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Paths } from './paths.ts';

/** The last part of upstream's plugin name. */
export const imageFolder = 'image';

export interface ImageContent {
  /** Unpacks the image, unless the node has it, and makes it the pod's volume. */
  take(podUid: string, volume: string, imageId: string, signal: AbortSignal): Promise<void>;
  /** Removes the content of images that none of these pods mounts. */
  retain(podUids: readonly string[]): Promise<void>;
}

export interface ImageContentOptions {
  paths: Paths;
  dataFolder: string;
  runtime: Pick<Runtime, 'exportImage'>;
}

const namesIn = async (folder: string): Promise<string[]> => (await unlessMissing(readdir(folder))) ?? [];

export function createImageContent({ paths, dataFolder, runtime }: ImageContentOptions): ImageContent {
  const folder = join(dataFolder, 'images', 'content');
  const folderOf = (imageId: string): string => join(folder, imageId.replace(/^sha256:/, ''));
  const unpacking = new Map<string, Promise<void>>();
  /** Content that is being taken, which `retain` keeps although no pod has a link to it yet. */
  const taking = new Map<string, number>();

  const unpack = async (imageId: string, signal: AbortSignal): Promise<void> => {
    const done = folderOf(imageId);
    if ((await namesIn(folder)).includes(basename(done))) return;
    const { scratchOf, unpackImage } = await import('./unpack.ts');
    const unfinished = `${done}~new`;
    const scratch = scratchOf(unfinished);
    try {
      await Promise.all([unfinished, scratch].map((path) => rm(path, { recursive: true, force: true })));
      await mkdir(unfinished, { recursive: true });
      await unpackImage(runtime.exportImage(imageId, signal), unfinished, scratch);
      await rename(unfinished, done);
    } finally {
      await Promise.all([unfinished, scratch].map((path) => rm(path, { recursive: true, force: true })));
    }
  };
  /** Pods that need the same image wait for one unpacking. */
  const once = (imageId: string, signal: AbortSignal): Promise<void> => {
    const running = unpacking.get(imageId) ?? unpack(imageId, signal).finally(() => unpacking.delete(imageId));
    unpacking.set(imageId, running);
    return running;
  };
  const linksOf = async (podUid: string): Promise<string[]> => {
    const volumes = dirname(paths.volume(podUid, imageFolder, 'any'));
    return Promise.all((await namesIn(volumes)).map((name) => readlink(join(volumes, name))));
  };

  return {
    async take(podUid, volume, imageId, signal) {
      taking.set(imageId, (taking.get(imageId) ?? 0) + 1);
      try {
        await once(imageId, signal);
        const path = paths.volume(podUid, imageFolder, volume);
        await mkdir(dirname(path), { recursive: true });
        await rm(`${path}~new`, { force: true });
        await symlink(folderOf(imageId), `${path}~new`);
        await rename(`${path}~new`, path);
      } finally {
        const left = (taking.get(imageId) ?? 1) - 1;
        if (left > 0) taking.set(imageId, left);
        else taking.delete(imageId);
      }
    },
    async retain(podUids) {
      const used = new Set((await Promise.all(podUids.map(linksOf))).flat().map((path) => basename(path)));
      for (const imageId of taking.keys()) used.add(basename(folderOf(imageId)));
      const unused = (await namesIn(folder)).filter((name) => !used.has(name.replace(/~.*$/, '')));
      await Promise.all(unused.map((name) => rm(join(folder, name), { recursive: true, force: true })));
    },
  };
}

/** Simulated pods mount nothing. */
export const noImageContent: ImageContent = { take: async () => {}, retain: async () => {} };
