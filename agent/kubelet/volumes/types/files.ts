/**
 * Volumes whose files come from the API. A source of files is a volume by itself, or one part of a projected volume.
 */
import type { core, Pod } from '../../../api/types.ts';
import type { ObjectKey } from '../../sources/objects.ts';
import { type FileContent, writeAtomically } from '../atomic-writer.ts';
import { folderMount } from '../folder.ts';
import { fsGroupOf } from '../ownership.ts';
import { VolumeError } from '../volume-error.ts';
import { type VolumeInputs, type VolumeType, volumeType } from './type.ts';

/** File contents by relative path. */
export type Files = Map<string, FileContent>;

export interface FileSource<Source> {
  references(source: Source, pod: Pod): ObjectKey[];
  /** `mode` applies to files that set none of their own. Throws `VolumeError`. */
  files(source: Source, mode: number, pod: Pod, inputs: VolumeInputs): Promise<Files>;
}

/** `folder` is the last part of upstream's plugin name: `kubernetes.io~configmap`. */
export function fileVolume<N extends 'configMap' | 'secret' | 'downwardAPI' | 'projected'>(
  name: N,
  folder: string,
  source: FileSource<NonNullable<core.Volume[N]>>,
): VolumeType {
  return volumeType<N>(name, {
    references: source.references,
    async read(given, pod, inputs) {
      const files = await source.files(given, given.defaultMode ?? 0o644, pod, inputs);
      return async ({ paths, name: volume, now }) => {
        await writeAtomically(paths.volume(pod.metadata.uid, folder, volume), files, now(), fsGroupOf(pod));
      };
    },
    // The files show the API's objects, so a container may never change them, whatever its mount says.
    mount: (_source, place, request) => folderMount(place, folder, { ...request, readOnly: true }),
  });
}

/** Selects the keys that `items` names, or all keys. `what` is upstream's word for the kind of object. */
export function selectFiles(
  data: ReadonlyMap<string, Buffer>,
  { items = [], optional = false }: { items?: core.KeyToPath[]; optional?: boolean },
  defaultMode: number,
  what: string,
): Files {
  if (items.length === 0)
    return new Map([...data].map(([path, content]) => [path, { data: content, mode: defaultMode }]));
  const files: Files = new Map();
  for (const { key, path, mode } of items) {
    const content = data.get(key);
    if (content) files.set(path, { data: content, mode: mode ?? defaultMode });
    else if (!optional) throw new VolumeError(`${what} references non-existent ${what} key: ${key}`);
  }
  return files;
}
