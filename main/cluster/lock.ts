/** One operation at a time on a profile, whichever process does it: the window and the command line do not fight. */
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../engine/errors.ts';

interface Holder {
  pid: number;
  operation: string;
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    // Gone by now, or its owner died between creating and filling it.
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Resolves with what lets go of it. Throws `ProfileBusy` where a living process has it; a dead one's is taken over. */
export async function lockProfile(folder: string, profile: string, operation: string): Promise<() => Promise<void>> {
  const file = join(folder, `${profile}.lock`);
  for (let attempt = 0; ; attempt++) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const handle = await open(file, 'wx', 0o600);
      await handle.writeFile(JSON.stringify({ pid: process.pid, operation }));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      // The folder goes where another process has just deleted the last profile.
      if (codeOf(error) === 'ENOENT' && attempt < 3) continue;
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const holder = await readHolder(file);
    if (attempt > 3 || (holder && isRunning(holder.pid))) throw busy(profile, holder);
    await rm(file, { force: true });
  }
}

const busy = (profile: string, holder: Holder | undefined) =>
  new EngineError(
    'ProfileBusy',
    `profile ${profile} is busy: ${holder?.operation ?? 'an operation'} is running${holder ? ` (process ${holder.pid})` : ''}`,
    { hint: 'Wait until it is done, or cancel it where it was started.' },
  );
