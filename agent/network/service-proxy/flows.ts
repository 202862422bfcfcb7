/**
 * UDP has no end of a connection: the kernel sends a client that keeps its port to its first endpoint for as long as it
 * sends. So the proxy makes the kernel forget the flows to endpoints that are gone.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/proxy/conntrack/cleanup.go
 */
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { type Exec, ToolError } from '../exec.ts';
import { type FamilyTerms, ipv4 } from '../families.ts';
import type { RulesChange } from './rule-book.ts';
import type { Rules } from './rules.ts';

export interface FlowsOptions {
  exec: Exec;
  clock: Clock;
  log: Logger;
}

const single = /dnat to (?:\[([0-9a-f:]+)\]|([\d.]+)):(\d+)$/;
const several = /([0-9a-f.:]{2,45}) \. (\d+)/g;

/** `ip:port` or `[ip]:port` of the UDP endpoints that rules use, as often as they do. */
function udpTargets({ chains, terms }: Rules): string[] {
  const lines = [...chains.values()].flat().filter((line) => line.startsWith('meta l4proto udp dnat to '));
  return lines.flatMap((line) => {
    const [, sixth, fourth, port] = single.exec(line) ?? [];
    const found = port
      ? [[sixth ?? fourth ?? '', port] as const]
      : [...line.matchAll(several)].map(([, ip, at]) => [ip ?? '', at ?? ''] as const);
    return found.map(([ip, at]) => terms.endpoint(ip, Number(at)));
  });
}

/** Both parts of what `udpTargets` finds. */
const partsOf = (target: string): [ip: string, port: string] => {
  const at = target.lastIndexOf(':');
  return [target.slice(0, at).replace(/^\[|\]$/g, ''), target.slice(at + 1)];
};

const tableOf = ({ nft }: FamilyTerms): string => `${nft} skiff-flows`;
/** Longer than the kernel remembers a flow that is silent. */
const remembered = '10m';

/** Removes the rules of an earlier process, which knew which endpoints are gone; for `nft -f -`. */
export const clearFlows = (terms: FamilyTerms): string => `table ${tableOf(terms)}\ndelete table ${tableOf(terms)}\n`;

/**
 * Rules that move the flows to gone endpoints out of the way, as text for `nft -f -`. Pure. The kernel looks flows up
 * by zone: a client's packets in a new zone are a new flow, which gets a new endpoint. Before the lookup, a packet of a
 * moved flow is put into its zone; after it, a packet on its way to a gone endpoint moves its flow to `zone`, and is
 * lost, as it would have been there. Answers stay in the zone of all other traffic. `back` are endpoints that came
 * back.
 */
export function renderGone(
  gone: readonly string[],
  back: readonly string[],
  zone: number,
  terms: FamilyTerms = ipv4,
): string {
  const { nft } = terms;
  const table = tableOf(terms);
  const flow = `${nft} saddr . udp sport . ${nft} daddr . udp dport`;
  const elements = (targets: readonly string[]) => targets.map((target) => partsOf(target).join(' . ')).join(', ');
  const hooks = ['prerouting', 'output'].flatMap((hook) => [
    `add chain ${table} zone-${hook} { type filter hook ${hook} priority -310; policy accept; }`,
    `add chain ${table} ${hook} { type filter hook ${hook} priority -150; policy accept; }`,
    `flush chain ${table} zone-${hook}`,
    `flush chain ${table} ${hook}`,
    `add rule ${table} zone-${hook} meta l4proto udp ct original zone set ${flow} map @zones`,
    `add rule ${table} ${hook} meta l4proto udp ct status dnat ct reply ${nft} saddr . ct reply proto-src @gone jump move`,
  ]);
  const lines = [
    `add table ${table}`,
    `add map ${table} zones { typeof ${flow} : ct zone; flags dynamic,timeout; timeout 1h; }`,
    `add set ${table} gone { typeof ${nft} saddr . udp sport; flags timeout; timeout ${remembered}; }`,
    `add chain ${table} move`,
    `flush chain ${table} move`,
    `add rule ${table} move update @zones { ${nft} saddr . udp sport . ct original ${nft} daddr . ct original proto-dst : ${zone} } drop`,
    ...hooks,
    ...(gone.length > 0 ? [`add element ${table} gone { ${elements(gone)} }`] : []),
    // An element may have timed out, so it is added before it is deleted.
    ...(back.length > 0
      ? [`add element ${table} gone { ${elements(back)} }`, `delete element ${table} gone { ${elements(back)} }`]
      : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

async function deleteFlows(
  targets: readonly string[],
  { exec, log }: FlowsOptions,
  { conntrack }: FamilyTerms,
): Promise<void> {
  for (const target of targets) {
    const [ip, port] = partsOf(target);
    try {
      await exec.run('conntrack', [...conntrack, '-D', '-p', 'udp', '--dst-nat', ip, '--reply-port-src', port]);
    } catch (error) {
      // Exit code 1 means that no such flow existed.
      if (!(error instanceof ToolError && error.exitCode === 1))
        log.warn('Failed to forget UDP flows', { target, error });
    }
  }
}

/** The kernel's zones are numbers of 16 bits, of which 0 is that of all other traffic. */
const zones = 0xffff;

/**
 * Returns a function to call with each change of the rules, once the kernel has it. Uses `conntrack` if the
 * node image has it, otherwise rules of its own. A failure is logged: the flow then ends when its client is silent.
 */
export function followFlows(options: FlowsOptions, terms: FamilyTerms = ipv4): (change: RulesChange) => Promise<void> {
  const { exec, clock, log } = options;
  /** How often rules use an endpoint. */
  const uses = new Map<string, number>();
  const gone = new Set<string>();
  // Another one than that of an earlier process, whose flows may still be in the kernel.
  let zone = Math.floor(clock.now() / 1000);

  const move = async (stale: string[], back: string[]): Promise<void> => {
    zone += 1;
    for (const target of stale) gone.add(target);
    for (const target of back) gone.delete(target);
    await exec.run('nft', ['-f', '-'], { input: renderGone(stale, back, (zone % zones) + 1, terms) });
  };

  const count = (target: string, by: number): void => {
    const next = (uses.get(target) ?? 0) + by;
    if (next > 0) uses.set(target, next);
    else uses.delete(target);
  };

  return async ({ from, to }) => {
    const [before, after] = [udpTargets(from), udpTargets(to)];
    for (const target of after) count(target, 1);
    for (const target of before) count(target, -1);
    const stale = [...new Set(before)].filter((target) => !uses.has(target));
    const back = [...new Set(after)].filter((target) => gone.has(target));
    if (exec.has('conntrack')) return deleteFlows(stale, options, terms);
    if (stale.length === 0 && back.length === 0) return;
    try {
      await move(stale, back);
    } catch (error) {
      log.warn('Failed to forget UDP flows', { targets: stale, error });
    }
  };
}
