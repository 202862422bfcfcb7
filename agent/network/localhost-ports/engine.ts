/** The few calls of localhost ports to a container engine. */
import type Docker from 'dockerode';
import type { ContainerCreateOptions } from 'dockerode';
import { rootlessOomScore, statusOf } from '../../api/engine.ts';
import { type Abilities, readAbilities } from '../../kubelet/runtime/docker/abilities.ts';
import { engineMessage, jsonLines, openStream, removeContainer } from '../../kubelet/runtime/docker/engine.ts';
import {
  formatPort,
  idOf,
  type PortContainer,
  type PortHolder,
  type PublishedPort,
  parsePorts,
  rulesFor,
} from './plan.ts';

export interface PortEngine {
  /** The containers of a service (`ns/name`), or of all services. */
  list(service: string | undefined, signal: AbortSignal): Promise<(PortContainer & { service: string })[]>;
  /** What publishes ports on this machine, of every Skiff cluster on the engine. */
  holders(signal: AbortSignal): Promise<PortHolder[]>;
  /**
   * Resolves when the container runs. Rejects with `PortTakenError` if a port is in use on the machine; no container
   * remains.
   */
  run(service: string, ports: PublishedPort[], signal: AbortSignal): Promise<void>;
  remove(id: string, signal: AbortSignal): Promise<void>;
  /**
   * Yields the service of every port container that ends after this resolves, for any reason. Throws if the engine goes
   * away.
   */
  watchEnds(signal: AbortSignal): Promise<AsyncIterable<string>>;
}

/** `port` is the port of 127.0.0.1; `message` is the engine's message. */
export class PortTakenError extends Error {
  readonly port: number;
  constructor(port: number, message: string) {
    super(message);
    this.name = 'PortTakenError';
    this.port = port;
  }
}

export interface PortEngineOptions {
  docker: Docker;
  profile: string;
  nodeImage: string;
  /** The name of the engine network that joins the nodes. */
  network: string;
}

const label = {
  profile: 'dev.skiff.profile',
  role: 'dev.skiff.role',
  service: 'dev.skiff.service',
  /** The published ports, e.g. `30080/tcp,80/tcp`, for programs that show them. */
  ports: 'dev.skiff.ports',
  targets: 'dev.skiff.targets',
} as const;
const role = 'port';

/**
 * Extracts the port from the error. Docker, Docker Desktop and Podman word it differently, but all name the address.
 */
export function takenPort(message: string): number | undefined {
  const isTaken = /already allocated|already in use|not available|privileged port|permission denied/i.test(message);
  const [, port] =
    /127\.0\.0\.1:(\d+)/.exec(message) ?? /(?:privileged|exposing) port (?:TCP |UDP )?(\d+)/i.exec(message) ?? [];
  return isTaken && port ? Number(port) : undefined;
}

/**
 * The engine listens on the port before this container has an interface. An early connection would wait a whole second
 * for the machine's next ARP request. So the container announces itself at once by asking for the gateway.
 */
const scriptFor = (ports: PublishedPort[]): string => `nft -f - <<'RULES' || exit 1
${rulesFor(ports)}RULES
set -- $(ip route show default)
[ -n "$5" ] && ip neigh replace "$3" dev "$5" use
exec sleep infinity
`;

/**
 * Connections from within the namespace carry the container's own address, and their answers come back from outside.
 */
const localTrafficSysctls = { 'net.ipv4.conf.all.accept_local': '1', 'net.ipv4.conf.all.rp_filter': '0' };

