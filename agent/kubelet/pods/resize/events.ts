/**
 * The events of a resize, whose messages carry what the pod asks for. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/events/pod_resize.go
 */
import type { core, Pod } from '../../../api/types.ts';
import { initContainersOf } from '../../spec/containers.ts';

const amounts = ({ name, resources }: core.Container) => ({ name, resources: resources ?? {} });

/** `what` is e.g. `Pod resize started`. */
export function resizeMessage(what: string, pod: Pod, generation: number, error = ''): string {
  const init = initContainersOf(pod).map(amounts);
  const summary = {
    ...(init.length > 0 ? { initContainers: init } : {}),
    containers: pod.spec.containers.map(amounts),
    generation,
    ...(error ? { error } : {}),
  };
  return `${what}: ${JSON.stringify(summary)}`;
}
