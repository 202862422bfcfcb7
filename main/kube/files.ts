/**
 * Which files make up the kubeconfig, and how one of them is replaced without ever being half written.
 * https://github.com/kubernetes/client-go/blob/master/tools/clientcmd/config.go
 */
import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { access, type FileHandle, lstat, mkdir, open, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { codeOf, tryLock } from '../lock-file.ts';
import { locked, mounted, noSpace, notAFile, readOnly, unparsable, unreadable } from './errors.ts';

/** Milliseconds. client-go holds its own lock for a few of them; a lock that stays this long was left behind. */
const lockPatience = 5000;

const isRefusal = (error: unknown): boolean => ['EACCES', 'EROFS', 'EPERM'].includes(codeOf(error));

/** Translates errors of the file system into `KubeconfigError`; other errors stay as they are. */
function translated(file: string, error: unknown): unknown {
  if (['ENOSPC', 'EDQUOT'].includes(codeOf(error))) return noSpace(file, error);
  return isRefusal(error) ? readOnly(file, error) : error;
}

const ifMissing =
  <T>(value: T) =>
  (error: unknown): T => {
    if (codeOf(error) === 'ENOENT') return value;
    throw error;
  };

/** In the order in which they are read: the first file that sets a value wins. */
export function kubeconfigFiles(env: NodeJS.ProcessEnv, home: string, separator: string = delimiter): string[] {
  const named = (env.KUBECONFIG ?? '').split(separator).filter(Boolean);
  return named.length ? [...new Set(named)] : [join(home, '.kube', 'config')];
}

/** Where new entries go: the first file that exists, else the last one in the list. */
export async function defaultFile(files: string[]): Promise<string> {
  for (const file of files) {
    if (await stat(file).then(() => true, ifMissing(false))) return file;
  }
  return files.at(-1) ?? '';
}

/** Empty if the file does not exist. Throws if it holds bytes that would be lost when it is written again. */
export async function readText(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file).catch(ifMissing(new Uint8Array()));
  } catch (error) {
    throw unreadable(file, error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (codeOf(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw unparsable(file, 'it is not UTF-8');
    throw error;
  }
}

/** True for a symbolic link too, whether its target exists or not. */
export const exists = (file: string): Promise<boolean> => lstat(file).then(() => true, ifMissing(false));

/** Follows symbolic links; the file at the end need not exist. */
export async function followLinks(file: string): Promise<string> {
  let path = resolve(file);
  for (let hops = 0; hops < 40; hops++) {
    const info = await lstat(path).catch(ifMissing(undefined));
    if (!info?.isSymbolicLink()) return path;
    path = resolve(dirname(path), await readlink(path));
  }
  throw readOnly(file, new Error('too many symbolic links'));
}

/** client-go's own locks are empty files. A lock that one of our processes left behind is taken over. */
async function acquire(file: string): Promise<() => Promise<void>> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o750 });
    const attempt = await tryLock(`${file}.lock`, { patience: lockPatience });
    if (attempt.held) return attempt.release;
    throw locked(file, attempt.holder);
  } catch (error) {
    throw translated(file, error);
  }
}

/** Runs `run` under the locks that client-go takes, in the same sorted order. */
export async function withLocks<T>(files: string[], run: () => Promise<T>): Promise<T> {
  const release: (() => Promise<void>)[] = [];
  try {
    for (const file of [...files].sort()) release.push(await acquire(file));
    return await run();
  } finally {
    for (const unlock of release.reverse()) await unlock();
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

async function fill(handle: FileHandle, text: string, mode: number, owner?: { uid: number; gid: number }) {
  try {
    await handle.writeFile(text);
    await handle.chmod(mode);
    if (owner && process.getuid?.() === 0) await handle.chown(owner.uid, owner.gid);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Root may write any file; but a person who removed the write bits did so on purpose. */
function mayReplace(file: string, before: Stats | undefined): void {
  if (before && !before.isFile()) throw notAFile(file);
  if (before && (before.mode & 0o222) === 0) throw readOnly(file);
}

/** Throws what `replaceFile` would throw. Call it before much work is done. */
export async function checkWritable(file: string): Promise<void> {
  const target = await followLinks(file);
  mayReplace(file, await stat(target).catch(ifMissing(undefined)));
  for (const path of new Set([dirname(resolve(file)), dirname(target)])) await checkFolder(file, path);
}

/** A missing folder will be created in the nearest parent that exists. */
async function checkFolder(file: string, folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && dirname(folder) !== folder) return checkFolder(file, dirname(folder));
    throw readOnly(file, error);
  }
}

/** Resolves false and removes nothing if the content is no longer `expected`. */
export async function removeFile(file: string, expected: string): Promise<boolean> {
  if ((await readText(file)) !== expected) return false;
  await rm(file, { force: true });
  return true;
}

/**
 * Replaces the content by renaming a complete file over it, keeping mode and owner (0600 for a new one).
 * Resolves false and writes nothing if the content is no longer `expected`.
 */
export async function replaceFile(file: string, expected: string, text: string): Promise<boolean> {
  const target = await followLinks(file);
  const folder = dirname(target);
  const before = await stat(target).catch(ifMissing(undefined));
  mayReplace(file, before);
  const temporary = join(folder, `.skiff-${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o750 });
    await fill(await open(temporary, 'wx', 0o600), text, before ? before.mode & 0o777 : 0o600, before);
    if ((await readText(target)) !== expected) return false;
    await rename(temporary, target);
    await syncFolder(folder);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EBUSY') throw mounted(file, error);
    throw translated(file, error);
  } finally {
    await rm(temporary, { force: true });
  }
}
