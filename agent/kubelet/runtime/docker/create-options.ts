/** Translates the configurations of the runtime seam into the engine's create options. Pure. */
import type { ContainerCreateOptions, HostConfig, MountSettings } from 'dockerode';
import { rootlessOomScore } from '../../../api/engine.ts';
import { engineImageName } from '../../../api/image-name.ts';
import { sharesOf } from '../cpu-shares.ts';
import type { ContainerConfig, ContainerResources, Mount, RuntimeSandbox, SandboxConfig } from '../runtime.ts';
import type { Abilities } from './abilities.ts';
import { containerLabels, engineName, label, type Owner, sandboxLabels } from './labels.ts';

export interface EngineSettings extends Owner, Abilities {
  /** Image of the sandboxes. */
  sandboxImage: string;
  /** Network mode of pods with hostNetwork: `container:NODE`, the node's own network. */
  nodeNetworkMode: string;
}

/**
 * The log driver is explicit, because the engine's default may be unreadable. The engine rotates as the kubelet's
 * defaults containerLogMaxSize (10Mi) and containerLogMaxFiles (5) say; it reads all files as one log, where upstream's
 * kubelet reads the last. The size is in bytes, because the engine takes `10m` for ten million.
 * https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
 */
const logConfig = { Type: 'json-file', Config: { 'max-size': String(10 * 2 ** 20), 'max-file': '5' } };

/** In Docker a container in another's network shares its host name. Podman needs the option; Docker refuses it. */
const networkOf = ({ podman }: EngineSettings, mode: string): Partial<HostConfig> => ({
  NetworkMode: mode,
  ...(podman && mode.startsWith('container:') ? { UTSMode: mode } : {}),
});

/**
 * Docker refuses a host name together with another container's network, whose host name then applies. A sandbox keeps
 * the engine's support for networks (no `NetworkDisabled`, which would start it sooner): without it Docker measures
 * nothing of the containers that join it.
 */
const sandboxNetwork = ({ hostNetwork, hostname }: SandboxConfig): ContainerCreateOptions =>
  hostNetwork ? {} : { Hostname: hostname };

const namespaceSharing = (config: SandboxConfig): Partial<HostConfig> => ({
  ...(config.hostPID ? { PidMode: 'host' } : {}),
  IpcMode: config.hostIPC ? 'host' : 'shareable',
});

const runtimeOf = (handler: string | undefined): Partial<HostConfig> =>
  handler === undefined ? {} : { Runtime: handler };

export const sandboxOptions = (settings: EngineSettings, config: SandboxConfig): ContainerCreateOptions => ({
  name: engineName('POD', config, config.attempt),
  ...sandboxNetwork(config),
  Image: settings.sandboxImage,
  Entrypoint: ['/bin/sleep'],
  Cmd: ['infinity'],
  User: '0:0',
  Labels: { ...config.labels, ...sandboxLabels(settings, config) },
  HostConfig: {
    ...networkOf(settings, config.hostNetwork ? settings.nodeNetworkMode : 'none'),
    ...namespaceSharing(config),
    ...runtimeOf(config.handler),
    Init: true,
    ...(settings.rootless ? { OomScoreAdj: rootlessOomScore } : {}),
    LogConfig: { Type: 'none', Config: {} },
    RestartPolicy: { Name: 'no' },
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    Mounts: config.mounts.map((mount) => mountOptions(settings, config.uid, mount)),
    ...(config.hostNetwork || Object.keys(config.sysctls).length === 0 ? {} : { Sysctls: config.sysctls }),
  },
});

const pageSize = 4096;

/**
 * Podman would enforce a size by a file system quota, which is rarely available. The kernel also takes a number of
 * pages.
 */
const sizeOption = ({ podman }: EngineSettings, size: number): string =>
  podman ? `,nr_blocks=${Math.ceil(size / pageSize)}` : `,size=${size}`;

/** The volume of memory that the containers of a pod share; undefined for other mounts. */
export function memoryVolume(settings: EngineSettings, podUid: string, mount: Mount) {
  if (!mount.tmpfs) return undefined;
  const { size, group } = mount.tmpfs;
  const mode = group === undefined ? 'mode=1777' : `mode=3777,gid=${group}`;
  const options = { type: 'tmpfs', device: 'tmpfs', o: mode + (size === undefined ? '' : sizeOption(settings, size)) };
  const labels = {
    [label.profile]: settings.profile,
    [label.node]: settings.node,
    [label.podUid]: podUid,
  };
  return { name: mount.source, driver: 'local', options, labels };
}

