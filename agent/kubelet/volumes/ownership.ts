/**
 * Gives the files of a volume to the group of a pod (`fsGroup`). Every type of volume uses these rules.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/volume/volume_linux.go
 */
import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from '../../api/types.ts';
import { isMissing } from '../../missing-file.ts';

export const fsGroupOf = (pod: Pod): number | undefined => pod.spec.securityContext?.fsGroup;

/** What the group may do with a file: `read` for volumes that no container may change. */
export type GroupAccess = 'read' | 'write';

const accessBits: Readonly<Record<GroupAccess, number>> = { read: 0o440, write: 0o660 };
/** The group may enter a folder, and what is made there belongs to the group too. */
const folderBits = 0o2110;
const permissionBits = 0o7777;

/** The mode of a file or folder once its group has access. It is only widened. Pure. */
export const modeForGroup = (mode: number, what: 'file' | 'folder', access: GroupAccess): number =>
  (mode & permissionBits) | accessBits[access] | (what === 'folder' ? folderBits : 0);

/**
 * Gives a file, or a folder with all that is in it, to the group. Links keep their mode and are not followed. A file
 * that vanishes meanwhile is left out.
 */
export async function giveToGroup(path: string, group: number, access: GroupAccess): Promise<void> {
  try {
    const info = await lstat(path);
    await lchown(path, info.uid, group);
    if (info.isSymbolicLink()) return;
    await chmod(path, modeForGroup(info.mode, info.isDirectory() ? 'folder' : 'file', access));
    if (!info.isDirectory()) return;
    for (const name of await readdir(path)) await giveToGroup(join(path, name), group, access);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
