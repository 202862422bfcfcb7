/**
 * Brings up the sandbox of a pod and puts it on the network; containers are created meanwhile.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/kubelet/kuberuntime/kuberuntime_sandbox.go
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from '../../api/types.ts';
import type { KubeletDeps } from '../deps.ts';
import type { Mount, RuntimeSandbox, SandboxConfig } from '../runtime/runtime.ts';
import { hostsFile, kernelHostname, resolvConf } from './files.ts';
import type { PodMemory } from './memory.ts';

function sandboxConfig(pod: Pod, attempt: number, clusterDomain: string, mounts: Mount[]): SandboxConfig {
  const { name, namespace = '', uid } = pod.metadata;
  const sysctls = pod.spec.securityContext?.sysctls ?? [];
  return {
    name,
    namespace,
    uid,
    attempt,
    hostname: kernelHostname(pod, clusterDomain),
    labels: {},
    hostNetwork: pod.spec.hostNetwork ?? false,
    hostPID: pod.spec.hostPID ?? false,
    hostIPC: pod.spec.hostIPC ?? false,
    mounts,
    sysctls: Object.fromEntries(sysctls.map((sysctl) => [sysctl.name, sysctl.value])),
  };
}

export const hostsPath = (deps: KubeletDeps, uid: string): string => join(deps.paths.pod(uid), 'etc-hosts');
export const resolvPath = (deps: KubeletDeps, uid: string): string => join(deps.paths.pod(uid), 'resolv.conf');

/** Both exist before a container is created (the engine checks); the address is filled in when it is known. */
export async function writePodFiles(deps: KubeletDeps, pod: Pod, ip: string): Promise<void> {
  const { uid } = pod.metadata;
  const { dnsIP, clusterDomain, nodeIP } = deps.config;
  const dns = { dnsIP, clusterDomain, nodeIP, nodeResolvConf: deps.nodeResolvConf };
  await mkdir(deps.paths.pod(uid), { recursive: true });
  await Promise.all([
    writeFile(hostsPath(deps, uid), hostsFile(pod, ip, clusterDomain)),
    writeFile(resolvPath(deps, uid), resolvConf(pod, dns)),
  ]);
}

async function plumb(
  deps: KubeletDeps,
  memory: PodMemory,
  sandbox: RuntimeSandbox,
  signal: AbortSignal,
): Promise<{ ip: string }> {
  const { ip } = sandbox.hostNetwork ? { ip: deps.config.nodeIP } : await deps.network.attach(sandbox, signal);
  memory.ip = ip;
  await writePodFiles(deps, memory.pod, ip);
  return { ip };
}

/** Who waits for these sees the rejection; without anyone waiting it must not end the process. */
const handled = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => undefined);
  return promise;
};

export async function startSandbox(
  deps: KubeletDeps,
  memory: PodMemory,
  attempt: number,
  signal: AbortSignal,
): Promise<void> {
  const { runtime, cache } = deps;
  const create = async (): Promise<RuntimeSandbox> => {
    const mounts = deps.volumes.sandboxMounts(memory.pod);
    const config = sandboxConfig(memory.pod, attempt, deps.config.clusterDomain, mounts);
    const sandbox = await runtime.createSandbox(config, signal);
    cache.put({ type: 'sandbox', sandbox });
    return sandbox;
  };
  const created = handled(create());
  const start = async (): Promise<{ ip: string }> => {
    const { id } = await created;
    const sandbox = await runtime.startSandbox(id, signal);
    const network = await plumb(deps, memory, sandbox, signal);
    cache.put({ type: 'sandbox', sandbox });
    return network;
  };
  const network = handled(start());
  memory.sandbox = { created, network };
  await network;
}

/**
 * A sandbox that ran before this agent did: its network is checked, its containers are left alone. Resolves before the
 * first status is written, so that a healthy pod does not flap.
 */
export async function adoptSandbox(deps: KubeletDeps, memory: PodMemory, sandbox: RuntimeSandbox): Promise<void> {
  const network = handled(plumb(deps, memory, sandbox, deps.signal));
  memory.sandbox = { created: Promise.resolve(sandbox), network };
  // Where a container was made the volumes are there, but what they show may have changed meanwhile.
  memory.volumesMade = deps.cache.containers(memory.uid).length > 0;
  memory.volumes = memory.volumesMade ? Promise.resolve() : undefined;
  memory.volumesStale = true;
  try {
    await network;
  } catch (error) {
    memory.sandbox = undefined;
    throw error;
  }
}
