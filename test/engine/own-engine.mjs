// Runs a command against a container engine of its own, which it may stop and kill as it likes:
//   node test/engine/own-engine.mjs COMMAND ARGUMENT...
// It is Docker, or Podman where SKIFF_OWN_ENGINE is `podman`. The engine and all that it runs live in namespaces of
// their own (network, processes, mounts) and end with the command. It is started again whenever it ends, as a service
// manager would. Needs Linux, root, `unshare`, and `dockerd` or `podman`.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { modernNode, prepare } from '../../main/cli/bootstrap.mjs';

const inside = 'SKIFF_OWN_ENGINE_FOLDER';
const namespaces = ['--net', '--pid', '--mount', '--fork', '--mount-proc', '--kill-child'];
/**
 * The engine sees control groups of version 2, also where the machine's are still version 1 (then without controllers).
 */
const unifiedHierarchy =
  '{ test -e /sys/fs/cgroup/cgroup.procs || { umount -lR /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup; }; }';
const isolated = 'mount --make-rprivate / && ip link set lo up';

const runs = (program) => !spawnSync(program, ['--version']).error;

/** Each with what it needs in its namespaces, and how it is started; `folder` is its own. */
const engines = {
  docker: {
    program: 'dockerd',
    client: 'docker',
    preparation: `${isolated} && ${unifiedHierarchy}`,
    start: (folder, socket) => {
      const places = [`--data-root=${folder}/data`, `--exec-root=${folder}/exec`, `--pidfile=${pidFileIn(folder)}`];
      return spawn('dockerd', [...places, `--cgroup-parent=/${basename(folder)}`, '-H', socket], piped);
    },
  },
  podman: {
    program: 'podman',
    client: 'podman',
    // Its locks and the state of its networks are at fixed places below /run.
    preparation: `${isolated} && for place in /run/containers /run/libpod /run/netns; do
      mkdir -p $place && mount -t tmpfs none $place; done`,
    start: (folder, socket) => {
      const places = [`--root=${folder}/data`, `--runroot=${folder}/run`, `--tmpdir=${folder}/tmp`];
      const env = { ...process.env, CONTAINERS_CONF: podmanSettings(folder) };
      // Its helper notes in the folder that it is started in that a container ran out of memory.
      return spawn('podman', [...places, 'system', 'service', '--time=0', socket], { ...piped, env, cwd: folder });
    },
  },
};
const piped = { stdio: ['ignore', 'pipe', 'pipe'] };
const pidFileIn = (folder) => join(folder, 'docker.pid');
const engineOf = (name = 'docker') => {
  const engine = engines[name];
  if (!engine) throw new Error(`SKIFF_OWN_ENGINE is docker or podman, and not ${name}`);
  return engine;
};

/** Without systemd. crun needs a capability that some hosts withhold, and control groups of one version alone. */
function podmanSettings(folder) {
  const networks = join(folder, 'networks');
  mkdirSync(networks, { recursive: true });
  const runtime = runs('runc') ? ['runtime = "runc"'] : [];
  const engine = ['[engine]', 'cgroup_manager = "cgroupfs"', 'events_logger = "file"', ...runtime];
  const file = join(folder, 'containers.conf');
  writeFileSync(file, [...engine, '[network]', `network_config_dir = "${networks}"`, ''].join('\n'));
  return file;
}

/** Milliseconds. */
const firstAnswer = 30_000;
const restartDelay = 200;

/** Why this machine cannot have an engine of its own, or undefined. */
export function obstacleToOwnEngine(name) {
  const { program, preparation } = engineOf(name);
  if (process.platform !== 'linux') return 'a second engine needs Linux';
  if (process.getuid?.() !== 0) return 'a second engine needs root';
  if (!runs(program)) return `no ${program} on the PATH`;
  const { error, status } = spawnSync('unshare', [...namespaces, '/bin/sh', '-c', preparation]);
  return error || status !== 0 ? 'namespaces of its own are refused to the engine' : undefined;
}

/** The first process of a process namespace has to reap what is left to it; a shell does, Node does not. */
async function enterNamespaces(command) {
  const { preparation } = engineOf(process.env.SKIFF_OWN_ENGINE);
  const folder = mkdtempSync(join(tmpdir(), 'skiff-engine-'));
  const groups = join('/sys/fs/cgroup', basename(folder));
  const script = `
    ${preparation} && "$@"
    status=$?
    kill -9 -1; wait
    [ ! -e ${groups} ] || find ${groups} -depth -type d -exec rmdir {} +
    find /sys/fs/cgroup -depth -path '*/libpod_parent*' -type d -empty -exec rmdir {} + 2>/dev/null
    exit $status`;
  // There is no network inside, and whoever is killed while it makes something there would leave a lock behind that
  // names a process of another name space.
  await prepare(['agent', 'cli']);
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
  const { program, client, start: startEngine } = engineOf(process.env.SKIFF_OWN_ENGINE);
  const pidFile = pidFileIn(folder);
  const logFile = join(folder, `${program}.log`);
  const log = createWriteStream(logFile);
  let ending = false;
  const start = () => {
    const engine = startEngine(folder, socket);
    for (const stream of [engine.stdout, engine.stderr]) stream.pipe(log, { end: false });
    engine.on('exit', () => {
      if (ending) return;
      // What a killed one leaves behind would keep the next from starting.
      rmSync(pidFile, { force: true });
      setTimeout(start, restartDelay);
    });
  };
  start();
  const own = { DOCKER_HOST: socket, CONTAINER_HOST: socket, SKIFF_ENGINE_CLI: client };
  const env = { ...process.env, ...own, SKIFF_TEST_ENGINE_PID_FILE: pidFile };
  const deadline = Date.now() + firstAnswer;
  while (!(await answers(join(folder, 'docker.sock')))) {
    if (Date.now() > deadline) throw new Error(`the engine does not answer; see ${logFile}`);
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
  else await enterNamespaces(command);
}
