/** A shell on the user's own machine, with the kubeconfig context of the window. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { messageOf } from '../../agent/api/errors.ts';
import { CallFailure } from '../failure.ts';
import type { TerminalEvents, TerminalSession, TerminalSize } from './session.ts';

export interface LocalShell {
  context: string;
  /** The kubeconfig files in use. */
  kubeconfig: string;
  size: TerminalSize;
  events: TerminalEvents;
}

interface ShellProgram {
  file: string;
  args: string[];
}

/** On macOS a login shell, as Terminal opens one: an app's environment there lacks the user's PATH. */
export function shellOf(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): ShellProgram {
  if (platform === 'win32') return { file: 'powershell.exe', args: ['-NoLogo'] };
  const file = env.SHELL || (platform === 'darwin' ? '/bin/zsh' : '/bin/sh');
  return { file, args: platform === 'darwin' ? ['-l'] : [] };
}

/** Variables for Skiff alone, kept from the shell: its token, Electron's switches, npm's settings. */
const ours = /^(SKIFF_WEB_TOKEN|ELECTRON_.*|NODE_OPTIONS|npm_.*|INIT_CWD)$/;

export const shellEnvironment = (env: NodeJS.ProcessEnv, kubeconfig: string): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && !ours.test(entry[0])),
  ),
  KUBECONFIG: kubeconfig,
  TERM: 'xterm-256color',
  COLORTERM: 'truecolor',
});

/** node-pty is native, so it is loaded only here: on a machine where it does not load everything else still works. */
async function loadPty() {
  try {
    return await import('node-pty');
  } catch (error) {
    const hint = 'Build it for this machine: `npm rebuild node-pty`. Shells in pods and nodes work without it.';
    throw new CallFailure('NoTerminal', 'The terminal library (node-pty) does not load on this machine', hint, {
      cause: error,
    });
  }
}

/**
 * kubectl uses the first file of KUBECONFIG that names a current context, and writes `config use-context` there. A
 * small file in front, for this shell alone, leaves the user's files unchanged.
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
 */
async function overlay(context: string): Promise<{ folder: string; file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'skiff-shell-'));
  const file = join(folder, 'context');
  const config = { apiVersion: 'v1', kind: 'Config', 'current-context': context };
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return { folder, file };
}

export async function openLocalShell({ context, kubeconfig, size, events }: LocalShell): Promise<TerminalSession> {
  const pty = await loadPty();
  const { folder, file } = await overlay(context);
  const { file: program, args } = shellOf(process.platform, process.env);
  const forget = () => rm(folder, { recursive: true, force: true });
  const start = () =>
    pty.spawn(program, args, {
      name: 'xterm-256color',
      cols: size.columns,
      rows: size.rows,
      cwd: homedir(),
      env: shellEnvironment(process.env, `${file}${delimiter}${kubeconfig}`),
    });
  let shell: ReturnType<typeof start>;
  try {
    shell = start();
  } catch (error) {
    await forget();
    const message = `${program} could not be started: ${messageOf(error)}`;
    throw new CallFailure('NoShell', message, 'Check SHELL and your home folder.', { cause: error });
  }
  let exited = false;
  shell.onData((data) => events.onOutput(data));
  shell.onExit(({ exitCode }) => {
    exited = true;
    forget().then(
      () => events.onExit({ exitCode }),
      (error: Error) => events.onExit({ exitCode, error }),
    );
  });
  return {
    write: (data) => shell.write(data),
    resize: (columns, rows) => {
      if (!exited) shell.resize(columns, rows);
    },
    hold: (isHeld) => {
      if (!exited) isHeld ? shell.pause() : shell.resume();
    },
    close: () => {
      if (!exited) shell.kill();
    },
  };
}
