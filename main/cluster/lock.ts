/**
 * One operation at a time on a profile, in whichever process: the window and the command line cannot collide. A file
 * beside the lock holds the operation's progress, for all others that show the profile.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BootProgress, Operation, UnderWay } from '../contract/clusters.ts';
import { EngineError } from '../engine/errors.ts';
import { codeOf, type Holder, holderOf, tryLock } from '../lock-file.ts';
import { quoted } from '../quoted.ts';
import { homeError } from './home.ts';

export interface ProfileLock {
  /** Publishes progress to other processes; resolves when they can see it. */
  tell(progress: BootProgress): Promise<void>;
  release(): Promise<void>;
}

/** What another process is doing to a profile. */
export interface Elsewhere {
  underWay: UnderWay;
  progress?: BootProgress;
}

const suffix = '.lock';
const lockOf = (folder: string, profile: string) => join(folder, `${profile}${suffix}`);
const progressOf = (folder: string, profile: string) => join(folder, `${profile}.progress`);

/** The folder disappears if another process has just deleted the last profile; then it is made again. */
async function tryInFolder(folder: string, profile: string, operation: Operation) {
  for (let attempt = 0; ; attempt++) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return await tryLock(lockOf(folder, profile), { operation });
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || attempt > 3) throw homeError(lockOf(folder, profile), error);
    }
  }
}

/** Throws `ProfileBusy` if a live process holds the lock. A dead process's lock is taken over. */
export async function lockProfile(folder: string, profile: string, operation: Operation): Promise<ProfileLock> {
  const attempt = await tryInFolder(folder, profile, operation);
  if (!attempt.held) throw busy(lockOf(folder, profile), profile, attempt.holder);
  const file = new ProgressFile(progressOf(folder, profile));
  return {
    tell: (progress) => file.put(progress),
    async release() {
      await file.remove();
      await attempt.release();
    },
  };
}

function busy(lock: string, profile: string, holder: Holder | undefined): EngineError {
  if (!holder) {
    return new EngineError('ProfileBusy', `profile ${profile} is locked, and ${lock} does not say by whom`, {
      hint: `If no other Skiff is running, remove that file: \`rm ${quoted(lock)}\`.`,
    });
  }
  const { operation = 'an operation', pid } = holder;
  const what = pid === process.pid ? `${operation} is running` : `${operation} is running (process ${pid})`;
  return new EngineError('ProfileBusy', `profile ${profile} is busy: ${what}`, {
    hint: `Wait until it is done (\`skiff status --profile ${profile}\` shows its progress), or cancel it where it was started.`,
  });
}

/** Writes one report at a time. If reports come faster, only the latest is written. */
class ProgressFile {
  private readonly file: string;
  /** Only the lock's holder writes this temporary file; the next report replaces what a killed process left. */
  private readonly next: string;
  private latest: BootProgress | undefined;
  private writing: Promise<void> | undefined;

  constructor(file: string) {
    this.file = file;
    this.next = `${file}.next`;
  }

  put(progress: BootProgress): Promise<void> {
    this.latest = progress;
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
    });
    return this.writing;
  }

  async remove(): Promise<void> {
    this.latest = undefined;
    // Each writer already got its own failure.
    await Promise.allSettled([this.writing]);
    for (const file of [this.file, this.next]) await rm(file, { force: true });
  }

  private async write(): Promise<void> {
    for (let progress = this.latest; progress; progress = this.latest) {
      this.latest = undefined;
      await writeFile(this.next, JSON.stringify({ process: process.pid, progress }), { mode: 0o600 });
      await rename(this.next, this.file);
    }
  }
}

/** Ignores a report that a dead process left behind: it is not about the current holder. */
async function readProgress(folder: string, profile: string, process: number): Promise<BootProgress | undefined> {
  try {
    const report = JSON.parse(await readFile(progressOf(folder, profile), 'utf8'));
    return report.process === process ? report.progress : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export function underWayOf(operation: Operation, process: number, progress?: BootProgress): UnderWay {
  const at = progress?.steps.findIndex(({ state }) => state === 'running') ?? -1;
  const title = progress?.steps[at]?.title;
  const step = title && progress ? { title, number: at + 1, of: progress.steps.length } : undefined;
  return { operation, process, ...(step ? { step } : {}) };
}

const operations: readonly Operation[] = [
  'start',
  'stop',
  'delete',
  'node add',
  'node remove',
  'node stop',
  'node start',
  'node restart',
];

/** What another live process is doing to the profile right now. */
export async function elsewhere(folder: string, profile: string): Promise<Elsewhere | undefined> {
  const holder = await holderOf(lockOf(folder, profile));
  const operation = operations.find((name) => name === holder?.operation);
  if (!holder || !operation || holder.pid === process.pid) return undefined;
  const progress = await readProgress(folder, profile, holder.pid);
  return { underWay: underWayOf(operation, holder.pid, progress), ...(progress ? { progress } : {}) };
}

/** What other live processes are doing right now, by profile. */
export async function allElsewhere(folder: string): Promise<Map<string, Elsewhere>> {
  const names = await lockedProfiles(folder);
  const found = await Promise.all(names.map(async (name) => [name, await elsewhere(folder, name)] as const));
  return new Map(found.flatMap(([name, what]) => (what ? [[name, what]] : [])));
}

/** Names of the profiles with a lock, whoever holds it. */
export async function lockedProfiles(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
