/**
 * The ports that every node has for a service. A number belongs to one service, whatever the protocol.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/service/storage/alloc.go (initNodePorts,
 * updateNodePorts, allocHealthCheckNodePort)
 */
import type { Service } from '../../api/types.ts';
import { internalError, invalidNamed } from '../errors.ts';

interface NodePortRange {
  first: number;
  last: number;
}

/** The numbers that one write has, and those that it cannot have. */
export interface NodePorts {
  range: NodePortRange;
  /** Whether another service has it. */
  taken(port: number): boolean;
  /** This write's. */
  own: Set<number>;
}

type Ports = NonNullable<Service['spec']['ports']>;

function freePort({ range: { first, last }, taken, own }: NodePorts): number {
  const count = last - first + 1;
  const offset = Math.floor(Math.random() * count);
  for (let step = 0; step < count; step += 1) {
    const port = first + ((offset + step) % count);
    if (!taken(port) && !own.has(port)) return port;
  }
  throw internalError(new Error('failed to allocate a nodePort: range is full'));
}

/** Why the number cannot be had. */
function problemOf({ range: { first, last }, taken }: NodePorts, port: number): string | undefined {
  if (port < first || port > last) {
    return `provided port is not in the valid range. The range of valid ports is ${first}-${last}`;
  }
  return taken(port) ? 'provided port is already allocated' : undefined;
}

const mayHave = ({ type }: Service['spec']): boolean => type === 'NodePort' || type === 'LoadBalancer';
const getsAny = ({ type, allocateLoadBalancerNodePorts: wanted }: Service['spec']): boolean =>
  type === 'NodePort' || (type === 'LoadBalancer' && wanted !== false);

const numbersOf = (ports: Ports | undefined): number[] => (ports ?? []).flatMap(({ nodePort }) => nodePort || []);

/** An update that leaves a number out keeps the one that the port of the name had, unless another port has it now. */
function keep(spec: Service['spec'], before: Service['spec']): void {
  const old = new Set(numbersOf(before.ports));
  const used = new Set(numbersOf(spec.ports).filter((port) => old.has(port)));
  const byName = new Map((before.ports ?? []).map(({ name = '', nodePort }) => [name, nodePort]));
  for (const port of spec.ports ?? []) {
    const kept = byName.get(port.name ?? '');
    if (!port.nodePort && kept && !used.has(kept)) port.nodePort = kept;
  }
}

/** By the port of the service, what its ports ask for: the first of each. */
function askedFor(ports: Ports): Map<number, number> {
  const asked = new Map<number, number>();
  for (const { port, nodePort } of ports) if (nodePort && !asked.has(port)) asked.set(port, nodePort);
  return asked;
}

/**
 * On creation the same port of two protocols gets one number. What the service has already is not asked for again.
 */
function allocate(service: Service, old: Service | undefined, nodePorts: NodePorts): void {
  const { spec } = service;
  const ports = spec.ports ?? [];
  const had = new Set(numbersOf(old?.spec.ports));
  const numbers = old ? undefined : askedFor(ports);
  for (const [index, port] of ports.entries()) {
    if (!port.nodePort && !getsAny(spec)) continue;
    const asked = port.nodePort || numbers?.get(port.port);
    const detail = asked && !had.has(asked) ? problemOf(nodePorts, asked) : undefined;
    if (detail) {
      const field = `spec.ports[${index}].nodePort`;
      throw invalidNamed({ kind: 'Service' }, service.metadata.name, [
        { type: 'Invalid', field, value: asked, detail },
      ]);
    }
    port.nodePort = asked || freePort(nodePorts);
    nodePorts.own.add(port.nodePort);
    if (numbers && !numbers.has(port.port)) numbers.set(port.port, port.nodePort);
  }
}

export function allocateNodePorts(service: Service, old: Service | undefined, nodePorts: NodePorts): void {
  const { spec } = service;
  // Validation has its say on one that is there nevertheless.
  if (!mayHave(spec)) return;
  if (old && mayHave(old.spec)) keep(spec, old.spec);
  allocate(service, old, nodePorts);
}

const checksHealth = ({ spec }: Service): boolean =>
  spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

/** Where it is not needed any more it goes; one that is given nevertheless is for the validation to name. */
export function allocateHealthPort(service: Service, old: Service | undefined, nodePorts: NodePorts): void {
  const { spec } = service;
  if (!checksHealth(service)) {
    if (old && checksHealth(old)) delete spec.healthCheckNodePort;
    return;
  }
  const before = old && checksHealth(old) ? old.spec.healthCheckNodePort : undefined;
  const asked = spec.healthCheckNodePort || before;
  // Another number than before is for the validation to name.
  const problem = asked && !before ? problemOf(nodePorts, asked) : undefined;
  if (problem) throw internalError(new Error(`failed to allocate requested HealthCheck NodePort ${asked}: ${problem}`));
  const port = asked || freePort(nodePorts);
  spec.healthCheckNodePort = port;
  nodePorts.own.add(port);
}
