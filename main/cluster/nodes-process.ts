/**
 * All simulated nodes of a profile: one process of this machine and its supervisor, which outlive the command that
 * started them. `process.json` in the profile's folder describes the supervisor for as long as it should run. The
 * supervisor starts the nodes again if their process ends or hangs.
 */
import { spawn } from 'node:child_process';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { uptime } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../engine/errors.ts';
import { readIfExists, readJsonIfExists, writeAtomically } from '../own-files.ts';
import { processStart } from '../process-start.ts';

interface Started {
  pid: number;
  /** From `processStart`: tells it from a later process with the same pid. */
  start: string;
  /** Milliseconds since 1970. */
  at: number;
  /** Hash of what it was started with. With another hash it must be restarted. */
  recipe: string;
}

/** `crashed`: it ended without being stopped. A machine that was switched off counts as having stopped its nodes. */
export type NodesState = 'running' | 'stopped' | 'crashed';

/** Milliseconds that the nodes may take to stop. The store already has everything on disk. */
const grace = 5_000;

/** As in `agent/image/supervise.sh`, which says why. */
export const memoryFlags = ['--min-semi-space-size=4', '--max-semi-space-size=16', '--no-parallel-scavenge'];
export const memoryVariables = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '131072',
};

/**
 * Where Node keeps the agent's code as V8 has compiled it. Portable: Node knows the files by their place beside the
 * folder, so that both may be moved together. It is valid for one version of Node under the same flags; elsewhere Node
 * compiles as if it were not there.
 * https://nodejs.org/docs/latest-v24.x/api/module.html#module-compile-cache
 */
export const compileVariables = (folder: string) => ({
  NODE_COMPILE_CACHE: folder,
  NODE_COMPILE_CACHE_PORTABLE: '1',
});

/** In a checkout, where the build has filled it (`simulated/compile.ts`). */
export const compiledBeside = (agentFolder: string): string => join(dirname(agentFolder), '.cache');

export class NodesProcess {
  readonly log: string;
  readonly configFolder: string;
  private readonly folder: string;
  private readonly file: string;

  constructor(profileFolder: string) {
    this.folder = join(profileFolder, 'simulated');
    this.file = join(this.folder, 'process.json');
    this.log = join(this.folder, 'nodes.log');
    this.configFolder = join(this.folder, 'nodes');
  }

  /** True if it was ever started, even if nothing else is left of the profile. */
  async wasStarted(): Promise<boolean> {
    return (await readIfExists(this.log)) !== undefined;
  }

  async state(): Promise<NodesState> {
    const started = await this.read();
    if (!started) return 'stopped';
    if (await isAlive(started)) return 'running';
    const machineStarted = Date.now() - uptime() * 1000;
    return started.at < machineStarted ? 'stopped' : 'crashed';
  }

  /** True if it runs with this recipe. */
  async runs(recipe: string): Promise<boolean> {
    const started = await this.read();
    return started?.recipe === recipe && (await isAlive(started));
  }

  /**
   * Starts the supervisor (`agent/supervisor.ts`, bundled), and with it the nodes, with a new log. Electron runs as
   * Node if an environment variable says so.
   */
  async start(supervisor: string, recipe: string): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const log = await open(this.log, 'w', 0o600);
    try {
      const child = spawn(process.execPath, [...memoryFlags, supervisor], {
        detached: true,
        windowsHide: true,
        cwd: this.folder,
        stdio: ['ignore', log.fd, log.fd],
        env: {
          ...process.env,
          ...memoryVariables,
          SKIFF_CONFIG_FOLDER: this.configFolder,
          SKIFF_DATA_FOLDER: join(this.folder, 'data'),
          // An installed application must not be written to.
          ...(process.versions.electron
            ? { ELECTRON_RUN_AS_NODE: '1' }
            : compileVariables(compiledBeside(dirname(supervisor)))),
        },
      });
      await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
      child.unref();
      const pid = child.pid ?? 0;
      const started: Started = { pid, start: (await processStart(pid)) ?? '', at: Date.now(), recipe };
      await writeAtomically(this.file, JSON.stringify(started));
    } finally {
      await log.close();
    }
  }

  /** Resolves when the process has ended. If it does not run, it no longer counts as crashed. */
  async stop(): Promise<void> {
    const started = await this.read();
    if (started && (await isAlive(started))) await end(started);
    await rm(this.file, { force: true });
  }

  async lastLines(count: number): Promise<string[]> {
    const text = await readIfExists(this.log);
    const lines = text?.trimEnd().split('\n') ?? [];
    return lines.slice(Math.max(0, lines.length - count));
  }

  private read(): Promise<Started | undefined> {
    return readJsonIfExists(this.file);
  }
}

const isAlive = async ({ pid, start }: Started): Promise<boolean> => (await processStart(pid)) === start;

async function end(started: Started): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    tell(started.pid, signal);
    for (const deadline = Date.now() + grace; Date.now() < deadline; await sleep(20)) {
      if (!(await isAlive(started))) return;
    }
  }
  throw new EngineError('StillRunning', `the process of the simulated nodes (${started.pid}) does not end`, {
    hint: `End it by hand (\`kill -9 ${started.pid}\`), then try again.`,
  });
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has ended in the meantime, as intended.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Changes with every build of the agent. */
export async function agentVersion(agent: string): Promise<string> {
  const { mtimeMs, size } = await stat(agent);
  return `${agent} ${mtimeMs} ${size}`;
}
