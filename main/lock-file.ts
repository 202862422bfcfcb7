/**
 * A file that one process at a time holds, and that nobody holds any more once that process is gone. It appears whole,
 * with its holder in it, since it is a link to a file that was written before.
 */
import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { processStart } from './process-start.ts';

export interface Holder {
  pid: number;
  /** Of `processStart`: tells it from another process that got its number. Absent where asking takes too long. */
  start?: string;
  /** What it is doing. */
  operation?: string;
}

export type Attempt =
  | { held: true; release(): Promise<void> }
  /** Without a holder it is not a lock of ours, or not a whole one. */
  | { held: false; holder?: Holder };

export const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

const isHolder = (value: unknown): value is Holder =>
  typeof value === 'object' && value !== null && 'pid' in value && typeof value.pid === 'number' && value.pid > 0;

/** Undefined where there is none; `unreadable` where nobody can tell whose it is. */
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

/** Whatever held it before the machine was started is gone. */
async function isFromBefore(file: string): Promise<boolean> {
  try {
    return (await stat(file)).mtimeMs < Date.now() - uptime() * 1000;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    throw error;
  }
}

async function isGone(file: string, holder: Holder | 'unreadable'): Promise<boolean> {
  if (holder === 'unreadable') return isFromBefore(file);
  const start = await processStart(holder.pid);
  if (start === undefined) return true;
  return holder.start === undefined ? isFromBefore(file) : start !== holder.start;
}

/** The living process that holds a lock; undefined where none does. */
export async function holderOf(file: string): Promise<Holder | undefined> {
  const holder = await readHolder(file);
  return holder && holder !== 'unreadable' && !(await isGone(file, holder)) ? holder : undefined;
}

/** PowerShell would take longer than most of what a lock is held for. */
const ownStart = process.platform === 'win32' ? Promise.resolve(undefined) : processStart(process.pid);

/** While others take over, and are in turn gone. */
const mostTakeovers = 100;

const withoutLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

async function appears(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file).catch((error) => {
      // A file system that has no links, such as that of a memory card.
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
 * Takes a dead process's lock away. Only who holds the lock on doing so may, and looks again first: without that, the
 * lock that another process took in between would be taken away from the living.
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
  /** Milliseconds to wait for whoever has it; they begin again when it has changed hands. */
  patience?: number;
}

/** Tells one lock from the next in its place; undefined where there is none. */
async function identityOf(file: string): Promise<string | undefined> {
  try {
    const { ino, mtimeMs } = await stat(file);
    return `${ino} ${mtimeMs}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Answers whether to wait on. */
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

/** Takes over from a process that is gone. The folder has to be there. */
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
      // Released in the meantime.
      if (!other) continue;
      if (takeovers < mostTakeovers && (await isGone(file, other))) {
        takeovers += 1;
        await clear(file);
      } else if (await waitsOn()) await sleep(5 + Math.random() * 20);
      else return { held: false, ...(other === 'unreadable' ? {} : { holder: other }) };
    }
  } finally {
    await rm(own, { force: true });
  }
}
