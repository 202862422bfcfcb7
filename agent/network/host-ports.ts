/**
 * `hostPort` of containers: forwards connections from a port of the node's addresses, 127.0.0.1 among them, to the pod,
 * like the CNI plugin `portmap` upstream.
 * https://www.cni.dev/plugins/current/meta/portmap/
 */
import type { core, Pod } from '../api/types.ts';
import type { Informer } from '../client/informer.ts';
import { createWorkQueue } from '../client/work-queue.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Exec } from './exec.ts';
import { type FamilyTerms, ipv4, isOf } from './families.ts';

interface HostPort {
  podIP: string;
  port: core.ContainerPort;
}

/** Any address of the family. */
const unspecified = ['0.0.0.0', '::'];

/** An address that the port names is of one family. */
const isFor = (terms: FamilyTerms, { hostIP }: core.ContainerPort): boolean => !hostIP || isOf(terms, hostIP);

function portsOf({ spec, status }: Pod, terms: FamilyTerms): HostPort[] {
  const addresses = status?.podIPs?.map(({ ip }) => ip ?? '') ?? [status?.podIP ?? ''];
  const podIP = addresses.find((ip) => isOf(terms, ip));
  if (!podIP || spec.hostNetwork || status?.phase === 'Succeeded' || status?.phase === 'Failed') return [];
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  return containers.flatMap(({ ports = [] }) =>
    ports.filter((port) => port.hostPort && isFor(terms, port)).map((port) => ({ podIP, port })),
  );
}

function ruleFor({ podIP, port }: HostPort, { nft, endpoint }: FamilyTerms): string {
  const protocol = (port.protocol ?? 'TCP').toLowerCase();
  const address = port.hostIP && !unspecified.includes(port.hostIP) ? `${nft} daddr ${port.hostIP} ` : '';
  return `${address}${protocol} dport ${port.hostPort} dnat to ${endpoint(podIP, port.containerPort)}`;
}

/** The whole table of a family as text for `nft -f -`; without host ports the table is removed. Pure. */
export function renderHostPorts(pods: readonly Pod[], terms: FamilyTerms = ipv4): string {
  const { nft, loopback, toNode } = terms;
  const table = `${nft} skiff-host-ports`;
  const ports = pods.flatMap((pod) => portsOf(pod, terms));
  const clear = `table ${table}\ndelete table ${table}\n`;
  if (ports.length === 0) return clear;
  // A pod that reaches itself, and a process of the node that asks 127.0.0.1, must get an address that is answered.
  const targets = [...new Set(ports.map(({ podIP }) => podIP))];
  return `${clear}table ${table} {
  chain ports {
${ports.map((port) => `    ${ruleFor(port, terms)}\n`).join('')}  }
  chain prerouting { type nat hook prerouting priority dstnat; policy accept; ${toNode} jump ports; }
  chain output { type nat hook output priority -100; policy accept; ${toNode} jump ports; }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
${targets.map((ip) => `    ${nft} saddr { ${ip}, ${loopback} } ${nft} daddr ${ip} masquerade\n`).join('')}  }
}
`;
}

export interface HostPortsOptions {
  /** Those of the cluster. */
  families: readonly FamilyTerms[];
  /** The pods of this node. */
  pods: Informer<Pod>;
  exec: Exec;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

const key = 'host-ports';

/** Runs no command while no pod of this node uses a host port. */
export function startHostPorts({ families, pods, exec, clock, log, signal }: HostPortsOptions): void {
  const render = (all: readonly Pod[]): string => families.map((terms) => renderHostPorts(all, terms)).join('');
  const none = render([]);
  /** Unknown at first: an earlier process may have left rules for pods that are gone. */
  let applied: string | undefined;
  const queue = createWorkQueue({
    name: key,
    clock,
    log,
    signal,
    backoff: { base: 500, max: 30_000 },
    async reconcile() {
      const text = render(pods.list());
      if (text === applied) return;
      await exec.run('nft', ['-f', '-'], { input: text, signal });
      applied = text;
    },
  });
  const concerns = (pod: Pod): boolean => families.some((terms) => portsOf(pod, terms).length > 0) || applied !== none;
  pods.onChange(({ object }) => {
    if (concerns(object)) queue.add(key);
  });
  void pods.synced.then(() => queue.add(key));
}
