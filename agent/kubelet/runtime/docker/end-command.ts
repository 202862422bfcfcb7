/**
 * Ends the processes of a command in a container, for which the engine has no call. A node's container shares the
 * process ids of the engine's host, so the agent finds them in `/proc`.
 */
import { readdir, readFile } from 'node:fs/promises';
import { isMissing } from '../../../missing-file.ts';

export interface ProcessEntry {
  pid: number;
  /** The name of its program, cut by the kernel to 15 bytes. */
  name: string;
  parent: number;
  session: number;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export function parseStat(text: string): ProcessEntry {
  // The program's name is in parentheses and may contain anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    pid: Number.parseInt(text, 10),
    name: text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')),
    parent: Number(fields[1]),
    session: Number(fields[3]),
  };
}

/** A process may end while it is read: then its file is gone, or cannot be read any more. */
const hasEnded = (error: unknown): boolean => isMissing(error) || (error as NodeJS.ErrnoException).code === 'ESRCH';

async function readProcess(pid: number): Promise<ProcessEntry | undefined> {
  try {
    return parseStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    if (hasEnded(error)) return undefined;
    throw error;
  }
}

async function readProcesses(): Promise<ProcessEntry[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  return (await Promise.all(pids.map(readProcess))).filter((entry) => entry !== undefined);
}

/**
 * The command's process and all that it started: its descendants, and the processes of its session whose parent has
 * ended. Pure.
 */
export function familyOf(pid: number, processes: readonly ProcessEntry[]): Set<number> {
  const family = new Set([pid]);
  let size = 0;
  while (size < family.size) {
    size = family.size;
    for (const { pid: each, parent, session } of processes) {
      if (family.has(parent) || session === pid) family.add(each);
    }
  }
  return family;
}

function send(pid: number, signal: 'SIGSTOP' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasEnded(error)) throw error;
  }
}

/** Kills a command's process with all that it started. They are stopped first, so that none starts another unseen. */
export async function killFamily(pid: number): Promise<void> {
  let family = new Set([pid]);
  let known = 0;
  while (known < family.size) {
    known = family.size;
    for (const each of family) send(each, 'SIGSTOP');
    family = familyOf(pid, await readProcesses());
  }
  for (const each of family) send(each, 'SIGKILL');
}

/** Kills the first process of a terminal. The kernel then hangs up on the program in the foreground, and on no other. */
export const hangUp = (pid: number): void => send(pid, 'SIGKILL');

/**
 * What the runtime's programs are called while they prepare a process that has not become the command yet: runc and
 * crun. On a busy machine that takes seconds.
 * https://github.com/opencontainers/runc/blob/main/libcontainer/nsenter/README.md
 */
const settingUp = /^(?:runc|crun)\b/;

export type CommandStage = 'set up' | 'running' | 'ended';

/** Pure. */
export const stageOf = (entry: ProcessEntry | undefined): CommandStage => {
  if (!entry) return 'ended';
  return settingUp.test(entry.name) ? 'set up' : 'running';
};

export const readStage = async (pid: number): Promise<CommandStage> => stageOf(await readProcess(pid));
