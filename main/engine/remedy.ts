/** What a user without an engine can do, and on Linux what Skiff can do for them. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { EngineStatus } from '../contract/clusters.ts';
import { type HostEnvironment, wantsNoEngine } from './candidates.ts';

export interface PackageManager {
  command: string;
  /** Each entry is a command with its arguments. */
  install: string[][];
}

/** Docker, under each distribution's name for it. */
const packageManagers: PackageManager[] = [
  {
    command: 'apt-get',
    install: [
      ['apt-get', 'update', '-q'],
      ['apt-get', 'install', '-y', '-q', '--no-install-recommends', 'docker.io', 'iptables', 'nftables', 'iproute2'],
    ],
  },
  { command: 'dnf', install: [['dnf', 'install', '-y', 'moby-engine', 'nftables', 'iproute']] },
  { command: 'pacman', install: [['pacman', '-Sy', '--noconfirm', '--needed', 'docker', 'nftables', 'iproute2']] },
  { command: 'zypper', install: [['zypper', '--non-interactive', 'install', 'docker', 'nftables', 'iproute2']] },
  { command: 'apk', install: [['apk', 'add', 'docker', 'nftables', 'iproute2']] },
];

const extraFolders = ['/usr/sbin', '/sbin', '/usr/local/sbin'];

/** Full path of a program, searched in `sbin` too, which may be missing from the PATH. */
export const which = (program: string, path = process.env.PATH ?? ''): string | undefined =>
  [...path.split(delimiter), ...extraFolders]
    .filter(Boolean)
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file));

const packageManager = (path?: string): PackageManager | undefined =>
  packageManagers.find(({ command }) => which(command, path));

export interface Setup {
  /** Undefined if Docker is already installed. */
  manager: PackageManager | undefined;
  /** The user who will use Docker; undefined for root. Membership in Docker's group counts from the next login. */
  user: string | undefined;
  systemd: boolean;
}

/**
 * Commands for root: those before Docker starts, since Docker makes its socket for the group, and the one that starts
 * it.
 */
export const setupCommands = ({ manager, user, systemd }: Setup): { prepare: string[][]; start: string[] } => ({
  prepare: [...(manager?.install ?? []), ...(user ? [joinGroup(user)] : [])],
  start: systemd ? ['systemctl', 'start', 'docker'] : ['service', 'docker', 'start'],
});

const joinGroup = (user: string): string[] => ['usermod', '-aG', 'docker', user];

export const hasSystemd = (): boolean => existsSync('/run/systemd/system');

/** Undefined if Docker is not installed and Skiff cannot install it. */
export function setupOf(env: NodeJS.ProcessEnv, uid: number): Setup | undefined {
  const manager = which('dockerd', env.PATH) ? undefined : packageManager(env.PATH);
  if (!manager && !which('dockerd', env.PATH)) return undefined;
  return { manager, user: uid === 0 ? undefined : env.USER, systemd: hasSystemd() };
}

const desktop: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Install and start Docker Desktop, OrbStack, Colima, Rancher Desktop or Podman, then try again.',
  win32: 'Install and start Docker Desktop, Rancher Desktop or Podman, then try again.',
};

type Remedy = NonNullable<EngineStatus['remedy']>;

export function engineRemedy(host: HostEnvironment, looked: EngineStatus['looked']): Remedy {
  const { env, platform } = host;
  if (wantsNoEngine(env)) return { title: 'SKIFF_ENGINE is `none`; unset it to use an engine.', canRun: false };
  return (
    remedyForChoice(host, looked) ??
    remedyForDenied(host, looked) ??
    (platform === 'linux'
      ? remedyOnLinux(host)
      : { title: desktop[platform] ?? 'Install Docker or Podman, then try again.', canRun: false })
  );
}

/** If the user chose an engine by name, the remedy is about that engine: Skiff installs no other one beside it. */
function remedyForChoice({ env }: HostEnvironment, [first]: EngineStatus['looked']): Remedy | undefined {
  const variable = env.DOCKER_HOST ? 'DOCKER_HOST' : env.DOCKER_CONTEXT ? 'DOCKER_CONTEXT' : undefined;
  if (!variable || !first) return undefined;
  const title = `${variable} asks for ${env[variable]}: ${first.outcome}. Start that engine, or unset ${variable} to use another.`;
  return { title, canRun: false };
}

function remedyForDenied({ env }: HostEnvironment, looked: EngineStatus['looked']): Remedy | undefined {
  const denied = looked.find(({ source, outcome }) => outcome === 'permission denied' && !source.startsWith('Podman'));
  if (!denied) return undefined;
  return {
    title: `Your user may not use ${denied.source}. Join its group (which has root's rights), then log in again.`,
    command: `sudo ${joinGroup(env.USER ?? '$USER').join(' ')}`,
    canRun: false,
  };
}

function remedyOnLinux({ env, uid }: HostEnvironment): Remedy {
  const setup = setupOf(env, uid);
  if (!which('dockerd', env.PATH) && which('podman', env.PATH)) return remedyForPodman(uid);
  if (!setup) return { title: 'Install Docker or Podman, then try again.', canRun: false };
  const { prepare, start } = setupCommands(setup);
  const sudo = uid === 0 ? '' : 'sudo ';
  return {
    title: setup.manager ? 'Install and start Docker.' : 'Docker is installed but not running. Start it.',
    command: [...prepare, start].map((words) => sudo + words.join(' ')).join(' && '),
    canRun: uid === 0,
    ...(uid !== 0 && which('sudo', env.PATH) ? { throughSudo: true } : {}),
  };
}

/** https://docs.podman.io/en/latest/markdown/podman-system-service.1.html */
const remedyForPodman = (uid: number): Remedy => ({
  title: 'Podman is installed, but its socket is off. Turn it on.',
  command: hasSystemd()
    ? `systemctl ${uid === 0 ? '' : '--user '}enable --now podman.socket`
    : 'podman system service --time=0 &',
  canRun: false,
});
