/** Makes the volumes of a pod on the node's disk, updates their files, and describes how a container mounts them. */

import { readdir, rm } from 'node:fs/promises';
import { messageOf } from '../../api/errors.ts';
import type { core, Pod } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import { unlessMissing } from '../../missing-file.ts';
import { eachLimited } from '../limits/each-limited.ts';
import type { Mount } from '../runtime/runtime.ts';
import type { ObjectKey } from '../sources/objects.ts';
import { expand, referencesIn } from '../spec/expansion.ts';
import { folderSize } from './folder-size.ts';
import { createHostFolders, type HostFolders } from './host-folders.ts';
import type { Paths } from './paths.ts';
import { emptyDirFolders } from './types/empty-dir.ts';
import { noPlugin, type TypedVolume, typedVolume } from './types/table.ts';
import type { MountRequest, VolumeInputs, VolumePlace } from './types/type.ts';
import { VolumeError } from './volume-error.ts';

export interface Volumes {
  /** The objects whose changes the volumes of the pod show. */
  references(pod: Pod): ObjectKey[];
  /** Idempotent: creates what is missing and rewrites what changed. Throws `VolumeError`. */
  prepare(pod: Pod, inputs: VolumeInputs): Promise<void>;
  /** Throws `VolumeError`. */
  mounts(pod: Pod, container: core.Container, env: ReadonlyMap<string, string>): Promise<Mount[]>;
  /** Mounts that must last for as long as the pod lives. */
  sandboxMounts(pod: Pod): Mount[];
  /** Bytes on the node's disk, by volume. */
  emptyDirUsage(pod: Pod): Promise<ReadonlyMap<string, number>>;
  remove(podUid: string): Promise<void>;
  /** Removes the volumes of all pods except these. */
  retain(podUids: ReadonlySet<string>): Promise<void>;
  /** The folders of persistent volumes. They outlive pods. */
  folders: HostFolders;
}

export interface VolumesOptions {
  paths: Paths;
  clock: Clock;
}

const volumesOf = (pod: Pod): core.Volume[] => pod.spec.volumes ?? [];

/** Cached by spec, because specs are shared and never modified: each is indexed once, however many containers ask. */
const indices = new WeakMap<core.PodSpec, ReadonlyMap<string, core.Volume>>();

function volumesByName(pod: Pod): ReadonlyMap<string, core.Volume> {
  const known = indices.get(pod.spec) ?? new Map(volumesOf(pod).map((volume) => [volume.name, volume]));
  indices.set(pod.spec, known);
  return known;
}

const typedVolumesOf = (pod: Pod): TypedVolume[] => volumesOf(pod).flatMap((volume) => typedVolume(volume) ?? []);

const referencesOf = (pod: Pod): ObjectKey[] =>
  typedVolumesOf(pod)
    .flatMap(({ type, volume }) => type.references(volume, pod))
    .filter(({ name }) => name !== '');

/** How many volumes of one pod are made at a time; each reads from the API and writes to the disk. */
export const setUpsAtOnce = 16;

async function setUp(volume: core.Volume, place: VolumePlace, inputs: VolumeInputs): Promise<void> {
  const typed = typedVolume(volume);
  if (!typed) throw noPlugin(volume);
  try {
    const make = await typed.type.read(typed.volume, place.pod, inputs);
    await make(place);
  } catch (error) {
    const why = messageOf(error);
    throw new VolumeError(`MountVolume.SetUp failed for volume "${volume.name}" : ${why}`, { cause: error });
  }
}

const propagations = { HostToContainer: 'rslave', Bidirectional: 'rshared' } as const;

function propagationOf({ mountPropagation }: core.VolumeMount, { tmpfs }: Mount): Pick<Mount, 'propagation'> {
  const known = propagations[mountPropagation as keyof typeof propagations];
  return known && !tmpfs ? { propagation: known } : {};
}

/** Throws `VolumeError` if a variable has no value. Source: pkg/kubelet/container (ExpandContainerVolumeMounts) */
function expandSubPath(expression: string, env: ReadonlyMap<string, string>): string {
  const missing = referencesIn(expression).filter((name) => !env.get(name));
  if (missing.length > 0) throw new VolumeError(`missing value for ${[...new Set(missing)].sort().join(', ')}`);
  return expand(expression, env);
}

/**
 * Variables may make a path of anything, so it is checked here and not by the API. Throws `VolumeError`.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kubelet_pods.go (makeMounts)
 */
function requestOf(mount: core.VolumeMount, env: ReadonlyMap<string, string>): MountRequest {
  const subPath = mount.subPathExpr ? expandSubPath(mount.subPathExpr, env) : (mount.subPath ?? '');
  if (subPath.startsWith('/')) throw new VolumeError(`error SubPath \`${subPath}\` must not be an absolute path`);
  if (subPath.split('/').includes('..')) {
    throw new VolumeError(`unable to provision SubPath \`${subPath}\`: must not contain '..'`);
  }
  return { target: mount.mountPath, readOnly: mount.readOnly ?? false, subPath };
}

export function createVolumes({ paths, clock }: VolumesOptions): Volumes {
  const placeOf = (pod: Pod, name: string): VolumePlace => ({ pod, name, paths, now: clock.now });
  const removeFolder = (uid: string) => rm(paths.pod(uid), { recursive: true, force: true });

  return {
    references: referencesOf,
    async prepare(pod, inputs) {
      await eachLimited(volumesOf(pod), setUpsAtOnce, (volume) => setUp(volume, placeOf(pod, volume.name), inputs));
    },
    mounts(pod, container, env) {
      const byName = volumesByName(pod);
      const mountOf = async (mount: core.VolumeMount): Promise<Mount> => {
        const volume = byName.get(mount.name);
        if (!volume) {
          throw new VolumeError(`cannot find volume "${mount.name}" to mount into container "${container.name}"`);
        }
        const typed = typedVolume(volume);
        if (!typed) throw noPlugin(volume);
        const made = await typed.type.mount(typed.volume, placeOf(pod, volume.name), requestOf(mount, env));
        return { ...made, ...propagationOf(mount, made) };
      };
      return Promise.all((container.volumeMounts ?? []).map(mountOf));
    },
    sandboxMounts: (pod) => typedVolumesOf(pod).flatMap(({ type, volume }) => type.sandboxMount(volume, pod) ?? []),
    async emptyDirUsage(pod) {
      const usage = new Map<string, number>();
      for (const [name, path] of emptyDirFolders(paths, pod)) usage.set(name, await folderSize(path));
      return usage;
    },
    remove: removeFolder,
    async retain(uids) {
      const orphans = ((await unlessMissing(readdir(paths.podsFolder))) ?? []).filter((uid) => !uids.has(uid));
      await Promise.all(orphans.map(removeFolder));
    },
    folders: createHostFolders(paths),
  };
}
