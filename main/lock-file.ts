/**
 * A lock file that one process at a time holds. When that process is gone, another may take the lock over. The file
 * appears complete, with its holder in it, because it is a hard link to a file that was written before.
 */
import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { processStart } from './process-start.ts';

export interface Holder {
  pid: number;
  /**
   * From `processStart`: tells the holder from a later process with the same pid. Absent where reading it is slow
   * (Windows).
   */
  start?: string;
  /** What the holder is doing. */
  operation?: string;
}

export type Attempt =
  | { held: true; release(): Promise<void> }
  /** No `holder`: the file is not one of our locks, or it is incomplete. */
  | { held: false; holder?: Holder };

export const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

const isHolder = (value: unknown): value is Holder =>
  typeof value === 'object' && value !== null && 'pid' in value && typeof value.pid === 'number' && value.pid > 0;

/** Undefined if the file does not exist; `unreadable` if it does not say who holds it. */
async function readHolder(file: string): Promise<Holder | 'unreadable' | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isHolder(value) ? value : 'unreadable';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

/** True if the file is older than the last boot of this machine, so that its holder cannot be alive. */
async function isFromBeforeBoot(file: string): Promise<boolean> {
  try {
    return (await stat(file)).mtimeMs < Date.now() - uptime() * 1000;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    throw error;
  }
}

async function isGone(file: string, holder: Holder | 'unreadable'): Promise<boolean> {
  if (holder === 'unreadable') return isFromBeforeBoot(file);
  const start = await processStart(holder.pid);
  if (start === undefined) return true;
  return holder.start === undefined ? isFromBeforeBoot(file) : start !== holder.start;
}

/** The live process that holds a lock; undefined if none does. */
export async function holderOf(file: string): Promise<Holder | undefined> {
  const holder = await readHolder(file);
  return holder && holder !== 'unreadable' && !(await isGone(file, holder)) ? holder : undefined;
}

/** On Windows, asking PowerShell takes longer than most locks are held. */
const ownStart = process.platform === 'win32' ? Promise.resolve(undefined) : processStart(process.pid);

/** How often others may take the lock over and die before we give up. */
const maxTakeovers = 100;

const withoutLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

async function appears(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file).catch((error) => {
      // This file system has no hard links, e.g. that of a memory card.
      if (withoutLinks.includes(codeOf(error))) return copyFile(own, file, constants.COPYFILE_EXCL);
      throw error;
    });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a dead process's lock. Only the holder of a second lock may do so, and it checks the first one again:
 * otherwise it could remove the lock that a live process took in between.
 */
async function clear(file: string): Promise<void> {
  const attempt = await tryLock(`${file}.takeover`);
  if (!attempt.held) return void (await sleep(10));
  try {
    const holder = await readHolder(file);
    if (holder && (await isGone(file, holder))) await rm(file, { force: true });
  } finally {
    await attempt.release();
  }
}

export interface LockOptions {
  operation?: string;
  /** Milliseconds to wait for the holder. The wait starts again each time the lock changes hands. */
  patience?: number;
}

/** Tells this lock from the next one at the same path; undefined if there is no file. */
async function identityOf(file: string): Promise<string | undefined> {
  try {
    const { ino, mtimeMs } = await stat(file);
    return `${ino} ${mtimeMs}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Returns a function that resolves false once the patience is used up. */
function waiter(file: string, patience: number): () => Promise<boolean> {
  let seen: string | undefined;
  let deadline = performance.now() + patience;
  return async () => {
    const current = patience > 0 ? await identityOf(file) : seen;
    if (current !== seen) deadline = performance.now() + patience;
    seen = current;
    return performance.now() < deadline;
  };
}

/** Takes the lock, also from a process that is gone. The folder must exist. */
export async function tryLock(file: string, { operation, patience = 0 }: LockOptions = {}): Promise<Attempt> {
  const own = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  const start = await ownStart;
  const holder: Holder = { pid: process.pid, ...(start ? { start } : {}), ...(operation ? { operation } : {}) };
  const waitsOn = waiter(file, patience);
  try {
    await writeFile(own, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
    for (let takeovers = 0; ; ) {
      if (await appears(own, file)) return { held: true, release: () => rm(file, { force: true }) };
      const other = await readHolder(file);
      // The holder released it in the meantime.
      if (!other) continue;
      if (takeovers < maxTakeovers && (await isGone(file, other))) {
        takeovers += 1;
        await clear(file);
      } else if (await waitsOn()) await sleep(5 + Math.random() * 20);
      else return { held: false, ...(other === 'unreadable' ? {} : { holder: other }) };
    }
  } finally {
    await rm(own, { force: true });
  }
}
