/**
 * Starts a container from its spec: image, volumes, environment, create, start, post-start hook.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kuberuntime/kuberuntime_container.go
 */

import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../../api/errors.ts';
import type { core, Pod } from '../../api/types.ts';
import { type Announce, ImageError } from '../images/pull.ts';
import type { RuntimeCache } from '../runtime/cache.ts';
import type { ContainerConfig, ImageInfo, Mount, Runtime } from '../runtime/runtime.ts';
import { containerNamed, ephemeralContainersOf } from '../spec/containers.ts';
import { graceSecondsOf } from '../spec/pod.ts';
import type { Paths } from '../volumes/paths.ts';
import { VolumeError } from '../volumes/volume-error.ts';
import type { Volumes } from '../volumes/volumes.ts';
import { containerConfig } from './container-config.ts';
import { imageFailed, imageOf } from './container-image.ts';
import { ContainerConfigError, environmentOf, usesPodIP } from './env.ts';
import { containerAnnouncer } from './events.ts';
import type { PodMemory, SandboxStart } from './memory.ts';
import { latest, nextBackoff } from './model.ts';
import type { ContainerStarter, FailureReporter, HookRunner } from './parts.ts';
import { factsOf, readyVolumes, volumeRetry } from './pod-volumes.ts';
import { seccompOf } from './seccomp.ts';
import { hostsPath, resolvPath } from './start-sandbox.ts';

export interface StartRequest {
  name: string;
  attempt: number;
  restart: boolean;
}

/** The files that every container gets besides its volumes, unless it mounts something at the same path. */
async function builtInMounts(paths: Paths, memory: PodMemory, spec: core.Container, attempt: number): Promise<Mount[]> {
  const log = paths.terminationLog(memory.uid, spec.name, attempt);
  await mkdir(dirname(log), { recursive: true });
  await writeFile(log, '');
  // For any user of a container, whatever this process's umask.
  await chmod(log, 0o666);
  const bind = (path: string, target: string): Mount => ({ source: paths.onEngine(path), target, readOnly: false });
  return [
    bind(hostsPath(paths, memory.uid), '/etc/hosts'),
    bind(resolvPath(paths, memory.uid), '/etc/resolv.conf'),
    bind(log, spec.terminationMessagePath || '/dev/termination-log'),
  ];
}

async function mountsOf(
  volumes: Volumes,
  { pod }: PodMemory,
  spec: core.Container,
  env: ReadonlyMap<string, string>,
): Promise<Mount[]> {
  try {
    return await volumes.mounts(pod, spec, env);
  } catch (error) {
    throw error instanceof VolumeError ? new ContainerConfigError(error.message, { cause: error }) : error;
  }
}

/** For an ephemeral container: the running container whose processes it sees. */
function targetOf(cache: RuntimeCache, { pod, uid }: PodMemory, name: string): { target?: string } {
  const targetName = ephemeralContainersOf(pod).find((spec) => spec.name === name)?.targetContainerName;
  const found = targetName ? latest({ containers: cache.containers(uid) }, targetName) : undefined;
  return found?.state === 'running' ? { target: found.id } : {};
}

class CreateError extends Error {}
class StartError extends Error {}

async function loadSeccomp(paths: Paths, pod: Pod, spec: core.Container): Promise<string | undefined> {
  try {
    return await seccompOf(paths, pod, spec);
  } catch (error) {
    throw new CreateError(messageOf(error), { cause: error });
  }
}

async function buildConfig(
  parts: ContainerStarter,
  memory: PodMemory,
  spec: core.Container,
  request: StartRequest,
  image: ImageInfo,
): Promise<ContainerConfig> {
  const { pod } = memory;
  const sandbox = memory.sandbox.start;
  if (!sandbox) throw new Error('the pod has no sandbox');
  // Variables that show the pod's address need it before the container is created.
  if (usesPodIP(spec)) await sandbox.network;
  const { objects } = parts;
  const env = await environmentOf(pod, spec, { objects, services: parts.services(), facts: factsOf(parts, memory) });
  const own = await mountsOf(parts.volumes, memory, spec, env);
  const builtIn = await builtInMounts(parts.paths, memory, spec, request.attempt);
  const mounts = [...own, ...builtIn.filter(({ target }) => !own.some((mount) => mount.target === target))];
  const { id } = await sandbox.created;
  const nodeMemory = parts.config.capacity.memory;
  const { attempt } = request;
  const target = targetOf(parts.cache, memory, spec.name);
  const seccomp = await loadSeccomp(parts.paths, pod, spec);
  const inputs = { pod, spec, attempt, sandboxId: id, image, env, mounts, nodeMemory, ...target };
  return containerConfig({ ...inputs, ...(seccomp ? { seccomp } : {}) });
}

