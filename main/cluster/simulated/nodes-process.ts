/**
 * All simulated nodes of a profile: one process of this machine, which outlives the command that started it. What it is
 * lies in `process.json` below the profile's folder for as long as it is meant to run.
 */
import { spawn } from 'node:child_process';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../../engine/errors.ts';
import { readIfThere, readJsonIfThere, writeWhole } from '../../own-files.ts';
import { processStart } from '../../process-start.ts';

interface Started {
  pid: number;
  /** Of `processStart`: tells it from another process that got its number. */
  start: string;
  /** Milliseconds since 1970. */
  at: number;
  /** What it was started with; with something else it has to be started anew. */
  recipe: string;
}

/** `crashed` is what nobody asked for; a machine that was switched off stopped its nodes. */
export type NodesState = 'running' | 'stopped' | 'crashed';

/** Milliseconds that the nodes may take to end; the store has everything already. */
const grace = 5_000;

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

  /** Ever, also where nothing else is left of the profile that could tell. */
  async wasStarted(): Promise<boolean> {
    return (await readIfThere(this.log)) !== undefined;
  }

  async state(): Promise<NodesState> {
    const started = await this.read();
    if (!started) return 'stopped';
    if (await isAlive(started)) return 'running';
    const machineStarted = Date.now() - uptime() * 1000;
    return started.at < machineStarted ? 'stopped' : 'crashed';
  }

  /** True where it runs, and with this recipe. */
  async runs(recipe: string): Promise<boolean> {
    const started = await this.read();
    return started?.recipe === recipe && (await isAlive(started));
  }

  /** Begins a new log. Electron is a Node too, where it is told so. */
  async start(agent: string, recipe: string): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const log = await open(this.log, 'w', 0o600);
    try {
      const child = spawn(process.execPath, [agent], {
        detached: true,
        windowsHide: true,
        cwd: this.folder,
        stdio: ['ignore', log.fd, log.fd],
        env: {
          ...process.env,
          SKIFF_CONFIG_FOLDER: this.configFolder,
          SKIFF_DATA_FOLDER: join(this.folder, 'data'),
          ...(process.versions.electron ? { ELECTRON_RUN_AS_NODE: '1' } : {}),
        },
      });
      await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
      child.unref();
      const pid = child.pid ?? 0;
      const started: Started = { pid, start: (await processStart(pid)) ?? '', at: Date.now(), recipe };
      await writeWhole(this.file, JSON.stringify(started));
    } finally {
      await log.close();
    }
  }

  /** Resolves when it has ended. Also where it does not run, and then it does not count as crashed any more. */
  async stop(): Promise<void> {
    const started = await this.read();
    if (started && (await isAlive(started))) await end(started);
    await rm(this.file, { force: true });
  }

  async lastLines(count: number): Promise<string[]> {
    const text = await readIfThere(this.log);
    const lines = text?.trimEnd().split('\n') ?? [];
    return lines.slice(Math.max(0, lines.length - count));
  }

  private read(): Promise<Started | undefined> {
    return readJsonIfThere(this.file);
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
  throw new EngineError('StillRunning', `process ${started.pid} of the simulated nodes does not end`, {
    hint: 'End it by hand, then try again.',
  });
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Gone in the meantime, which is what was wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Changes with every build of the agent. */
export async function agentVersion(agent: string): Promise<string> {
  const { mtimeMs, size } = await stat(agent);
  return `${agent} ${mtimeMs} ${size}`;
}
