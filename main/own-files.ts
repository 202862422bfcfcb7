/** Small files that are Skiff's own: they are there whole or not at all, and one that is damaged says which it is. */

import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../agent/api/errors.ts';
import { codeOf } from './lock-file.ts';

/** It does not parse, e.g. since the disk was full when another program copied it. */
export class DamagedFile extends Error {
  readonly file: string;

  constructor(file: string, cause: unknown) {
    super(`${file} is damaged: ${messageOf(cause)}`, { cause });
    this.name = 'DamagedFile';
    this.file = file;
  }
}

/** Undefined where the file is not there. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Undefined where the file is not there; throws `DamagedFile`. Nobody but Skiff writes it, so that its shape is known. */
export async function readJsonIfThere<T>(file: string): Promise<T | undefined> {
  const text = await readIfThere(file);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch (error) {
    throw new DamagedFile(file, error);
  }
}

/** For its owner only, in a folder that is made for it; on the disk when this resolves. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    await handle
      .writeFile(text)
      .then(() => handle.sync())
      .finally(() => handle.close());
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}