async function startCreated(
  runtime: Runtime,
  sandbox: SandboxStart,
  spec: core.Container,
  id: string,
  announce: Announce,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  announce('Normal', 'Created', 'Container created');
  await sandbox.network;
  try {
    await runtime.startContainer(id, signal);
  } catch (error) {
    throw new StartError(
      `failed to start container "${spec.name}": Error response from daemon: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

async function createAndStart(
  parts: ContainerStarter,
  memory: PodMemory,
  spec: core.Container,
  request: StartRequest,
  signal: AbortSignal,
): Promise<string> {
  const { runtime, cache } = parts;
  const announce = containerAnnouncer(parts.recorder, memory, spec.name);
  // While the volumes fail, wait for them first, so that image events do not repeat with every retry.
  if (memory.volumes.failures > 0) await readyVolumes(parts, memory);
  const [image] = await Promise.all([imageOf(parts, memory, spec, signal), readyVolumes(parts, memory)]);
  const config = await buildConfig(parts, memory, spec, request, image);
  const sandbox = memory.sandbox.start;
  if (!sandbox) throw new Error('the pod has no sandbox');
  let id: string;
  try {
    id = await runtime.createContainer(await sandbox.created, config, signal);
  } catch (error) {
    throw new CreateError(`Error response from daemon: ${(error as Error).message}`, { cause: error });
  }
  try {
    await startCreated(runtime, sandbox, spec, id, announce, signal);
  } finally {
    // Record the container after success and failure, even if the pod ends meanwhile, so that it cannot leak.
    await cache.refresh(id, parts.signal);
  }
  announce('Normal', 'Started', 'Container started');
  return id;
}

const retryLater = 10_000;

/** Turns a failure into upstream's waiting reason and event. */
function startFailed(parts: FailureReporter, memory: PodMemory, spec: core.Container, error: unknown): void {
  const now = parts.clock.now();
  const message = messageOf(error);
  const announce = containerAnnouncer(parts.recorder, memory, spec.name);
  if (error instanceof ImageError) {
    imageFailed(parts, memory, spec.name, error);
    return;
  }
  if (error instanceof VolumeError) {
    memory.starts.failures.set(spec.name, { reason: '', message, retryAt: now + volumeRetry(memory.volumes) });
    return;
  }
  announce('Warning', 'Failed', `Error: ${message}`);
  const reason =
    error instanceof StartError
      ? 'RunContainerError'
      : error instanceof ContainerConfigError
        ? error.reason
        : 'CreateContainerError';
  memory.starts.failures.set(spec.name, {
    reason,
    message,
    retryAt: error instanceof StartError ? now : now + retryLater,
  });
}

/** How long a failed hook stays visible before its container starts again, in milliseconds. */
const hookErrorShown = 1_000;

async function postStart(
  parts: HookRunner,
  memory: PodMemory,
  spec: core.Container,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const hook = spec.lifecycle?.postStart;
  if (!hook) return;
  const { runtime, clock } = parts;
  memory.starts.hooked.add(id);
  try {
    await parts.runHook(
      { runtime, clock, containerId: id, container: spec, ip: memory.sandbox.ips?.[0] ?? '' },
      hook,
      signal,
    );
  } catch {
    signal.throwIfAborted();
    const announce = containerAnnouncer(parts.recorder, memory, spec.name);
    // As in upstream, the event does not say why: a hook's command and its output may hold secrets.
    announce('Warning', 'FailedPostStartHook', 'PostStartHook failed');
    announce('Normal', 'Killing', 'FailedPostStartHook');
    await runtime.stopContainer(id, graceSecondsOf(memory.pod), signal);
    // Upstream tries again a moment later, too.
    const failure = { reason: 'PostStartHookError', message: '', retryAt: clock.now() + hookErrorShown };
    memory.starts.failures.set(spec.name, failure);
  } finally {
    memory.starts.hooked.delete(id);
  }
}

/**
 * Starts a container, waiting for its image and volumes. Failures go into the pod's memory and events. Rejects only if
 * the signal aborted before the start.
 */
export async function startContainer(
  parts: ContainerStarter,
  memory: PodMemory,
  request: StartRequest,
  signal: AbortSignal,
): Promise<void> {
  // The pod may have ended while this start waited for its slot.
  signal.throwIfAborted();
  const spec = containerNamed(memory.pod, request.name);
  if (!spec) return;
  if (request.restart)
    memory.starts.backoffs.set(spec.name, nextBackoff(memory.starts.backoffs.get(spec.name), parts.clock.now()));
  try {
    const id = await createAndStart(parts, memory, spec, request, signal);
    memory.starts.failures.delete(spec.name);
    memory.starts.pulls.delete(spec.image ?? '');
    await postStart(parts, memory, spec, id, signal);
  } catch (error) {
    if (!signal.aborted) startFailed(parts, memory, spec, error);
  }
}
