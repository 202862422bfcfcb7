/**
 * From a container's spec to a running container: image, volumes, environment, create, start, post-start hook.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/kubelet/kuberuntime/kuberuntime_container.go
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { core } from '../../api/types.ts';
import type { KubeletDeps } from '../deps.ts';
import { type Announce, ensureImage, ImageError } from '../images/pull.ts';
import type { ContainerConfig, ImageInfo, Mount } from '../runtime/runtime.ts';
import { allContainersOf, ephemeralContainersOf } from '../spec/containers.ts';
import { graceSecondsOf } from '../spec/pod.ts';
import { VolumeError } from '../volumes/volume-error.ts';
import { containerConfig } from './container-config.ts';
import { ContainerConfigError, environmentOf, wantsPodIP } from './env.ts';
import { containerAnnouncer } from './events.ts';
import type { PodMemory, SandboxStart } from './memory.ts';
import { latest, nextBackoff } from './model.ts';
import { factsOf, readyVolumes, volumeRetry } from './pod-volumes.ts';
import { hostsPath, resolvPath } from './start-sandbox.ts';

export interface StartRequest {
  name: string;
  attempt: number;
  restart: boolean;
}

/** Files that every container gets beside its volumes, unless it mounts something there itself. */
async function builtInMounts(
  deps: KubeletDeps,
  memory: PodMemory,
  spec: core.Container,
  attempt: number,
): Promise<Mount[]> {
  const { paths } = deps;
  const log = paths.terminationLog(memory.uid, spec.name, attempt);
  await mkdir(dirname(log), { recursive: true });
  await writeFile(log, '', { mode: 0o666 });
  const bind = (path: string, target: string): Mount => ({ source: paths.onEngine(path), target, readOnly: false });
  return [
    bind(hostsPath(deps, memory.uid), '/etc/hosts'),
    bind(resolvPath(deps, memory.uid), '/etc/resolv.conf'),
    bind(log, spec.terminationMessagePath || '/dev/termination-log'),
  ];
}

async function mountsOf(
  deps: KubeletDeps,
  { pod }: PodMemory,
  spec: core.Container,
  env: ReadonlyMap<string, string>,
): Promise<Mount[]> {
  try {
    return await deps.volumes.mounts(pod, spec, env);
  } catch (error) {
    throw error instanceof VolumeError ? new ContainerConfigError(error.message, { cause: error }) : error;
  }
}

/** Of an ephemeral container: the running container whose processes it is to see. */
function targetOf(deps: KubeletDeps, { pod, uid }: PodMemory, name: string): { target?: string } {
  const aim = ephemeralContainersOf(pod).find((spec) => spec.name === name)?.targetContainerName;
  const found = aim ? latest({ containers: deps.cache.containers(uid) }, aim) : undefined;
  return found?.state === 'running' ? { target: found.id } : {};
}

async function buildConfig(
  deps: KubeletDeps,
  memory: PodMemory,
  spec: core.Container,
  request: StartRequest,
  image: ImageInfo,
): Promise<ContainerConfig> {
  const { pod, sandbox } = memory;
  if (!sandbox) throw new Error('the pod has no sandbox');
  // Only then is the address needed before the sandbox runs.
  if (wantsPodIP(spec)) await sandbox.network;
  const { objects } = deps;
  const env = await environmentOf(pod, spec, { objects, services: deps.services(), facts: factsOf(deps, memory) });
  const own = await mountsOf(deps, memory, spec, env);
  const builtIn = await builtInMounts(deps, memory, spec, request.attempt);
  const mounts = [...own, ...builtIn.filter(({ target }) => !own.some((mount) => mount.target === target))];
  const { id } = await sandbox.created;
  const nodeMemory = deps.config.capacity.memory;
  const { attempt } = request;
  const target = targetOf(deps, memory, spec.name);
  return containerConfig({ pod, spec, attempt, sandboxId: id, image, env, mounts, nodeMemory, ...target });
}

class CreateError extends Error {}
class StartError extends Error {}

