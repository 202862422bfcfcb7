/**
 * UDP has no end of a connection: a client that keeps its port keeps being sent to the endpoint that it was first given,
 * until the kernel forgets the flow. So flows to endpoints that are gone are made to be forgotten.
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

/** `ip:port` of UDP endpoints that no rule leads to any more. */
export function staleFlows(from: Rules, to: Rules): string[] {
  const alive = udpTargets(to);
  return [...udpTargets(from)].filter((target) => !alive.has(target));
}

/** Does nothing where the node image carries no conntrack: such a flow then ends 30 s after the client's last packet. */
export async function forgetFlows(targets: string[], exec: Exec, log: Logger): Promise<void> {
  if (!exec.has('conntrack')) return;
  for (const target of targets) {
    const [ip = '', port = ''] = target.split(':');
    try {
      await exec.run('conntrack', ['-D', '-p', 'udp', '--dst-nat', ip, '--reply-port-src', port]);
    } catch (error) {
      // Exit code 1 says that there was no such flow.
      if (!(error instanceof ToolError && error.exitCode === 1))
        log.warn('Failed to forget UDP flows', { target, error });
    }
  }
}
