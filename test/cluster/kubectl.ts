/** The real kubectl binaries that this machine has, and a way to run one of them. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

export interface KubectlBinary {
  /** `v1.33.1` */
  version: string;
  path: string;
}

const onPath = (): string[] =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'kubectl'))
    .filter((path) => existsSync(path))
    .map((path) => realpathSync(path));

const beside = (path: string): string[] =>
  readdirSync(dirname(path))
    .filter((name) => /^kubectl([.-]?v?\d+\.\d+)?$/.test(name))
    .map((name) => join(dirname(path), name));

let found: KubectlBinary[] | undefined;

/**
 * Every kubectl on the PATH, beside one of those (`kubectl.1.27`), or named in `SKIFF_TEST_KUBECTL`; one per version,
 * oldest first. The first call runs each of them to ask for its version.
 */
export function findKubectls(): KubectlBinary[] {
  found ??= askForVersions();
  return found;
}

function askForVersions(): KubectlBinary[] {
  const named = (process.env.SKIFF_TEST_KUBECTL ?? '').split(delimiter).filter(Boolean);
  const paths = new Set([...onPath().flatMap(beside), ...named]);
  const byVersion = new Map<string, string>();
  for (const path of paths) {
    const output = execFileSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
    byVersion.set(JSON.parse(output).clientVersion.gitVersion.replace(/-.*$/, ''), path);
  }
  return [...byVersion]
    .map(([version, path]) => ({ version, path }))
    .sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
}

export interface KubectlResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  input?: string;
  /** Milliseconds. */
  timeout?: number;
  /** The folder to run it in. */
  cwd?: string;
}

/** Runs to the end and resolves with whatever came of it; rejects only where it could not be run or took too long. */
export function runKubectl(
  path: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  options: RunOptions = {},
): Promise<KubectlResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      path,
      args,
      { env, cwd: options.cwd, timeout: options.timeout ?? 180_000, maxBuffer: 64 << 20, encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') {
          return reject(new Error(`kubectl ${args.join(' ')}: ${error.message}\n${stdout}${stderr}`, { cause: error }));
        }
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      },
    );
    child.stdin?.end(options.input ?? '');
  });
}

/** A kubectl that goes on until it is stopped, e.g. `logs -f`. */
export function followKubectl(
  path: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  options: Pick<RunOptions, 'cwd'> = {},
) {
  const child = spawn(path, args, { env, cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  return {
    output: () => output,
    ended,
    stop: () => {
      child.kill();
      return ended;
    },
  };
}
