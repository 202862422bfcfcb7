/** What a person without an engine can do, on Linux also what we can do for them. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { EngineStatus } from '../contract.ts';
import { type Surroundings, wantsNoEngine } from './candidates.ts';

export interface PackageManager {
  command: string;
  /** Each is a command and its arguments. */
  install: string[][];
}

/** Docker under the name that each distribution packages it. */
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

/** Full path of a program, also where `sbin` is not on the PATH. */
export const which = (program: string, path = process.env.PATH ?? ''): string | undefined =>
  [...path.split(delimiter), ...extraFolders]
    .filter(Boolean)
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file));

export const packageManager = (path?: string): PackageManager | undefined =>
  packageManagers.find(({ command }) => which(command, path));

const desktop: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Install and start Docker Desktop, OrbStack, Colima, Rancher Desktop or Podman, then try again.',
  win32: 'Install and start Docker Desktop, Rancher Desktop or Podman, then try again.',
};

export function engineRemedy(around: Surroundings, looked: EngineStatus['looked']): EngineStatus['remedy'] {
  if (wantsNoEngine(around.env)) return { title: 'SKIFF_ENGINE is `none`; unset it to use an engine.', canRun: false };
  const denied = looked.find(({ outcome }) => outcome === 'permission denied');
  if (denied) {
    return {
      title: `Your user may not use ${denied.source}. Join its group, then log in again.`,
      command: 'sudo usermod -aG docker $USER',
      canRun: false,
    };
  }
  if (around.platform !== 'linux') {
    return { title: desktop[around.platform] ?? 'Install Docker or Podman, then try again.', canRun: false };
  }
  const root = around.uid === 0;
  const sudo = root ? '' : 'sudo ';
  if (which('dockerd', around.env.PATH)) {
    return {
      title: 'Docker is installed but not running. Start it.',
      command: `${sudo}service docker start`,
      canRun: root,
    };
  }
  const manager = packageManager(around.env.PATH);
  if (!manager) return { title: 'Install Docker or Podman, then try again.', canRun: false };
  const command = manager.install.map((words) => sudo + words.join(' ')).join(' && ');
  return { title: 'Install and start Docker.', command, canRun: root };
}
