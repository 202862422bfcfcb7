/**
 * Writes a set of files so that they change all at once: writes a new timestamped folder, then renames `..data` to
 * point at it.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/volume/util/atomic_writer.go
 */

import { chmod, chown, mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unlessMissing } from '../../missing-file.ts';
import { giveToGroup } from './ownership.ts';

export interface FileContent {
  data: Buffer;
  mode: number;
  /** Root by default. */
  owner?: number;
}

/** File contents by relative path. */
export type Payload = ReadonlyMap<string, FileContent>;

const dataLink = '..data';

async function holds(folder: string, payload: Payload, names: readonly string[]): Promise<boolean> {
  if (names.length !== payload.size) return false;
  for (const [path, { data }] of payload) {
    const present = await unlessMissing(readFile(join(folder, path)));
    if (!present?.equals(data)) return false;
  }
  return true;
}

/** Relative paths of the files below a folder. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

const topLevel = (payload: Payload): Set<string> =>
  new Set([...payload.keys()].map((path) => path.split('/')[0] ?? path));

/**
 * Returns true if anything changed. The files, and the folders that hold them, are the group's to read if there is one
 * (fsGroup).
 */
export async function writeAtomically(folder: string, payload: Payload, now: number, group?: number): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  const current = await unlessMissing(readlink(join(folder, dataLink)));
  if (current && (await holds(join(folder, current), payload, await filesBelow(join(folder, current))))) return false;
  const fresh = `..${new Date(now)
    .toISOString()
    .replaceAll(/[-:T]/g, '_')
    .replace(/\.\d+Z$/, '')}.${process.hrtime.bigint() % 10_000_000_000n}`;
  for (const [path, { data, mode, owner }] of payload) {
    const file = join(folder, fresh, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o755 });
    await writeFile(file, data, { mode });
    await chmod(file, mode);
    if (owner !== undefined) await chown(file, owner, -1);
  }
  await mkdir(join(folder, fresh), { recursive: true });
  // As in upstream, everybody may enter the volume, whatever the umask: its files have modes of their own.
  if (current === undefined) await chmod(folder, 0o777);
  if (group !== undefined) await giveToGroup(folder, group, 'read');
  const temporary = join(folder, '..data_tmp');
  await rm(temporary, { force: true });
  await symlink(fresh, temporary);
  await rename(temporary, join(folder, dataLink));
  await linkVisible(folder, topLevel(payload));
  if (current) await rm(join(folder, current), { recursive: true, force: true });
  return true;
}

/** Creates the names that the container sees; each is a link through `..data`. */
async function linkVisible(folder: string, wanted: Set<string>): Promise<void> {
  const present = (await readdir(folder)).filter((name) => !name.startsWith('..'));
  for (const name of present) if (!wanted.has(name)) await rm(join(folder, name), { recursive: true, force: true });
  for (const name of wanted) if (!present.includes(name)) await symlink(join(dataLink, name), join(folder, name));
}
