/** Where the engine's socket is on the machine that the engine runs on, for a container to be given it. */
import { realpathSync } from 'node:fs';
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
