/**
 * Tells the engine what containers have now, and whether that is all done.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kuberuntime/kuberuntime_manager.go
 * (doPodResizeAction)
 */
import { messageOf } from '../../../api/errors.ts';
import type { Recorder } from '../../../client/recorder.ts';
import type { ContainerResources, RuntimeContainer } from '../../runtime/runtime.ts';
import { containerNamed } from '../../spec/containers.ts';
import { podAnnouncer } from '../events.ts';
import type { PodMemory } from '../memory.ts';
import type { Resizer } from '../parts.ts';
import { changeOf } from './change.ts';
import { resizeMessage } from './events.ts';

export interface ContainerChange {
  container: RuntimeContainer;
  resources: ContainerResources;
}

/** How long until a change that failed is tried again, in milliseconds. */
const retryAfter = 10_000;

const shrinks = ({ container, resources }: ContainerChange): boolean =>
  resources.memoryLimit !== undefined &&
  resources.memoryLimit < (container.resources?.memoryLimit ?? Number.POSITIVE_INFINITY);

/** A container that uses more than its new limit would be killed. */
async function checkUsage(
  { runtime }: Resizer,
  changes: readonly ContainerChange[],
  signal: AbortSignal,
): Promise<void> {
  const shrinking = changes.filter(shrinks);
  if (shrinking.length === 0) return;
  const used = new Map((await runtime.stats(signal)).map(({ id, memory }) => [id, memory]));
  for (const { container, resources } of shrinking) {
    const [usage, limit] = [used.get(container.id) ?? 0, resources.memoryLimit ?? 0];
    if (usage <= limit) continue;
    const detail = `memory limit (${limit}) below current usage (${usage})`;
    throw new Error(`attempting to set container "${container.name}" ${detail}`);
  }
}

/** Changes all, or none if one of them would kill its container. A failure is remembered and announced. */
export async function resizeContainers(
  parts: Resizer,
  memory: PodMemory,
  changes: readonly ContainerChange[],
  signal: AbortSignal,
): Promise<void> {
  try {
    await checkUsage(parts, changes, signal);
    for (const { container, resources } of changes) {
      await parts.runtime.updateContainer(container.id, resources, signal);
      await parts.cache.refresh(container.id, signal);
    }
  } catch (error) {
    signal.throwIfAborted();
    const { progress } = memory.resize;
    const generation = progress?.generation ?? Number(memory.pod.metadata.generation ?? 0);
    const message = messageOf(error);
    if (progress?.failure?.message !== message) {
      const text = resizeMessage('Pod resize error', memory.pod, generation, message);
      podAnnouncer(parts.recorder, memory)('Warning', 'ResizeError', text);
    }
    memory.resize.progress = { generation, failure: { message, retryAt: parts.clock.now() + retryAfter } };
  }
}

/** Notices that every running container has what the pod was given. */
export function finishResize(recorder: Recorder, memory: PodMemory, containers: readonly RuntimeContainer[]): void {
  const { progress } = memory.resize;
  if (!progress) return;
  const late = containers.some((container) => {
    const spec = container.state === 'running' ? containerNamed(memory.pod, container.name) : undefined;
    return spec !== undefined && changeOf(memory.pod, spec, container) !== undefined;
  });
  if (late) return;
  delete memory.resize.progress;
  const message = resizeMessage('Pod resize completed', memory.pod, progress.generation);
  podAnnouncer(recorder, memory)('Normal', 'ResizeCompleted', message);
}
