/**
 * UDP has no end of a connection: a client that keeps its port is sent to its first endpoint until the kernel drops the
 * flow. So the proxy deletes flows to endpoints that are gone.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/proxy/conntrack/cleanup.go
 */
import type { Logger } from '../../log.ts';
import { type Exec, ToolError } from '../exec.ts';
import type { Rules } from './rules.ts';

const udpTargets = (rules: Rules): Set<string> => {
  const targets = new Set<string>();
  for (const lines of rules.chains.values()) {
    for (const line of lines) {
      if (!line.startsWith('meta l4proto udp dnat to ')) continue;
      for (const [, ip, port] of line.matchAll(/(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?: \. |:)(\d+)/g))
        targets.add(`${ip}:${port}`);
    }
  }
  return targets;
};

/** `ip:port` of the UDP endpoints that the new rules no longer use. */
export function staleFlows(from: Rules, to: Rules): string[] {
  const alive = udpTargets(to);
  return [...udpTargets(from)].filter((target) => !alive.has(target));
}

/** Does nothing if the node image lacks conntrack: such a flow then ends 30 s after the client's last packet. */
export async function forgetFlows(targets: string[], exec: Exec, log: Logger): Promise<void> {
  if (!exec.has('conntrack')) return;
  for (const target of targets) {
    const [ip = '', port = ''] = target.split(':');
    try {
      await exec.run('conntrack', ['-D', '-p', 'udp', '--dst-nat', ip, '--reply-port-src', port]);
    } catch (error) {
      // Exit code 1 means that no such flow existed.
      if (!(error instanceof ToolError && error.exitCode === 1))
        log.warn('Failed to forget UDP flows', { target, error });
    }
  }
}
