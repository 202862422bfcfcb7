/**
 * The sources of persistent volumes that this kubelet supports. A new source is one entry in the table. Each is a path
 * of the node.
 */
import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import type { core, PersistentVolume } from '../../../api/types.ts';
import { isMissing } from '../../../missing-file.ts';
import type { Paths } from '../paths.ts';
import { VolumeError } from '../volume-error.ts';
import { checkHostPath } from './host-path.ts';

/** What the node does for a volume before a container mounts it. */
export interface PersistentSource {
  /** As the volume names it. */
  path: string;
  /** Whether the pod's group gets the files: upstream leaves a hostPath as it is. */
  belongsToGroup: boolean;
  /** Throws `VolumeError`. */
  check(paths: Paths): Promise<void>;
}

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/volume/local/local.go (NewMounter) */
async function checkLocal(volume: string, path: string, node: string): Promise<void> {
  let found: Stats | undefined;
  try {
    found = await lstat(node);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  if (!found) {
    throw new VolumeError(
      `MountVolume.NewMounter initialization failed for volume "${volume}" : path "${path}" does not exist`,
    );
  }
}

type SourceOf = (spec: core.PersistentVolumeSpec, name: string) => PersistentSource | undefined;

const sources: Readonly<Record<string, SourceOf>> = {
  hostPath: ({ hostPath }) =>
    hostPath && {
      path: hostPath.path,
      belongsToGroup: false,
      check: async (paths) => checkHostPath(hostPath, (await paths.hostPath(hostPath.path)).node),
    },
  local: ({ local }, name) =>
    local && {
      path: local.path,
      belongsToGroup: true,
      check: async (paths) => checkLocal(name, local.path, (await paths.hostPath(local.path)).node),
    },
};

/** Throws `VolumeError` for a volume of any other source, or of blocks. */
export function sourceOf({ metadata: { name }, spec }: PersistentVolume): PersistentSource {
  if (spec.volumeMode === 'Block')
    throw new VolumeError(`volume "${name}" has volumeMode Block, which is not supported`);
  for (const read of Object.values(sources)) {
    const source = read(spec, name);
    if (source) return source;
  }
  throw new VolumeError(
    `failed to get Plugin from volumeSpec for volume "${name}" err=no volume plugin matched: persistent volumes of ` +
      `type ${Object.keys(sources).join(' and ')} are supported`,
  );
}
