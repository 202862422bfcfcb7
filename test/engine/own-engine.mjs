// Runs a command against a container engine of its own, which it may stop and kill as it likes:
//   node test/engine/own-engine.mjs COMMAND ARGUMENT...
// The engine and all that it runs live in namespaces of their own (network, processes, mounts) and end with the
// command. It is started again whenever it ends, as a service manager would. Needs Linux, root, `dockerd` and
// `unshare`.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { modernNode } from '../../main/cli/bootstrap.mjs';

const inside = 'SKIFF_OWN_ENGINE_FOLDER';
const namespaces = ['--net', '--pid', '--mount', '--fork', '--mount-proc', '--kill-child'];
/**
 * The engine sees control groups of version 2, also where the machine's are still version 1 (then without controllers).
 */
const unifiedHierarchy =
  '{ test -e /sys/fs/cgroup/cgroup.procs || { umount -lR /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup; }; }';
const preparation = `mount --make-rprivate / && ip link set lo up && ${unifiedHierarchy}`;
/** Milliseconds. */
const firstAnswer = 30_000;
const restartDelay = 200;

/** Why this machine cannot have an engine of its own, or undefined. */
export function obstacleToOwnEngine() {
  if (process.platform !== 'linux') return 'a second engine needs Linux';
  if (process.getuid?.() !== 0) return 'a second engine needs root';
  if (spawnSync('dockerd', ['--version']).error) return 'no dockerd on the PATH';
  const { error, status } = spawnSync('unshare', [...namespaces, '/bin/sh', '-c', preparation]);
  return error || status !== 0 ? 'namespaces of its own are refused to the engine' : undefined;
}

/** The first process of a process namespace has to reap what is left to it; a shell does, Node does not. */
function enterNamespaces(command) {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-engine-'));
  const groups = join('/sys/fs/cgroup', basename(folder));
  const script = `
    ${preparation} && "$@"
    status=$?
    kill -9 -1; wait
    [ ! -e ${groups} ] || find ${groups} -depth -type d -exec rmdir {} +
    exit $status`;
  // There is no network inside.
  execFileSync(modernNode(), [fileURLToPath(new URL('../images/fetch.ts', import.meta.url))], { stdio: 'inherit' });
  const self = [process.execPath, fileURLToPath(import.meta.url), ...command];
  const { status } = spawnSync('unshare', [...namespaces, '/bin/sh', '-c', script, 'sh', ...self], {
    stdio: 'inherit',
    env: { ...process.env, [inside]: folder },
  });
  rmSync(folder, { recursive: true, force: true });
  process.exit(status ?? 1);
}

async function runBesideEngine([file, ...args], folder) {
  const socket = `unix://${join(folder, 'docker.sock')}`;
  const pidFile = join(folder, 'docker.pid');
  const log = createWriteStream(join(folder, 'dockerd.log'));
  let ending = false;
  const start = () => {
    const options = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', pidFile];
    const parent = ['--cgroup-parent', `/${basename(folder)}`];
    const engine = spawn('dockerd', [...options, ...parent, '-H', socket], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [engine.stdout, engine.stderr]) stream.pipe(log, { end: false });
    engine.on('exit', () => {
      if (ending) return;
      // What a killed one leaves behind would keep the next from starting.
      rmSync(pidFile, { force: true });
      setTimeout(start, restartDelay);
    });
  };
  start();
  const env = { ...process.env, DOCKER_HOST: socket, SKIFF_TEST_ENGINE_PID_FILE: pidFile };
  const deadline = Date.now() + firstAnswer;
  while (!(await answers(join(folder, 'docker.sock')))) {
    if (Date.now() > deadline) throw new Error(`the engine does not answer; see ${join(folder, 'dockerd.log')}`);
    await sleep(100);
  }
  const child = spawn(file, args, { stdio: 'inherit', env });
  child.on('exit', (code) => {
    ending = true;
    process.exit(code ?? 1);
  });
}

const answers = (socketPath) =>
  new Promise((resolve) => {
    const request = get({ socketPath, path: '/version' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const command = process.argv.slice(2);
  if (process.env[inside]) await runBesideEngine(command, process.env[inside]);
  else enterNamespaces(command);
}
