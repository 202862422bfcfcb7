/** What the operating system says about this node. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { arch, release } from 'node:os';
import { isMissing } from '../volumes/paths.ts';

export interface SystemFacts {
  kernelVersion: string;
  osImage: string;
  architecture: string;
  machineID: string;
  bootID: string;
}

async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}

const goArchitectures: Record<string, string> = { x64: 'amd64', ia32: '386' };

/** The machine id is made from the node's name: all nodes share one machine, and clients tell nodes apart by it. */
export async function readSystem(profile: string, nodeName: string): Promise<SystemFacts> {
  const [osRelease, bootID] = await Promise.all([
    readText('/etc/os-release'),
    readText('/proc/sys/kernel/random/boot_id'),
  ]);
  const name = /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(osRelease)?.[1];
  return {
    kernelVersion: release(),
    osImage: name ?? 'Skiff node',
    architecture: goArchitectures[arch()] ?? arch(),
    machineID: createHash('sha256').update(`${profile}/${nodeName}`).digest('hex').slice(0, 32),
    bootID,
  };
}

export const readResolvConf = (): Promise<string> => readText('/etc/resolv.conf');