async function startCreated(
  deps: KubeletDeps,
  sandbox: SandboxStart,
  spec: core.Container,
  id: string,
  announce: Announce,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  announce('Normal', 'Created', `Created container: ${spec.name}`);
  await sandbox.network;
  try {
    await deps.runtime.startContainer(id, signal);
  } catch (error) {
    throw new StartError(
      `failed to start container "${spec.name}": Error response from daemon: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

async function createAndStart(
  deps: KubeletDeps,
  memory: PodMemory,
  spec: core.Container,
  request: StartRequest,
  signal: AbortSignal,
): Promise<string> {
  const { runtime, cache } = deps;
  const announce = containerAnnouncer(deps.recorder, memory, spec.name);
  // Whoever waits for a volume need not hear of the image each time.
  if (memory.volumeFailures > 0) await readyVolumes(deps, memory);
  const [image] = await Promise.all([ensureImage(deps, spec, announce, signal), readyVolumes(deps, memory)]);
  const config = await buildConfig(deps, memory, spec, request, image);
  const { sandbox } = memory;
  if (!sandbox) throw new Error('the pod has no sandbox');
  let id: string;
  try {
    id = await runtime.createContainer(await sandbox.created, config, signal);
  } catch (error) {
    throw new CreateError(`Error response from daemon: ${(error as Error).message}`, { cause: error });
  }
  try {
    await startCreated(deps, sandbox, spec, id, announce, signal);
  } finally {
    // Whatever came of it, and even if the pod is to end meanwhile: what nobody knows of nobody removes.
    await cache.refresh(id, deps.signal);
  }
  announce('Normal', 'Started', `Started container ${spec.name}`);
  return id;
}

const retryLater = 10_000;
/** Long enough for a person to see ErrImagePull before it becomes ImagePullBackOff. */
const backOffShown = 1_000;

function imageFailed(deps: KubeletDeps, memory: PodMemory, spec: core.Container, error: ImageError): void {
  const now = deps.clock.now();
  const image = spec.image ?? '';
  const backoff = nextBackoff(memory.pulls.get(image), now);
  memory.pulls.set(image, backoff);
  const retryAt = now + backoff.duration;
  memory.failures.set(spec.name, { reason: error.reason, message: error.message, retryAt });
  if (error.reason !== 'ErrImagePull') return;
  const failure = memory.failures.get(spec.name);
  deps.clock.after(backOffShown, () => {
    if (memory.failures.get(spec.name) !== failure) return;
    const announce = containerAnnouncer(deps.recorder, memory, spec.name);
    announce('Normal', 'BackOff', `Back-off pulling image "${image}"`);
    announce('Warning', 'Failed', 'Error: ImagePullBackOff');
    const message = `Back-off pulling image "${image}": ErrImagePull: ${error.message}`;
    memory.failures.set(spec.name, { reason: 'ImagePullBackOff', message, retryAt });
    deps.cache.touch(memory.uid);
  });
}

/** Turns what went wrong into the waiting reason and the event that upstream would show. */
function startFailed(deps: KubeletDeps, memory: PodMemory, spec: core.Container, error: unknown): void {
  const now = deps.clock.now();
  const message = error instanceof Error ? error.message : String(error);
  const announce = containerAnnouncer(deps.recorder, memory, spec.name);
  if (error instanceof ImageError) {
    imageFailed(deps, memory, spec, error);
    return;
  }
  if (error instanceof VolumeError) {
    memory.failures.set(spec.name, { reason: '', message, retryAt: now + volumeRetry(memory) });
    return;
  }
  announce('Warning', 'Failed', `Error: ${message}`);
  const reason =
    error instanceof StartError
      ? 'RunContainerError'
      : error instanceof ContainerConfigError
        ? error.reason
        : 'CreateContainerError';
  memory.failures.set(spec.name, { reason, message, retryAt: error instanceof StartError ? now : now + retryLater });
}

async function postStart(
  deps: KubeletDeps,
  memory: PodMemory,
  spec: core.Container,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const hook = spec.lifecycle?.postStart;
  if (!hook) return;
  const { runtime, clock } = deps;
  try {
    await deps.runHook({ runtime, clock, containerId: id, container: spec, ip: memory.ip ?? '' }, hook, signal);
  } catch (error) {
    signal.throwIfAborted();
    const announce = containerAnnouncer(deps.recorder, memory, spec.name);
    announce('Warning', 'FailedPostStartHook', error instanceof Error ? error.message : String(error));
    announce('Normal', 'Killing', 'FailedPostStartHook');
    await runtime.stopContainer(id, graceSecondsOf(memory.pod), signal);
  }
}

export async function startContainer(
  deps: KubeletDeps,
  memory: PodMemory,
  request: StartRequest,
  signal: AbortSignal,
): Promise<void> {
  const spec = allContainersOf(memory.pod).find(({ name }) => name === request.name);
  if (!spec) return;
  if (request.restart) memory.backoffs.set(spec.name, nextBackoff(memory.backoffs.get(spec.name), deps.clock.now()));
  try {
    const id = await createAndStart(deps, memory, spec, request, signal);
    memory.failures.delete(spec.name);
    memory.pulls.delete(spec.image ?? '');
    await postStart(deps, memory, spec, id, signal);
  } catch (error) {
    if (!signal.aborted) startFailed(deps, memory, spec, error);
  }
}
