/** Makes the volumes of a pod on the node's disk, keeps their files current, and says how a container mounts them. */
import { chmod, chown, mkdir, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { core, Pod } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import { expand } from '../pods/expansion.ts';
import type { Mount } from '../runtime/runtime.ts';
import { writeAtomically } from './atomic-writer.ts';
import { inMemory, memoryMount } from './memory-volume.ts';
import { isMissing, type Paths } from './paths.ts';
import { type PayloadDeps, payloadOf, VolumeError } from './payloads.ts';

export interface Volumes {
  /** Idempotent: makes what is missing and rewrites what changed. Throws `VolumeError`. */
  prepare(pod: Pod, deps: PayloadDeps): Promise<void>;
  mounts(pod: Pod, container: core.Container, env: ReadonlyMap<string, string>): Promise<Mount[]>;
  remove(podUid: string): Promise<void>;
  /** Removes the volumes of every pod but these. */
  retain(podUids: ReadonlySet<string>): Promise<void>;
}

const fileTypes = ['configMap', 'secret', 'downwardAPI', 'projected'] as const;
const folderNames = { configMap: 'configmap', secret: 'secret', downwardAPI: 'downward-api', projected: 'projected' };

const fsGroupOf = (pod: Pod): number | undefined => pod.spec.securityContext?.fsGroup;

/** https://kubernetes.io/docs/concepts/storage/volumes/#hostpath */
async function checkHostPath({ path, type }: core.HostPathVolumeSource, node: string): Promise<void> {
  if (type === 'DirectoryOrCreate' || !type) await mkdir(node, { recursive: true, mode: 0o755 }).catch(ignoreExisting);
  if (type === 'FileOrCreate') {
    await mkdir(dirname(node), { recursive: true });
    await writeFile(node, '', { flag: 'a', mode: 0o644 });
  }
  let found: Awaited<ReturnType<typeof stat>>;
  try {
    found = await stat(node);
  } catch (error) {
    if (isMissing(error)) throw new VolumeError(`hostPath type check failed: ${path} is not a ${wordFor(type)}`);
    throw error;
  }
  const fits =
    !type ||
    (type.startsWith('Directory') && found.isDirectory()) ||
    (type.startsWith('File') && found.isFile()) ||
    (type === 'Socket' && found.isSocket()) ||
    (type === 'CharDevice' && found.isCharacterDevice()) ||
    (type === 'BlockDevice' && found.isBlockDevice());
  if (!fits) throw new VolumeError(`hostPath type check failed: ${path} is not a ${wordFor(type)}`);
}

/** A hostPath without a type may be a file; then the folder that we would make is there as one. */
const ignoreExisting = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EEXIST' && error.code !== 'ENOTDIR' && error.code !== 'EROFS') throw error;
};

const typeWords: Record<string, string> = {
  CharDevice: 'character device',
  BlockDevice: 'block device',
  Socket: 'socket file',
};
const wordFor = (type: string | undefined): string =>
  typeWords[type ?? ''] ?? (type?.startsWith('File') ? 'file' : 'directory');

const knownSource = (volume: core.Volume): boolean =>
  volume.emptyDir !== undefined ||
  volume.hostPath !== undefined ||
  fileTypes.some((type) => volume[type] !== undefined);

const unsupported = (source: string): string =>
  `volumes of type ${source} are not supported: use ${['emptyDir', 'hostPath', ...fileTypes].join(', ')}`;

/**
 * The path below the volume, made where it is missing. A container may have put a link there that points out of the volume
 * (CVE-2017-1002101), so every step is resolved and checked before the next one is made.
 */
