/** Facts about this node from the operating system. */

import { createHash } from 'node:crypto';
import { mkdir, readFile, statfs } from 'node:fs/promises';
import { arch, release } from 'node:os';
import { unlessMissing } from '../../missing-file.ts';

export interface SystemFacts {
  kernelVersion: string;
  osImage: string;
  /** Go's name: `amd64`, `arm64`. */
  architecture: string;
  machineID: string;
  bootID: string;
  /** Size in bytes of the disk that holds this node's volumes. */
  storage: number;
  /** Whether the kernel enforces AppArmor profiles. */
  hasAppArmor: boolean;
}

const readText = async (path: string): Promise<string> => ((await unlessMissing(readFile(path, 'utf8'))) ?? '').trim();

const goArchitectures: Record<string, string> = { x64: 'amd64', ia32: '386' };

/**
 * Reads the facts. The machine id is derived from the node's name, because all nodes share one machine and clients
 * identify nodes by that id.
 */
export async function readSystem(profile: string, nodeName: string, dataFolder: string): Promise<SystemFacts> {
  const [osRelease, bootID, appArmor, disk] = await Promise.all([
    readText('/etc/os-release'),
    readText('/proc/sys/kernel/random/boot_id'),
    readText('/sys/module/apparmor/parameters/enabled'),
    // The folder does not exist yet on a worker with no volume.
    mkdir(dataFolder, { recursive: true }).then(() => statfs(dataFolder)),
  ]);
  const name = /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(osRelease)?.[1];
  return {
    kernelVersion: release(),
    osImage: name ?? 'Skiff node',
    architecture: goArchitectures[arch()] ?? arch(),
    machineID: createHash('sha256').update(`${profile}/${nodeName}`).digest('hex').slice(0, 32),
    bootID,
    storage: disk.blocks * disk.bsize,
    hasAppArmor: appArmor === 'Y',
  };
}

export const readResolvConf = (): Promise<string> => readText('/etc/resolv.conf');
export const readHosts = (): Promise<string> => readText('/etc/hosts');
