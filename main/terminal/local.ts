/** A shell on the user's own machine whose context is the one on screen. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { CallFailure } from '../calls/failure.ts';
import type { TerminalEvents, TerminalSession, TerminalSize } from './session.ts';

export interface LocalShell {
  context: string;
  /** The kubeconfig files in effect. */
  kubeconfig: string;
  size: TerminalSize;
  events: TerminalEvents;
}

const shellOf = (platform: NodeJS.Platform): string =>
  platform === 'win32' ? (process.env.COMSPEC ?? 'powershell.exe') : (process.env.SHELL ?? '/bin/sh');

/** node-pty is native and only needed here: a machine where it does not load still has everything else. */
async function loadPty() {
  try {
    return await import('node-pty');
  } catch (error) {
    throw new CallFailure('NoTerminal', 'The terminal library could not be loaded', 'Run: npm rebuild node-pty', {
      cause: error,
    });
  }
}

/**
 * The first file of KUBECONFIG that names a current context wins, and is also where `kubectl config use-context`
 * writes: a small file of the shell's own in front leaves the user's files alone.
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
  const env = { ...process.env, KUBECONFIG: `${file}${delimiter}${kubeconfig}`, TERM: 'xterm-256color' };
  const shell = pty.spawn(shellOf(process.platform), [], {
    name: 'xterm-256color',
    cols: size.columns,
    rows: size.rows,
    cwd: homedir(),
    env: Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  });
  let exited = false;
  shell.onData((data) => events.onOutput(data));
  shell.onExit(({ exitCode }) => {
    exited = true;
    rm(folder, { recursive: true, force: true }).then(
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
