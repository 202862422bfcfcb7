/** Installs and starts Docker on Linux, if Skiff may. The caller has asked the user before. */

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../agent/api/errors.ts';
import type { EngineStatus } from '../contract/clusters.ts';
import { EngineError } from './errors.ts';
import { type EngineSearch, findEngine } from './find.ts';
import { hasSystemd, setupCommands, setupOf, which } from './remedy.ts';

/** A killed dockerd leaves these; the next one refuses to start if another process has that PID by then. */
const pidFiles = { '/var/run/docker.pid': 'dockerd', '/var/run/docker/containerd/containerd.pid': 'containerd' };
const logFile = '/var/log/skiff-dockerd.log';
/** Milliseconds that a freshly started engine may take to answer. */
const startDeadline = 60_000;

const isRoot = (): boolean => process.getuid?.() === 0;
/** `sudo` itself asks for the password at the terminal. */
const asRoot = (command: string[]): string[] => (isRoot() ? command : ['sudo', ...command]);

/** `say` receives each command before it runs. */
export async function installEngine(say: (line: string) => void, signal: AbortSignal): Promise<EngineStatus> {
  const setup = setupOf(process.env, process.getuid?.() ?? 0);
  if (!setup)
    throw new EngineError('NoPackageManager', 'Skiff found no package manager that it can install Docker with');
  if (process.env.SKIFF_NO_ENGINE_INSTALL === '1' && setup.manager) {
    throw new EngineError(
      'InstallDeclined',
      'no container engine is installed, and SKIFF_NO_ENGINE_INSTALL=1 forbids Skiff to install one',
    );
  }
  for (const command of setupCommands(setup).prepare) await run(asRoot(command), say, signal);
  return (await startEngine(say, signal)).status;
}

/**
 * Starts Docker through systemd, else the init script, else `dockerd` itself, detached. Resolves when the engine
 * answers.
 */
async function startEngine(say: (line: string) => void, signal: AbortSignal): Promise<EngineSearch> {
  const already = await findEngine(signal);
  if (already.engine) return already;
  for (const start of starters()) {
    try {
      await start(say, signal);
    } catch (error) {
      say(messageOf(error));
      continue;
    }
    const search = await waitForEngine(signal, start === runDirectly ? startDeadline : 15_000);
    if (search) return search;
  }
  const log = existsSync(logFile) ? readFileSync(logFile, 'utf8').trim().split('\n').slice(-10) : [];
  throw new EngineError('EngineDidNotStart', ['Skiff started Docker, but it does not answer', ...log].join('\n'), {
    hint: `Run \`dockerd\` in a terminal and read what it says; its log is ${logFile}.`,
    command: 'dockerd',
  });
}

type Starter = (say: (line: string) => void, signal: AbortSignal) => Promise<void>;

const starters = (): Starter[] => [
  ...(hasSystemd() ? [throughSystemd] : []),
  ...(!hasSystemd() && existsSync('/etc/init.d/docker') && which('service') ? [throughInit] : []),
  runDirectly,
];

const throughSystemd: Starter = (say, signal) => run(asRoot(['systemctl', 'start', 'docker']), say, signal);
const throughInit: Starter = (say, signal) => run(asRoot(['service', 'docker', 'start']), say, signal);

const runDirectly: Starter = (say, signal) =>
  isRoot() ? runDaemon(say) : run(asRoot(['sh', '-c', `setsid dockerd >>${logFile} 2>&1 </dev/null &`]), say, signal);

async function runDaemon(say: (line: string) => void): Promise<void> {
  removeStalePidFiles();
  say('dockerd');
  mkdirSync('/var/log', { recursive: true });
  const log = openSync(logFile, 'a');
  const child = spawn(which('dockerd') ?? 'dockerd', [], { detached: true, stdio: ['ignore', log, log] });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.unref();
}

function removeStalePidFiles(): void {
  for (const [file, program] of Object.entries(pidFiles)) {
    if (!existsSync(file)) continue;
    const pid = readFileSync(file, 'utf8').trim();
    if (!runs(pid, program)) rmSync(file, { force: true });
  }
}

/** A killed process that nobody has waited for (a zombie) does not run. */
function runs(pid: string, program: string): boolean {
  const status = `/proc/${pid || '-'}/status`;
  if (!existsSync(status)) return false;
  const text = readFileSync(status, 'utf8');
  return text.startsWith(`Name:\t${program}\n`) && !/^State:\t[ZX]/m.test(text);
}

async function waitForEngine(signal: AbortSignal, within: number): Promise<EngineSearch | undefined> {
  const deadline = Date.now() + within;
  while (Date.now() < deadline) {
    const search = await findEngine(signal);
    if (search.engine) return search;
    if (search.status.looked.some(({ source, outcome }) => source === 'Docker' && outcome === 'permission denied')) {
      throw newLoginNeeded();
    }
    await sleep(200, undefined, { signal });
  }
  return undefined;
}

const newLoginNeeded = () =>
  new EngineError('EnginePermissionDenied', 'Docker runs, but your user may use it only after you log in again', {
    hint: 'Log out and in again; or run `newgrp docker` and start Skiff in the shell that it opens.',
  });

function run([program = '', ...args]: string[], say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const command = [program, ...args].join(' ');
  say(command);
  return new Promise((resolve, reject) => {
    const child = spawn(which(program) ?? program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      signal,
    });
    let tail = '';
    const keep = (chunk: Buffer) => {
      tail = (tail + chunk).slice(-2000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0
        ? resolve()
        : reject(new EngineError('InstallFailed', `${command} exited with ${code}:\n${tail.trim()}`, { command })),
    );
  });
}
