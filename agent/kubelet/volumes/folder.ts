/** Volumes that are a folder below the node's data folder. */
import type { Mount } from '../runtime/runtime.ts';
import { withinVolume } from './sub-path.ts';
import type { MountRequest, VolumePlace } from './types/type.ts';

/** `type` is the last part of upstream's plugin name, e.g. `empty-dir`. */
export async function folderMount(
  { pod, name, paths }: VolumePlace,
  type: string,
  { target, readOnly, subPath }: MountRequest,
): Promise<Mount> {
  const root = paths.volume(pod.metadata.uid, type, name);
  return { source: paths.onEngine(subPath ? await withinVolume(root, subPath) : root), target, readOnly };
}
