/**
 * What an engine that runs without root can do for its containers. It refuses to start containers that ask for more.
 */
import type Docker from 'dockerode';
import { ask, openStream, pingEngine } from './engine.ts';

export interface Abilities {
  podman: boolean;
  /** Whether the engine can share out CPU time, and limit memory. */
  limits: { cpu: boolean; memory: boolean };
  /** Podman without root: none of its processes may have an OOM score below `rootlessOomScore`. */
  rootless: boolean;
  /** Podman's runtime, e.g. `crun`. */
  ociRuntime?: string;
}

/** The relevant parts of `/libpod/info`. */
export interface PodmanInfo {
  host?: {
    cgroupControllers?: string[] | null;
    security?: { rootless?: boolean };
    ociRuntime?: { name?: string };
  };
}

/**
 * Docker ignores limits for which it has no cgroup controller. Podman lists the controllers delegated to its user, and
 * refuses a container that needs another.
 * https://github.com/containers/podman/blob/main/troubleshooting.md#26-running-containers-with-resource-limits-fails-with-a-permissions-error
 */
export function abilitiesOf(podman: boolean, info: PodmanInfo): Abilities {
  const ociRuntime = info.host?.ociRuntime?.name;
  const controllers = info.host?.cgroupControllers ?? [];
  const rootless = info.host?.security?.rootless ?? false;
  const has = (controller: string): boolean => !rootless || controllers.includes(controller);
  return {
    podman,
    limits: { cpu: has('cpu'), memory: has('memory') },
    rootless,
    ...(ociRuntime === undefined ? {} : { ociRuntime }),
  };
}

async function readText(docker: Docker, path: string, signal: AbortSignal): Promise<string> {
  const answer = await ask(openStream(docker, path, {}, signal));
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return text;
}

/**
 * The names that `--runtime` takes. Podman lists all that it has heard of, present or not, so only the one that it uses
 * counts. Docker may have been given others since the last call.
 */
export async function readHandlers(
  docker: Docker,
  { podman, ociRuntime }: Abilities,
  signal: AbortSignal,
): Promise<string[]> {
  if (podman) return ociRuntime === undefined ? [] : [ociRuntime];
  const info = JSON.parse(await readText(docker, '/info', signal)) as { Runtimes?: object | null };
  return Object.keys(info.Runtimes ?? {}).sort();
}

/** Podman serves its own API only with a version in the path; Podman 5 still answers version 4. */
const podmanInfo = '/v4.0.0/libpod/info';

export async function readAbilities(docker: Docker, signal: AbortSignal): Promise<Abilities> {
  const { podman } = await pingEngine(docker, signal);
  if (!podman) return abilitiesOf(false, {});
  return abilitiesOf(true, JSON.parse(await readText(docker, podmanInfo, signal)));
}
