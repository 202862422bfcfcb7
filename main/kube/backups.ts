/**
 * The last few versions of each kubeconfig file from before Skiff's writes, named after the file's path and the time.
 */
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { exists, followLinks } from './files.ts';

const kept = 5;

export class Backups {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Copies the file as it is now, and removes the oldest copies. */
  async keep(file: string): Promise<void> {
    const real = await followLinks(file);
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const { mtime } = await stat(real);
    const copy = join(this.folder, `${prefixOf(real)}${mtime.toISOString().replaceAll(':', '')}`);
    await copyFile(real, copy);
    await chmod(copy, 0o600);
    for (const old of (await this.copiesOf(real)).slice(0, -kept)) await rm(old, { force: true });
  }

  /** Removes the copies of a file for which `mayGo` returns true. */
  async forget(file: string, mayGo: (text: string) => boolean): Promise<void> {
    for (const copy of await this.copiesOf(await followLinks(file))) {
      if (mayGo(await readFile(copy, 'utf8'))) await rm(copy, { force: true });
    }
  }

  /** Records that Skiff created the file, so that it may go with the last of Skiff's entries. */
  async noteCreated(file: string): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await writeFile(await this.noteOf(file), '', { mode: 0o600 });
  }

  async wasCreated(file: string): Promise<boolean> {
    return exists(await this.noteOf(file));
  }

  async forgetCreated(file: string): Promise<void> {
    await rm(await this.noteOf(file), { force: true });
  }

  private async noteOf(file: string): Promise<string> {
    return join(this.folder, `created-${prefixOf(await followLinks(file))}`);
  }

  /** Oldest first. */
  private async copiesOf(real: string): Promise<string[]> {
    const prefix = prefixOf(real);
    const names = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    return names
      .filter((name) => name.startsWith(prefix))
      .sort()
      .map((name) => join(this.folder, name));
  }
}

const prefixOf = (real: string): string =>
  `${basename(real)}-${createHash('sha256').update(real).digest('hex').slice(0, 8)}-`;
