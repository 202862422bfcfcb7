/**
 * What a container gets. A limit of the pod as a whole holds for each container that has none of its own. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kuberuntime/kuberuntime_container_linux.go
 * (calculateLinuxResources)
 */
import { effectiveAmounts } from '../../api/pods.ts';
import { quantityMilliValue, quantityValue } from '../../api/quantity.ts';
import type { core, Pod } from '../../api/types.ts';
import type { ContainerResources } from '../runtime/runtime.ts';
import { initContainersOf, isSidecar } from '../spec/containers.ts';

export function containerResources({ spec }: Pod, { resources }: core.Container): ContainerResources {
  const limitOf = (name: string) => resources?.limits?.[name] ?? spec.resources?.limits?.[name];
  const cpuLimit = quantityMilliValue(limitOf('cpu'));
  const cpuRequest = resources?.requests?.cpu === undefined ? cpuLimit : quantityMilliValue(resources.requests.cpu);
  const memoryLimit = quantityValue(limitOf('memory'));
  return {
    ...(cpuRequest ? { cpuRequest } : {}),
    ...(cpuLimit ? { cpuLimit } : {}),
    ...(memoryLimit ? { memoryLimit } : {}),
  };
}

/**
 * Bytes, for the container's OOM score. What the pod requests as a whole beyond its containers is shared out evenly.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/qos/policy.go
 */
export function memoryRequest(pod: Pod, { resources }: core.Container): number {
  const own = quantityValue(resources?.requests?.memory ?? resources?.limits?.memory);
  const whole = pod.spec.resources?.requests?.memory;
  if (whole === undefined) return own;
  const sharers = pod.spec.containers.length + initContainersOf(pod).filter(isSidecar).length;
  const left = quantityValue(whole) - quantityValue(effectiveAmounts(pod.spec, 'requests').memory);
  return own + Math.max(0, left) / sharers;
}
