/**
 * Starts the sandbox of a pod and attaches it to the network. Containers are created in the meantime.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kuberuntime/kuberuntime_sandbox.go
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from '../../api/types.ts';
import { nodeIPsOf } from '../../node-config.ts';
import type { Mount, RuntimeSandbox, SandboxConfig } from '../runtime/runtime.ts';
import type { Paths } from '../volumes/paths.ts';
import { hostsFile, kernelHostname, resolvConf } from './files.ts';
import type { PodMemory } from './memory.ts';
import type { PodFileWriter, SandboxAdopter, SandboxAttacher, SandboxStarter } from './parts.ts';
import { sysctlName } from './security-admission.ts';

/** What one try to start a sandbox needs to know. */
type SandboxTry = Pick<SandboxConfig, 'attempt' | 'handler'>;

function sandboxConfig(
  { config, network }: Pick<SandboxStarter, 'config' | 'network'>,
  pod: Pod,
  own: SandboxTry,
  mounts: Mount[],
): SandboxConfig {
  const { name, namespace = '', uid } = pod.metadata;
  const sysctls = pod.spec.securityContext?.sysctls ?? [];
  return {
    name,
    namespace,
    uid,
    ...own,
    hostname: kernelHostname(pod, config.clusterDomain),
    podLabels: pod.metadata.labels ?? {},
    annotations: pod.metadata.annotations ?? {},
    labels: {},
    hostNetwork: pod.spec.hostNetwork ?? false,
    hostPID: pod.spec.hostPID ?? false,
    hostIPC: pod.spec.hostIPC ?? false,
    mounts,
    sysctls: {
      ...(pod.spec.hostNetwork ? {} : network.sysctls),
      ...Object.fromEntries(sysctls.map(({ name, value }) => [sysctlName(name), value])),
    },
  };
}

export const hostsPath = (paths: Paths, uid: string): string => join(paths.pod(uid), 'etc-hosts');
export const resolvPath = (paths: Paths, uid: string): string => join(paths.pod(uid), 'resolv.conf');

/**
 * Writes both files before a container is created (the engine checks that they exist), and again once the addresses are
 * known.
 */
export async function writePodFiles(parts: PodFileWriter, pod: Pod, ips: readonly string[]): Promise<void> {
  const { uid } = pod.metadata;
  const { dnsIP, clusterDomain, nodeIP } = parts.config;
  const dns = { dnsIP, clusterDomain, nodeIP, nodeResolvConf: parts.nodeResolvConf };
  await mkdir(parts.paths.pod(uid), { recursive: true });
  await Promise.all([
    writeFile(hostsPath(parts.paths, uid), hostsFile(pod, ips, { clusterDomain, nodeHosts: parts.nodeHosts })),
    writeFile(resolvPath(parts.paths, uid), resolvConf(pod, dns)),
  ]);
}

async function plumb(
  parts: SandboxAttacher,
  memory: PodMemory,
  sandbox: RuntimeSandbox,
  signal: AbortSignal,
): Promise<void> {
  const { ips } = sandbox.hostNetwork ? { ips: nodeIPsOf(parts.config) } : await parts.network.attach(sandbox, signal);
  memory.sandbox.ips = ips;
  await writePodFiles(parts, memory.pod, ips);
}

/** Keeps a rejection that nobody awaits from ending the process. Callers that await the promise still see it. */
const handled = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => undefined);
  return promise;
};

/**
 * Creates and starts the sandbox of this attempt. Resolves when it is on the network. `memory.sandbox.start` has both
 * steps.
 */
export async function startSandbox(
  parts: SandboxStarter,
  memory: PodMemory,
  own: SandboxTry,
  signal: AbortSignal,
): Promise<void> {
  const { runtime, cache } = parts;
  const create = async (): Promise<RuntimeSandbox> => {
    const mounts = parts.volumes.sandboxMounts(memory.pod);
    const config = sandboxConfig(parts, memory.pod, own, mounts);
    const sandbox = await runtime.createSandbox(config, signal);
    cache.put({ type: 'sandbox', sandbox });
    return sandbox;
  };
  const created = handled(create());
  const run = async (id: string): Promise<RuntimeSandbox> => {
    try {
      return await runtime.startSandbox(id, signal);
    } catch (error) {
      // It may run nevertheless.
      await cache.refresh(id, parts.signal);
      throw error;
    }
  };
  const start = async (): Promise<void> => {
    const sandbox = await run((await created).id);
    await plumb(parts, memory, sandbox, signal);
    cache.put({ type: 'sandbox', sandbox });
  };
  const network = handled(start());
  memory.sandbox.start = { created, network };
  await network;
}

/**
 * Takes over a sandbox that an earlier process started: checks its network and leaves its containers alone. Resolves
 * before the first status is written, so that a healthy pod does not flap.
 */
export async function adoptSandbox(parts: SandboxAdopter, memory: PodMemory, sandbox: RuntimeSandbox): Promise<void> {
  const network = handled(plumb(parts, memory, sandbox, parts.signal));
  memory.sandbox.start = { created: Promise.resolve(sandbox), network };
  // A pod with containers has its volumes, but their content may have changed while the agent was down.
  memory.volumes.made = parts.cache.containers(memory.uid).length > 0;
  memory.volumes.attempt = memory.volumes.made ? Promise.resolve() : undefined;
  memory.volumes.stale = true;
  try {
    await network;
  } catch (error) {
    memory.sandbox.start = undefined;
    throw error;
  }
}
