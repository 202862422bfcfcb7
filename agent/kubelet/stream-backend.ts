/** Gives the kubelet's server the containers of the runtime, and the logs of the built-in components. */
import type { Pod } from '../api/types.ts';
import type { Informer } from '../client/informer.ts';
import type { ComponentLogs } from './mirror/component-logs.ts';
import { componentScheme } from './mirror/mirror-pods.ts';
import { newestSandbox } from './pods/model.ts';
import type { RuntimeCache } from './runtime/cache.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { ContainerTarget, Readings, StreamBackend } from './server/backend.ts';
import { dialPod } from './server/dial.ts';
import { mirroredUid } from './spec/pod.ts';
import type { ReadSummary } from './stats/stats.ts';
import type { HostFolders } from './volumes/host-folders.ts';

export interface StreamBackendOptions {
  runtime: Runtime;
  cache: RuntimeCache;
  informer: Informer<Pod>;
  logs: ComponentLogs;
  summary: ReadSummary;
  readings: Readings;
  folders: HostFolders;
}

const isComponent = ({ scheme }: ContainerTarget): boolean => scheme === componentScheme;

const refuseProcess = ({ name }: ContainerTarget): Error =>
  new Error(`${name} runs inside the node's agent and has no container of its own`);

export function createStreamBackend(options: StreamBackendOptions): StreamBackend {
  const { runtime, cache, informer, logs, summary, readings, folders } = options;
  return {
    summary,
    readings,
    folders,
    pods: () => informer.list(),
    pod: (namespace, name) => informer.get(`${namespace}/${name}`),
    logs: (target, options, signal) =>
      isComponent(target) ? logs.read(target.id, options, signal) : runtime.logs(target.id, options, signal),
    async exec(target, options, signal) {
      if (isComponent(target)) throw refuseProcess(target);
      return runtime.exec(target.id, options, signal);
    },
    async attach(target, options, signal) {
      if (isComponent(target)) throw refuseProcess(target);
      return runtime.attach(target.id, options, signal);
    },
    dial(pod, port, signal) {
      const sandbox = newestSandbox({ sandboxes: cache.sandboxes(mirroredUid(pod) ?? pod.metadata.uid) });
      const pid = pod.spec.hostNetwork ? 0 : (sandbox?.pid ?? 0);
      return dialPod({ ip: pod.status?.podIP, pid, port }, signal);
    },
  };
}
