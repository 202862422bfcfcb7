/** The engine's specification of a node's container, as a pure function of the profile. */
import { createHash } from 'node:crypto';
import { rootlessOomScore } from '../../agent/api/engine.ts';
import type { NodeConfig } from '../../agent/node-config.ts';
import type { ContainerSpec, EngineInfo } from '../engine/engine.ts';
import { socketMount } from '../engine/socket.ts';
import type { ImageFile } from './image/files.ts';
import { tarOf } from './image/layer.ts';
import { labels } from './names.ts';
import type { CredentialFiles } from './pki.ts';
import { controlPlanesOf, type Profile, type ProfileNode, taintsControlPlane } from './profile.ts';
import { otherNetworksOf } from './second-family.ts';

export const clusterDefaults = {
  clusterCIDR: '10.244.0.0/16',
  serviceCIDR: '10.96.0.0/12',
  dnsIP: '10.96.0.10',
  clusterDomain: 'cluster.local',
} as const;

export const apiServerPort = 6443;
/** The kubelet's default. */
export const podsPerNode = 110;

const gibibyte = 2 ** 30;
/**
 * Bytes of memory for a node's own container: an eighth of the machine, between what an agent needs and the most that
 * it should ever use. Pods are containers of their own, with their own limits; `--memory` is what a node offers to
 * them.
 */
export const nodeMemoryLimit = (machine: number): number =>
  Math.min(2 * gibibyte, Math.max(0.75 * gibibyte, Math.floor(machine / 8)));

/** What a node needs to stop beside its pods, in seconds. */
const stopReserve = 5;

export interface NodeMaterial {
  profile: Profile;
  node: ProfileNode;
  image: string;
  engine: EngineInfo;
  /** Path of the engine's socket where the engine runs. */
  engineSocket: string;
  /** Where the engine keeps the node's volume. */
  dataOnEngine: string;
  credentials: CredentialFiles;
  /** Files beside its own, outside of `/etc/skiff`. */
  extra?: ImageFile[];
}

/** Absent where there are none, so that the recipe of the other nodes stays what it was. */
export function othersOf(profile: Profile, node: ProfileNode): Pick<NodeConfig, 'otherNetworks'> {
  const otherNetworks = otherNetworksOf(profile, node);
  return otherNetworks.length > 0 ? { otherNetworks } : {};
}

function nodeConfig(material: NodeMaterial): NodeConfig {
  const { profile, node, engine } = material;
  const controlPlanes = controlPlanesOf(profile);
  const [controlPlane = node] = controlPlanes;
  return {
    profile: profile.name,
    nodeName: node.name,
    role: node.role,
    runtime: profile.runtime,
    nodeIP: node.ip,
    podCIDR: node.podCIDR,
    ...clusterDefaults,
    ...othersOf(profile, node),
    apiServer: `https://${controlPlane.ip}:${apiServerPort}`,
    ...(controlPlanes.length > 1 ? { controlPlanes: controlPlanes.map(({ name, ip }) => ({ name, ip })) } : {}),
    nodeImage: material.image,
    network: profile.network.name,
    engineSocket: socketMount(material.engineSocket).socket,
    dataOnEngine: material.dataOnEngine,
    ...(profile.shutdown ? { shutdown: profile.shutdown } : {}),
    ...nodeShape(profile, node, engine),
  };
}

/** What the profile says of a node, on whichever platform; `machine` is what there is at all. */
export const nodeShape = (profile: Profile, node: ProfileNode, machine: { cpus: number; memory: number }) => ({
  taintControlPlane: taintsControlPlane(profile),
  ...(node.joinsByToken ? { joinsByToken: true } : {}),
  ...(node.labels ? { labels: node.labels } : {}),
  ...(node.taints ? { taints: node.taints } : {}),
  capacity: {
    cpu: node.cpus ?? profile.cpus ?? machine.cpus,
    memory: node.memory ?? profile.memory ?? machine.memory,
    pods: podsPerNode,
  },
});

/** `/etc/skiff` of the node, as a tar stream for the engine. */
export function nodeFiles(material: NodeMaterial) {
  const file = (name: string, text: string): ImageFile => ({
    path: `/etc/skiff/${name}`,
    mode: name.endsWith('.key') || name === 'bootstrap-token' ? 0o600 : 0o644,
    source: { text },
  });
  return tarOf([
    file('node.json', JSON.stringify(nodeConfig(material), null, 2)),
    ...Object.entries(material.credentials).map(([name, text]) => file(name, text)),
    ...(material.extra ?? []),
  ]);
}

const addressesOf = (profile: Profile, node: ProfileNode) => ({
  IPv4Address: node.ip,
  ...Object.fromEntries(otherNetworksOf(profile, node).map(({ nodeIP }) => ['IPv6Address', nodeIP])),
});

/**
 * Not `--privileged`, which some hosts forbid. A node needs the capabilities to set up the network of pods, the host's
 * process ids to find their namespaces, and no filter on system calls.
 */
export function nodeSpec(material: NodeMaterial): ContainerSpec {
  const { profile, node, image, engine, engineSocket } = material;
  const port = `${apiServerPort}/tcp`;
  // Several control planes have a load balancer, which has the port: see load-balancer.ts.
  const isAlone = node.role === 'control-plane' && nodeConfig(material).controlPlanes === undefined;
  const spec = {
    name: node.name,
    Image: image,
    Hostname: node.name,
    StopSignal: 'SIGTERM',
    ...(profile.shutdown ? { StopTimeout: profile.shutdown.gracePeriod + stopReserve } : {}),
    Cmd: ['/bin/sh', '/opt/skiff/supervise.sh'],
    HostConfig: {
      Binds: [`${node.name}:/var/lib/skiff`, socketMount(engineSocket).bind],
      CapAdd: ['NET_ADMIN', 'SYS_ADMIN', 'SYS_PTRACE'],
      SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined', 'label=disable'],
      PidMode: 'host',
      Sysctls: { 'net.ipv4.ip_forward': '1' },
      RestartPolicy: { Name: 'unless-stopped' },
      NetworkMode: profile.network.name,
      ...(isAlone ? { PortBindings: { [port]: [{ HostIp: '127.0.0.1', HostPort: String(profile.apiPort) }] } } : {}),
      // A rootless Podman may lack the controllers for a limit; it would not start the container then.
      ...(engine.podman && engine.rootless
        ? { OomScoreAdj: rootlessOomScore }
        : { Memory: nodeMemoryLimit(engine.memory), MemorySwap: nodeMemoryLimit(engine.memory) }),
      ...(engine.podman ? {} : { LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } } }),
    },
    ...(isAlone ? { ExposedPorts: { [port]: {} } } : {}),
    NetworkingConfig: { EndpointsConfig: { [profile.network.name]: { IPAMConfig: addressesOf(profile, node) } } },
  };
  return {
    ...spec,
    Labels: {
      [labels.profile]: profile.name,
      [labels.role]: 'node',
      [labels.node]: node.name,
      [labels.recipe]: recipeOf(spec, nodeConfig(material)),
    },
  };
}

export const recipeOf = (...parts: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