function mountOptions(settings: EngineSettings, podUid: string, mount: Mount): MountSettings {
  const common = { Target: mount.target, Source: mount.source, ReadOnly: mount.readOnly };
  const memory = memoryVolume(settings, podUid, mount);
  if (!memory) {
    // The engine's default propagation fits each source: Docker insists on rslave below its data folder.
    return {
      ...common,
      Type: 'bind',
      ...(mount.propagation ? { BindOptions: { Propagation: mount.propagation } } : {}),
    };
  }
  const DriverConfig = { Name: memory.driver, Options: memory.options };
  const VolumeOptions = { NoCopy: true, Labels: memory.labels, DriverConfig };
  return { ...common, Type: 'volume', VolumeOptions } as MountSettings;
}

/** The engine's options for what a container has. A rootless engine refuses those that it cannot hold. */
export const resourceOptions = ({ limits }: Abilities, resources: ContainerResources): Partial<HostConfig> => ({
  ...(limits.cpu ? { CpuShares: sharesOf(resources.cpuRequest ?? 0) } : {}),
  ...(limits.cpu && resources.cpuLimit ? { NanoCpus: resources.cpuLimit * 1_000_000 } : {}),
  ...(limits.memory && resources.memoryLimit
    ? { Memory: resources.memoryLimit, MemorySwap: resources.memoryLimit }
    : {}),
});

function securityOptions({ security }: ContainerConfig): Partial<HostConfig> {
  const options: string[] = [];
  if (security.noNewPrivileges) options.push('no-new-privileges');
  if (security.seccomp) options.push(`seccomp=${security.seccomp}`);
  if (security.appArmor) options.push(`apparmor=${security.appArmor}`);
  return {
    Privileged: security.privileged,
    ReadonlyRootfs: security.readOnlyRootFilesystem,
    CapAdd: security.addCapabilities,
    CapDrop: security.dropCapabilities,
    GroupAdd: security.groups,
    SecurityOpt: options,
    ...(security.unmaskedProc ? { MaskedPaths: [], ReadonlyPaths: [] } : {}),
  };
}

function pidMode(sandbox: RuntimeSandbox, { shareProcesses, processesOf }: ContainerConfig): Partial<HostConfig> {
  const owner = processesOf ?? (shareProcesses ? sandbox.id : undefined);
  return owner === undefined ? {} : { PidMode: `container:${owner}` };
}

export const containerOptions = (
  settings: EngineSettings,
  sandbox: RuntimeSandbox,
  config: ContainerConfig,
): ContainerCreateOptions => ({
  name: engineName(config.name, config.pod, config.attempt),
  Image: engineImageName(config.image),
  ...(config.command ? { Entrypoint: config.command } : {}),
  // A command without args must not get the image's CMD appended.
  ...(config.args ? { Cmd: config.args } : config.command ? { Cmd: [] } : {}),
  Env: config.env.map(({ name, value }) => `${name}=${value}`),
  ...(config.workingDir ? { WorkingDir: config.workingDir } : {}),
  ...(config.security.user === undefined ? {} : { User: config.security.user }),
  Tty: config.tty,
  OpenStdin: config.stdin,
  StdinOnce: config.stdinOnce,
  Labels: containerLabels(settings, sandbox.id, config),
  HostConfig: {
    ...networkOf(settings, sandbox.hostNetwork ? settings.nodeNetworkMode : `container:${sandbox.id}`),
    IpcMode: `container:${sandbox.id}`,
    ...runtimeOf(sandbox.labels[label.handler]),
    ...pidMode(sandbox, config),
    Mounts: config.mounts.map((mount) => mountOptions(settings, config.pod.uid, mount)),
    LogConfig: logConfig,
    RestartPolicy: { Name: 'no' },
    // A negative score needs CAP_SYS_RESOURCE, which some hosts withhold.
    OomScoreAdj: Math.max(settings.rootless ? rootlessOomScore : 0, config.oomScoreAdj),
    ...resourceOptions(settings, config.resources),
    ...securityOptions(config),
  },
});
