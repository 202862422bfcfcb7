/** What an engine that runs without root cannot do for its containers, and would refuse to start them for. */
import type Docker from 'dockerode';
import { ask, openStream, pingEngine } from './engine.ts';

export interface Abilities {
  podman: boolean;
  /** Whether it may share out CPU time, and limit memory. */
  limits: { cpu: boolean; memory: boolean };
  /** Podman without root: no process of it may be given less than `rootlessOomScore`. */
  rootless: boolean;
}

/** The parts of `/libpod/info` that count. */
export interface PodmanInfo {
  host?: { cgroupControllers?: string[] | null; security?: { rootless?: boolean } };
}

/**
 * Docker leaves out by itself what it has no controller for. Podman names those that its user was delegated, and fails
 * a container that wants another.
 * https://github.com/containers/podman/blob/main/troubleshooting.md#26-running-containers-with-resource-limits-fails-with-a-permissions-error
 */
export function abilitiesOf(podman: boolean, info: PodmanInfo): Abilities {
  const controllers = info.host?.cgroupControllers ?? [];
  const rootless = info.host?.security?.rootless ?? false;
  const has = (controller: string): boolean => !rootless || controllers.includes(controller);
  return {
    podman,
    limits: { cpu: has('cpu'), memory: has('memory') },
    rootless,
  };
}

/** Podman has its own API under a version only; 4 is the least that 5 still answers to. */
const podmanInfo = '/v4.0.0/libpod/info';

export async function readAbilities(docker: Docker, signal: AbortSignal): Promise<Abilities> {
  const { podman } = await pingEngine(docker, signal);
  if (!podman) return abilitiesOf(false, {});
  const answer = await ask(openStream(docker, podmanInfo, {}, signal));
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return abilitiesOf(true, JSON.parse(text));
}
