/**
 * Changes the resources of a running container. Docker has a call for it; Podman's copy of Docker's API lacks that call
 * until Podman 5, while its own API has one since 4.3.
 * https://docs.podman.io/en/latest/_static/api.html#tag/containers/operation/ContainerUpdateLibpod
 */
import type Docker from 'dockerode';
import type { HostConfig } from 'dockerode';
import { ask, RuntimeError } from './engine.ts';

/** The resources of the OCI runtime specification; quota and period in microseconds, memory in bytes. */
export interface OciResources {
  cpu?: { shares?: number; quota?: number; period?: number };
  memory?: { limit: number; swap: number };
}

/** Microseconds; what engines make of a number of CPUs as well. */
const period = 100_000;

export function ociResources({ CpuShares, NanoCpus, Memory }: Partial<HostConfig>): OciResources {
  const cpu = {
    ...(CpuShares ? { shares: CpuShares } : {}),
    ...(NanoCpus ? { quota: Math.round((NanoCpus * period) / 1e9), period } : {}),
  };
  return {
    ...(Object.keys(cpu).length > 0 ? { cpu } : {}),
    ...(Memory ? { memory: { limit: Memory, swap: Memory } } : {}),
  };
}

function updateOnPodman(docker: Docker, id: string, resources: OciResources, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      {
        path: `/v4.0.0/libpod/containers/${id}/update`,
        method: 'POST',
        abortSignal: signal,
        options: resources,
        statusCodes: { 200: true, 201: true, 404: 'no such container', 500: 'server error' },
      },
      (error: unknown) => (error ? reject(error) : resolve()),
    );
  });
}

/** A container that is gone is answered with a JSON that names it, and an unknown path with nothing but its title. */
const isUnknownPath = (error: unknown): boolean =>
  error instanceof RuntimeError && error.statusCode === 404 && !/no such container/i.test(error.message);

export async function updateContainer(
  docker: Docker,
  engine: { podman: boolean },
  id: string,
  options: Partial<HostConfig>,
  signal: AbortSignal,
): Promise<void> {
  if (Object.keys(options).length === 0) return;
  if (!engine.podman) {
    await ask(docker.getContainer(id).update({ ...options, abortSignal: signal }));
    return;
  }
  try {
    await ask(updateOnPodman(docker, id, ociResources(options), signal));
  } catch (error) {
    if (!isUnknownPath(error)) throw error;
    throw new Error('this Podman cannot change a running container: 4.3 and newer can', { cause: error });
  }
}
