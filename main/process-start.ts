/** When a process started. With the pid this identifies a process, since the system reuses pids. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code));

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the third field is the state, the 22nd the start. */
async function onLinux(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // What follows the program's name, which may contain spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie: the process has ended and its parent has not waited for it yet.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

const questions: Partial<Record<NodeJS.Platform, (pid: number) => [string, string[]]>> = {
  win32: (pid) => [
    'powershell.exe',
    ['-NoProfile', '-NonInteractive', '-Command', `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`],
  ],
};

/** Other platforms need a program; `ps` and PowerShell exit with 1 if the process does not exist. */
async function onOtherPlatforms(pid: number): Promise<string | undefined> {
  const ask = questions[process.platform];
  const [program, args] = ask ? ask(pid) : ['ps', ['-o', 'lstart=', '-p', String(pid)]];
  try {
    const { stdout } = await run(program, args, { windowsHide: true, env: { ...process.env, LC_ALL: 'C' } });
    return stdout.trim() || undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 1) return undefined;
    throw error;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    // The process belongs to another user.
    if (error instanceof Error && 'code' in error && error.code === 'EPERM') return true;
    throw error;
  }
}

/** Undefined if the process does not exist. */
export async function processStart(pid: number): Promise<string | undefined> {
  if (!exists(pid)) return undefined;
  return process.platform === 'linux' ? onLinux(pid) : onOtherPlatforms(pid);
}