/** The container has only NET_ADMIN and one idle process: the kernel carries the traffic. */
export function containerFor(
  { profile, nodeImage, network }: Omit<PortEngineOptions, 'docker'>,
  { rootless }: Pick<Abilities, 'rootless'>,
  service: string,
  ports: PublishedPort[],
): ContainerCreateOptions {
  return {
    name: `${profile}-port-${ports[0]?.hostPort}${ports[0]?.protocol === 'udp' ? '-udp' : ''}`,
    Image: nodeImage,
    Entrypoint: ['/bin/sh', '-c'],
    Cmd: [scriptFor(ports)],
    Env: ['PATH=/usr/sbin:/sbin:/usr/bin:/bin'],
    User: '0:0',
    // The first process of a PID namespace ignores SIGTERM.
    StopSignal: 'SIGKILL',
    ExposedPorts: Object.fromEntries(ports.map((port) => [idOf(port), {}])),
    Labels: {
      [label.profile]: profile,
      [label.role]: role,
      [label.service]: service,
      [label.ports]: ports.map(idOf).join(','),
      [label.targets]: ports.map(formatPort).join(','),
    },
    HostConfig: {
      NetworkMode: network,
      PortBindings: Object.fromEntries(
        ports.map((port) => [idOf(port), [{ HostIp: '127.0.0.1', HostPort: String(port.hostPort) }]]),
      ),
      CapDrop: ['ALL'],
      CapAdd: ['NET_ADMIN'],
      Sysctls: { 'net.ipv4.ip_forward': '1', ...(rootless ? localTrafficSysctls : {}) },
      RestartPolicy: { Name: 'unless-stopped' },
      ...(rootless ? { OomScoreAdj: rootlessOomScore } : {}),
      LogConfig: { Type: 'none', Config: {} },
    },
  };
}

export function createPortEngine(options: PortEngineOptions): PortEngine {
  const { docker, profile } = options;
  let abilities: Abilities | undefined;
  const mine = [`${label.profile}=${profile}`, `${label.role}=${role}`];
  const remove = (id: string, signal: AbortSignal): Promise<void> => removeContainer(docker, id, signal);

  const run = async (service: string, ports: PublishedPort[], signal: AbortSignal): Promise<void> => {
    abilities ??= await readAbilities(docker, signal);
    const wanted = { ...containerFor(options, abilities, service, ports), abortSignal: signal };
    let id = wanted.name ?? '';
    try {
      const container = await docker.createContainer(wanted).catch(async (error: unknown) => {
        if (statusOf(error) !== 409) throw error;
        // An interrupted attempt left this container.
        await remove(id, signal);
        return docker.createContainer(wanted);
      });
      id = container.id;
      await container.start({ abortSignal: signal });
    } catch (error) {
      const message = engineMessage(error);
      await remove(id, AbortSignal.timeout(10_000));
      const port = takenPort(message);
      throw port === undefined ? new Error(message, { cause: error }) : new PortTakenError(port, message);
    }
  };

  return {
    run,
    remove,
    async holders(signal) {
      const filters = { label: [`${label.role}=${role}`], status: ['running'] };
      const found = await docker.listContainers({ filters, abortSignal: signal });
      return found.map(({ Labels }) => ({
        cluster: Labels[label.profile] === profile ? undefined : Labels[label.profile],
        service: Labels[label.service] ?? '',
        ports: (Labels[label.ports] ?? '').split(','),
      }));
    },
    async list(service, signal) {
      const filters = { label: service === undefined ? mine : [...mine, `${label.service}=${service}`] };
      const found = await docker.listContainers({ all: true, filters, abortSignal: signal });
      return found.map(({ Id, State, Labels }) => ({
        id: Id,
        running: State === 'running',
        service: Labels[label.service] ?? '',
        ports: parsePorts(Labels[label.targets] ?? ''),
      }));
    },
    async watchEnds(signal) {
      const filters = JSON.stringify({ type: ['container'], event: ['die', 'destroy', 'died', 'remove'], label: mine });
      return servicesIn(await openStream(docker, '/events', { filters }, signal), profile, signal);
    },
  };
}

async function* servicesIn(stream: AsyncIterable<Buffer>, profile: string, signal: AbortSignal): AsyncIterable<string> {
  for await (const line of jsonLines(stream)) {
    const { Actor } = line as { Actor?: { Attributes?: Record<string, string> } };
    const attributes = Actor?.Attributes ?? {};
    const service = attributes[label.service];
    // Podman combines several label filters with OR, so it also sends events of other profiles' containers.
    if (service && attributes[label.profile] === profile) yield service;
  }
  if (!signal.aborted) throw new Error('the container engine ended its event stream');
}
