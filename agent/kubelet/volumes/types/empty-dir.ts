/**
 * A folder that lives as long as its pod, on the node's disk or in memory.
 * https://kubernetes.io/docs/concepts/storage/volumes/#emptydir
 */
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename } from 'node:fs/promises';
import { podAmounts } from '../../../api/pods.ts';
import { quantityValue } from '../../../api/quantity.ts';
import type { core, Pod } from '../../../api/types.ts';
import type { Mount } from '../../runtime/runtime.ts';
import { folderMount } from '../folder.ts';
import { fsGroupOf, giveToGroup } from '../ownership.ts';
import type { Paths } from '../paths.ts';
import { VolumeError } from '../volume-error.ts';
import { type SetUp, type VolumeRules, volumeType } from './type.ts';

const folder = 'empty-dir';

const folderOf = (paths: Paths, { metadata }: Pod, name: string): string => paths.volume(metadata.uid, folder, name);

/** The folders of a pod's volumes on disk, by name. */
export const emptyDirFolders = (paths: Paths, pod: Pod): Map<string, string> =>
  new Map(
    (pod.spec.volumes ?? []).flatMap(({ name, emptyDir: source }) =>
      source && !source.medium ? [[name, folderOf(paths, pod, name)]] : [],
    ),
  );

/**
 * Like upstream, creates a world-writable folder, which is the pod's group's if it has one. What the containers make of
 * it later stays as it is, so the finished folder gets its name last.
 */
const makeFolder: SetUp = async ({ pod, name, paths }) => {
  const path = folderOf(paths, pod, name);
  if (existsSync(path)) return;
  const unfinished = `${path}~new`;
  const group = fsGroupOf(pod);
  await mkdir(unfinished, { recursive: true });
  await chmod(unfinished, 0o777);
  if (group !== undefined) await giveToGroup(unfinished, group, 'write');
  await rename(unfinished, path);
};

const disk: VolumeRules<core.EmptyDirVolumeSource> = {
  read: async () => makeFolder,
  mount: (_source, place, request) => folderMount(place, folder, request),
};

/** In bytes; infinity if a container has no limit. */
function memoryLimitOf({ spec }: Pod): number {
  const hasLimit =
    spec.resources?.limits?.memory || spec.containers.every(({ resources }) => resources?.limits?.memory);
  return (hasLimit && quantityValue(podAmounts({ spec }, 'limits').memory)) || Number.POSITIVE_INFINITY;
}

/**
 * A tmpfs volume of the engine, shared by the pod's containers. It is never larger than the memory that they may use.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/volume/emptydir/empty_dir.go
 * (calculateEmptyDirMemorySize)
 */
function tmpfs({ sizeLimit }: core.EmptyDirVolumeSource, pod: Pod, name: string): Pick<Mount, 'source' | 'tmpfs'> {
  const group = fsGroupOf(pod);
  const size = Math.min(quantityValue(sizeLimit) || Number.POSITIVE_INFINITY, memoryLimitOf(pod));
  return {
    source: `skiff-${pod.metadata.uid}-${name}`,
    tmpfs: { ...(Number.isFinite(size) ? { size } : {}), ...(group === undefined ? {} : { group }) },
  };
}

const memory: VolumeRules<core.EmptyDirVolumeSource> = {
  read: async () => async () => {},
  async mount(source, { pod, name }, { target, readOnly, subPath }) {
    if (subPath) throw new VolumeError(`subPath of the memory volume "${name}" is not supported`);
    return { ...tmpfs(source, pod, name), target, readOnly };
  },
  /** The sandbox mounts the tmpfs for the pod's life, because the engine discards a tmpfs that no container mounts. */
  sandboxMount: (source, pod, name) => ({ ...tmpfs(source, pod, name), target: `/volumes/${name}`, readOnly: false }),
};

const unknownMedium = (medium: string): VolumeRules<core.EmptyDirVolumeSource> => ({
  ...disk,
  read: async () => async () => {
    throw new VolumeError(`unknown storage medium "${medium}"`);
  },
});

const media = new Map([
  ['', disk],
  ['Memory', memory],
]);
const rulesOf = ({ medium = '' }: core.EmptyDirVolumeSource) => media.get(medium) ?? unknownMedium(medium);

export const emptyDir = volumeType('emptyDir', {
  read: (source, pod, inputs, name) => rulesOf(source).read(source, pod, inputs, name),
  mount: (source, place, request) => rulesOf(source).mount(source, place, request),
  sandboxMount: (source, pod, name) => rulesOf(source).sandboxMount?.(source, pod, name),
});
