/** The labels that identify sandboxes and containers; the agent keeps no other record of them. */
import type { ContainerConfig, PodIdentity, SandboxConfig } from '../runtime.ts';

export const label = {
  profile: 'dev.skiff.profile',
  node: 'dev.skiff.node',
  hostNetwork: 'dev.skiff.host-network',
  handler: 'dev.skiff.runtime-handler',
  podName: 'io.kubernetes.pod.name',
  podNamespace: 'io.kubernetes.pod.namespace',
  podUid: 'io.kubernetes.pod.uid',
  container: 'io.kubernetes.container.name',
  type: 'io.kubernetes.docker.type',
  sandbox: 'io.kubernetes.sandbox.id',
  attempt: 'annotation.io.kubernetes.container.restartCount',
} as const;

export interface Owner {
  profile: string;
  node: string;
}

const podLabels = (owner: Owner, pod: PodIdentity): Record<string, string> => ({
  [label.profile]: owner.profile,
  [label.node]: owner.node,
  [label.podName]: pod.name,
  [label.podNamespace]: pod.namespace,
  [label.podUid]: pod.uid,
});

export const sandboxLabels = (owner: Owner, config: SandboxConfig): Record<string, string> => ({
  ...podLabels(owner, config),
  [label.type]: 'podsandbox',
  [label.container]: 'POD',
  [label.attempt]: String(config.attempt),
  [label.hostNetwork]: String(config.hostNetwork),
  ...(config.handler === undefined ? {} : { [label.handler]: config.handler }),
});

export const containerLabels = (owner: Owner, sandboxId: string, config: ContainerConfig): Record<string, string> => ({
  ...config.labels,
  ...podLabels(owner, config.pod),
  [label.type]: 'container',
  [label.container]: config.name,
  [label.attempt]: String(config.attempt),
  [label.sandbox]: sandboxId,
});

/** The container's name in the engine, e.g. `k8s_web_web-pod_default_UID_0`, as dockershim named it. */
export const engineName = (container: string, pod: PodIdentity, attempt: number): string =>
  `k8s_${container}_${pod.name}_${pod.namespace}_${pod.uid}_${attempt}`;

export const podOf = (labels: Record<string, string>): PodIdentity => ({
  name: labels[label.podName] ?? '',
  namespace: labels[label.podNamespace] ?? '',
  uid: labels[label.podUid] ?? '',
});

export const attemptOf = (labels: Record<string, string>): number => Number(labels[label.attempt] ?? 0);
