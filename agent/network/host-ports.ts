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

const table = 'ip skiff-host-ports';

interface HostPort {
  podIP: string;
  port: core.ContainerPort;
}

function portsOf({ spec, status }: Pod): HostPort[] {
  const podIP = status?.podIP;
  if (!podIP || spec.hostNetwork || status?.phase === 'Succeeded' || status?.phase === 'Failed') return [];
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  return containers.flatMap(({ ports = [] }) => ports.filter((port) => port.hostPort).map((port) => ({ podIP, port })));
}

function ruleFor({ podIP, port }: HostPort): string {
  const protocol = (port.protocol ?? 'TCP').toLowerCase();
  const address = port.hostIP && port.hostIP !== '0.0.0.0' ? `ip daddr ${port.hostIP} ` : '';
  return `${address}${protocol} dport ${port.hostPort} dnat to ${podIP}:${port.containerPort}`;
}

/** The whole table as text for `nft -f -`; without host ports the table is removed. Pure. */
export function renderHostPorts(pods: readonly Pod[]): string {
  const ports = pods.flatMap(portsOf);
  const clear = `table ${table}\ndelete table ${table}\n`;
  if (ports.length === 0) return clear;
  // A pod that reaches itself, and a process of the node that asks 127.0.0.1, must get an address that is answered.
  const targets = [...new Set(ports.map(({ podIP }) => podIP))];
  return `${clear}table ${table} {
  chain ports {
${ports.map((port) => `    ${ruleFor(port)}\n`).join('')}  }
  chain prerouting { type nat hook prerouting priority dstnat; policy accept; fib daddr type local jump ports; }
  chain output { type nat hook output priority -100; policy accept; fib daddr type local jump ports; }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
${targets.map((ip) => `    ip saddr { ${ip}, 127.0.0.0/8 } ip daddr ${ip} masquerade\n`).join('')}  }
}
`;
}

export interface HostPortsOptions {
  /** The pods of this node. */
  pods: Informer<Pod>;
  exec: Exec;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

const key = 'host-ports';

/** Runs no command while no pod of this node uses a host port. */
export function startHostPorts({ pods, exec, clock, log, signal }: HostPortsOptions): void {
  const none = renderHostPorts([]);
  /** Unknown at first: an earlier process may have left rules for pods that are gone. */
  let applied: string | undefined;
  const queue = createWorkQueue({
    name: key,
    clock,
    log,
    signal,
    backoff: { base: 500, max: 30_000 },
    async reconcile() {
      const text = renderHostPorts(pods.list());
      if (text === applied) return;
      await exec.run('nft', ['-f', '-'], { input: text, signal });
      applied = text;
    },
  });
  const concerns = (pod: Pod): boolean => portsOf(pod).length > 0 || applied !== none;
  pods.onChange(({ object }) => {
    if (concerns(object)) queue.add(key);
  });
  void pods.synced.then(() => queue.add(key));
}
