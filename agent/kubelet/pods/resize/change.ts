/**
 * How a running container differs from what it was given. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kuberuntime/kuberuntime_manager.go
 * (computePodResizeAction)
 */
import type { core, Pod } from '../../../api/types.ts';
import { sharesOf } from '../../runtime/cpu-shares.ts';
import type { ContainerResources, RuntimeContainer } from '../../runtime/runtime.ts';
import { containerResources } from '../container-resources.ts';

export interface Change {
  /** The resources that differ. */
  differ: readonly ('cpu' | 'memory')[];
  wanted: ContainerResources;
}

/** Undefined where the container has what it should, and where the runtime does not tell. */
export function changeOf(pod: Pod, spec: core.Container, { resources }: RuntimeContainer): Change | undefined {
  if (!resources) return undefined;
  const wanted = containerResources(pod, spec);
  const sameRequest = sharesOf(resources.cpuRequest ?? 0) === sharesOf(wanted.cpuRequest ?? 0);
  const sameCpu = sameRequest && resources.cpuLimit === wanted.cpuLimit;
  const sameMemory = resources.memoryLimit === wanted.memoryLimit;
  if (sameCpu && sameMemory) return undefined;
  return { differ: [...(sameCpu ? [] : ['cpu' as const]), ...(sameMemory ? [] : ['memory' as const])], wanted };
}

/** https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/#container-resize-policies */
export const needsRestart = ({ resizePolicy = [] }: core.Container, { differ }: Change): boolean =>
  resizePolicy.some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === 'RestartContainer' && differ.some((name) => name === resourceName),
  );
