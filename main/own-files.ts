/** Skiff's own small files: each is complete or absent, and the error for a damaged one names the file. */

import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../agent/api/errors.ts';
import { codeOf } from './lock-file.ts';

/** The file does not parse, e.g. because the disk was full when another program copied it. */
export class DamagedFile extends Error {
  readonly file: string;

  constructor(file: string, cause: unknown) {
    super(`${file} is damaged: ${messageOf(cause)}`, { cause });
    this.name = 'DamagedFile';
    this.file = file;
  }
}

/** Undefined if the file does not exist. */
export async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Undefined if the file does not exist; throws `DamagedFile` if it does not parse. Only Skiff writes these files, so
 * their shape is not checked.
 */
export async function readJsonIfExists<T>(file: string): Promise<T | undefined> {
  const text = await readIfExists(file);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch (error) {
    throw new DamagedFile(file, error);
  }
}

/**
 * Writes the file atomically, readable by its owner only, and creates its folder. The text is on disk when this
 * resolves.
 */
export async function writeAtomically(file: string, text: string): Promise<void> {
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
