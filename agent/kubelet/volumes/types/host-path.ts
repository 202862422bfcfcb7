/** A path of the node's own file system. https://kubernetes.io/docs/concepts/storage/volumes/#hostpath */
import type { Stats } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { core } from '../../../api/types.ts';
import { unlessMissing } from '../../../missing-file.ts';
import { ignoreExisting, withinVolume } from '../sub-path.ts';
import { VolumeError } from '../volume-error.ts';
import { volumeType } from './type.ts';

interface PathType {
  /** Upstream's word in the message for the expected file type. */
  word: string;
  make?(path: string): Promise<void>;
  fits(found: Stats): boolean;
}

const makeFolder = async (path: string): Promise<void> =>
  void (await mkdir(path, { recursive: true, mode: 0o755 }).catch(ignoreExisting));

const makeFile = async (path: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '', { flag: 'a', mode: 0o644 });
};

const pathTypes = new Map<string, PathType>([
  // The path may be a file; then no folder is created.
  ['', { word: 'directory', make: makeFolder, fits: () => true }],
  ['DirectoryOrCreate', { word: 'directory', make: makeFolder, fits: (found) => found.isDirectory() }],
  ['Directory', { word: 'directory', fits: (found) => found.isDirectory() }],
  ['FileOrCreate', { word: 'file', make: makeFile, fits: (found) => found.isFile() }],
  ['File', { word: 'file', fits: (found) => found.isFile() }],
  ['Socket', { word: 'socket file', fits: (found) => found.isSocket() }],
  ['CharDevice', { word: 'character device', fits: (found) => found.isCharacterDevice() }],
  ['BlockDevice', { word: 'block device', fits: (found) => found.isBlockDevice() }],
]);

/** Throws `VolumeError` if the path has another type than the volume asks for. */
export async function checkHostPath({ path, type = '' }: core.HostPathVolumeSource, node: string): Promise<void> {
  const wanted = pathTypes.get(type);
  if (!wanted) throw new VolumeError(`hostPath type check failed: ${path} has the unknown type ${type}`);
  await wanted.make?.(node);
  const found = await unlessMissing(stat(node));
  if (!found || !wanted.fits(found))
    throw new VolumeError(`hostPath type check failed: ${path} is not a ${wanted.word}`);
}

export const hostPath = volumeType('hostPath', {
  read:
    async (source) =>
    async ({ paths }) =>
      checkHostPath(source, (await paths.hostPath(source.path)).node),
  async mount({ path }, { paths }, { target, readOnly, subPath }) {
    const { node, engine } = await paths.hostPath(path);
    const inside = subPath ? await withinVolume(node, subPath) : undefined;
    const onEngine = (place: string) => (node === '/' ? join(engine, place) : paths.onEngine(place));
    return { source: inside === undefined ? engine : onEngine(inside), target, readOnly };
  },
});
