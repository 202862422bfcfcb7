/** Where the engine's socket is on the machine that the engine runs on, for a container to be given it. */
import { realpathSync } from 'node:fs';
import { posix } from 'node:path';
import type { Engine } from './engine.ts';

/** In the virtual machine of Docker Desktop, Colima, Rancher Desktop and OrbStack. */
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
 * How a container is given a socket. When its service starts anew so does the socket, as another file: where the folder
 * holds nothing else it is given instead, which shows the new one. Docker's containers start anew with it, and see it so.
 */
export function socketMount(path: string): { bind: string; socket: string } {
  const folder = posix.dirname(path);
  return posix.basename(folder) === 'podman'
    ? { bind: `${folder}:/run/engine`, socket: `/run/engine/${posix.basename(path)}` }
    : { bind: `${path}:/run/engine.sock`, socket: '/run/engine.sock' };
}
