/**
 * The content of an image, read-only. The image is pulled before the container that mounts it starts, so that a failed
 * pull is the container's; this is only its mount.
 * https://kubernetes.io/docs/tasks/configure-pod-container/image-volumes/
 */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../../api/errors.ts';
import { imageFolder } from '../image-content.ts';
import { VolumeError } from '../volume-error.ts';
import { volumeType } from './type.ts';

/** All pods share the content, so nothing is created in it: a path that the image does not have is an error. */
async function existingWithin(root: string, subPath: string): Promise<string> {
  let path: string;
  try {
    path = await realpath(join(root, subPath));
  } catch (error) {
    throw new VolumeError(`subPath "${subPath}" is not in the image: ${messageOf(error)}`, { cause: error });
  }
  if (!path.startsWith(`${root}/`)) throw new VolumeError(`subPath "${subPath}" must not leave the volume`);
  return path;
}

export const image = volumeType('image', {
  read: async () => async () => {},
  async mount(_source, { pod, name, paths }, { target, subPath }) {
    const root = await realpath(paths.volume(pod.metadata.uid, imageFolder, name));
    const path = subPath ? await existingWithin(root, subPath) : root;
    return { source: paths.onEngine(path), target, readOnly: true };
  },
});
