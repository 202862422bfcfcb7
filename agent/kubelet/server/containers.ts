/**
 * Finds the container run that a request means, or fails with upstream's message.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kubelet_pods.go (validateContainerLogStatus)
 */
import type { core, Pod } from '../../api/types.ts';
import type { ContainerTarget, StreamBackend } from './backend.ts';
import { HttpError } from './http-error.ts';

/** Throws `HttpError` 404 if this node does not run the pod. */
export function findPod(backend: StreamBackend, namespace: string, name: string): Pod {
  const pod = backend.pod(namespace, name);
  if (!pod) throw new HttpError(404, `pod does not exist`);
  return pod;
}

/** The run whose log is requested: the current one, the previous one, or the last one if none is current. */
export function containerForLog(
  backend: StreamBackend,
  namespace: string,
  podName: string,
  name: string,
  previous: boolean,
): ContainerTarget {
  const pod = backend.pod(namespace, podName);
  if (!pod) throw new HttpError(404, `pod "${podName}" not found`);
  if (!specOf(pod, name)) throw new HttpError(404, `container "${name}" not found in pod "${podName}"`);
  const status = statusOf(pod, name);
  if (!status) throw new HttpError(400, `container "${name}" in pod "${podName}" is not available`);
  return target(pod, name, runForLog(status, podName, previous));
}

function runForLog(status: core.ContainerStatus, podName: string, previous: boolean): string {
  const { name, state } = status;
  const last = status.lastState?.terminated;
  const where = `container "${name}" in pod "${podName}"`;
  if (previous) {
    if (!last?.containerID) throw new HttpError(400, `previous terminated ${where} not found`);
    return last.containerID;
  }
  if (state?.running && status.containerID) return status.containerID;
  const ended = state?.terminated ?? last;
  if (ended) {
    const id = ended.containerID || last?.containerID;
    if (!id) throw new HttpError(400, `${where} is terminated`);
    return id;
  }
  throw new HttpError(400, `${where} is waiting to start${waitingFor(state?.waiting)}`);
}

function waitingFor(waiting: core.ContainerStateWaiting | undefined): string {
  if (!waiting) return ' - no logs yet';
  if (waiting.reason === 'ErrImagePull') return ": image can't be pulled";
  if (waiting.reason === 'ImagePullBackOff') return ': trying and failing to pull image';
  return `: ${waiting.reason}`;
}

/** The running container to execute in or attach to. */
export function runningContainer(
  backend: StreamBackend,
  namespace: string,
  podName: string,
  name: string,
): ContainerTarget {
  const pod = findPod(backend, namespace, podName);
  const status = statusOf(pod, name);
  if (!status?.state?.running || !status.containerID) throw new HttpError(500, `container not found ("${name}")`);
  return target(pod, name, status.containerID);
}

/** Whether the container was created with a terminal. */
export const hasTerminal = (container: ContainerTarget): boolean => specOf(container.pod, container.name)?.tty ?? false;

function specOf(pod: Pod, name: string): core.Container | core.EphemeralContainer | undefined {
  const { containers, initContainers = [], ephemeralContainers = [] } = pod.spec;
  return [...containers, ...initContainers, ...ephemeralContainers].find((container) => container.name === name);
}

function statusOf(pod: Pod, name: string): core.ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
  return [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses].find(
    (status) => status.name === name,
  );
}

function target(pod: Pod, name: string, containerID: string): ContainerTarget {
  const [scheme = '', id = ''] = containerID.split('://', 2);
  return { pod, name, scheme, id };
}
