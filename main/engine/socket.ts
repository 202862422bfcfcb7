/** Path of the engine's socket on the engine's own machine, to mount it into containers. */
import { realpathSync } from 'node:fs';
import { posix } from 'node:path';
import type { Engine } from './engine.ts';

/** Path inside the virtual machine of Docker Desktop, Colima, Rancher Desktop and OrbStack. */
const inVirtualMachine = '/var/run/docker.sock';

export async function engineSocketPath(engine: Engine): Promise<string> {
  const { endpoint, podman } = engine.info;
  const local = endpoint.startsWith('unix://') ? endpoint.slice('unix://'.length) : undefined;
  if (process.platform !== 'linux' || !local) {
    return podman ? ((await engine.podmanSocket()) ?? '/run/podman/podman.sock') : inVirtualMachine;
  }
  const inDesktop = /\/\.(docker\/desktop|rd|colima)\//.test(local);
  return inDesktop ? inVirtualMachine : realpathSync(local);
}

/**
 * How to mount the engine's socket into a container. When the engine's service restarts, it makes a new socket file.
 * Podman's folder holds only the socket, so Skiff mounts the folder, which shows the new file. Docker restarts its
 * containers with itself, so they see the new file anyway.
 */
export function socketMount(path: string): { bind: string; socket: string } {
  const folder = posix.dirname(path);
  return posix.basename(folder) === 'podman'
    ? { bind: `${folder}:/run/engine`, socket: `/run/engine/${posix.basename(path)}` }
    : { bind: `${path}:/run/engine.sock`, socket: '/run/engine.sock' };
}