async function withinVolume(root: string, subPath: string): Promise<string> {
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

export interface VolumesOptions {
  paths: Paths;
  clock: Clock;
}

export function createVolumes({ paths, clock }: VolumesOptions): Volumes {
  const folderOf = (pod: Pod, volume: core.Volume): string => {
    const type = fileTypes.find((name) => volume[name] !== undefined);
    return paths.volume(pod.metadata.uid, type ? folderNames[type] : 'empty-dir', volume.name);
  };

  const prepareOne = async (pod: Pod, volume: core.Volume, deps: PayloadDeps): Promise<void> => {
    if (volume.hostPath) {
      await checkHostPath(volume.hostPath, paths.hostPath(volume.hostPath.path).node);
      return;
    }
    // A source that is left out is an emptyDir.
    if (volume.emptyDir || !knownSource(volume)) {
      if (inMemory(volume)) return;
      const source = Object.keys(volume).find((key) => key !== 'name' && key !== 'emptyDir');
      if (!volume.emptyDir && source) throw new VolumeError(unsupported(source));
      const medium = volume.emptyDir?.medium;
      if (medium) throw new VolumeError(`unknown storage medium "${medium}"`);
      await makeEmptyDir(folderOf(pod, volume), fsGroupOf(pod));
      return;
    }
    const files = await payloadOf(pod, volume, deps);
    if (files) await writeAtomically(folderOf(pod, volume), files, clock.now(), fsGroupOf(pod));
  };

  const setUp = async (pod: Pod, volume: core.Volume, deps: PayloadDeps): Promise<void> => {
    try {
      await prepareOne(pod, volume, deps);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new VolumeError(`MountVolume.SetUp failed for volume "${volume.name}" : ${why}`, { cause: error });
    }
  };

  const sourceOf = async (pod: Pod, volume: core.Volume, subPath: string): Promise<string> => {
    const hostPath = volume.hostPath ? paths.hostPath(volume.hostPath.path) : undefined;
    const root = hostPath?.node ?? folderOf(pod, volume);
    if (!subPath) return hostPath?.engine ?? paths.onEngine(root);
    return paths.onEngine(await withinVolume(root, subPath));
  };

  return {
    async prepare(pod, deps) {
      await Promise.all((pod.spec.volumes ?? []).map((volume) => setUp(pod, volume, deps)));
    },
    mounts: (pod, container, env) =>
      Promise.all(
        (container.volumeMounts ?? []).map(async (mount): Promise<Mount> => {
          const volume = pod.spec.volumes?.find(({ name }) => name === mount.name);
          if (!volume)
            throw new VolumeError(`cannot find volume "${mount.name}" to mount into container "${container.name}"`);
          const common = { target: mount.mountPath, readOnly: mount.readOnly ?? false };
          const subPath = mount.subPathExpr ? expand(mount.subPathExpr, env) : (mount.subPath ?? '');
          if (inMemory(volume)) {
            if (subPath) throw new VolumeError(`subPath of the memory volume "${volume.name}" is not supported`);
            return memoryMount(pod, volume, common.target, common.readOnly);
          }
          return { ...common, source: await sourceOf(pod, volume, subPath), ...propagationOf(mount) };
        }),
      ),
    remove: (uid) => rm(paths.pod(uid), { recursive: true, force: true }),
    async retain(uids) {
      let present: string[];
      try {
        present = await readdir(paths.podsFolder);
      } catch (error) {
        if (isMissing(error)) return;
        throw error;
      }
      const orphans = present.filter((uid) => !uids.has(uid));
      await Promise.all(orphans.map((uid) => rm(paths.pod(uid), { recursive: true, force: true })));
    },
  };
}

const propagations = { HostToContainer: 'rslave', Bidirectional: 'rshared' } as const;

function propagationOf({ mountPropagation }: core.VolumeMount): Pick<Mount, 'propagation'> {
  const known = propagations[mountPropagation as keyof typeof propagations];
  return known ? { propagation: known } : {};
}

/** World-writable, as upstream makes it; with an fsGroup, owned by that group, which new files inherit. */
async function makeEmptyDir(folder: string, group: number | undefined): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, group === undefined ? 0o777 : 0o2777);
  if (group !== undefined) await chown(folder, -1, group);
}
