/**
 * Renders what pods may receive and send as text for `nft -f -`, which applies it in one transaction. Pure.
 *
 * The rules meet packets after services are translated, so a policy judges the pod behind a service and its own port.
 * Only the first packet of a connection is judged; its answers, and what follows, pass. The node's own packets to its
 * pods (probes, for one) are not forwarded and always pass.
 */
import type { Allowance, Block, Isolation, PortRange } from './plan.ts';

const table = 'ip skiff-policies';

/** Removes the table; right also where there is none. */
export const clear = `table ${table}\ndelete table ${table}\n`;

/** One set for each list of addresses, however many rules use it. */
class AddressSets {
  readonly #names = new Map<string, string>();

  nameOf(addresses: readonly string[]): string {
    const elements = addresses.join(', ');
    const name = this.#names.get(elements) ?? `peers-${this.#names.size}`;
    this.#names.set(elements, name);
    return name;
  }

  render(): string[] {
    return [...this.#names].map(([elements, name]) => `  set ${name} { type ipv4_addr; elements = { ${elements} } }`);
  }
}

type Side = 'saddr' | 'daddr';

const blockMatch = (side: Side, { cidr, except }: Block): string =>
  [`ip ${side} ${cidr}`, ...(except.length > 0 ? [`ip ${side} != { ${except.join(', ')} }`] : [])].join(' ');

function peerMatches({ peers }: Allowance, side: Side, sets: AddressSets): string[] {
  if (!peers) return [''];
  const pods = peers.addresses.length > 0 ? [`ip ${side} @${sets.nameOf(peers.addresses)} `] : [];
  return [...pods, ...peers.blocks.map((block) => `${blockMatch(side, block)} `)];
}

const span = ({ first, last }: PortRange): string => (first === last ? String(first) : `${first}-${last}`);

function portMatches({ ports }: Allowance): string[] {
  if (!ports) return [''];
  const protocols = [...new Set(ports.map(({ protocol }) => protocol))];
  return protocols.flatMap((protocol) =>
    // A match of its own for each range: the elements of one set must not overlap.
    [...new Set(ports.filter((port) => port.protocol === protocol).map(span))].map(
      (range) => `${protocol} dport ${range} `,
    ),
  );
}

/** A rule returns from the pod's chain where it allows the packet; what no rule allows is dropped. */
function chain(name: string, allowances: readonly Allowance[], side: Side, sets: AddressSets): string[] {
  const rules = allowances.flatMap((allowance) =>
    peerMatches(allowance, side, sets).flatMap((peer) => portMatches(allowance).map((port) => `${peer}${port}return`)),
  );
  return [`  chain ${name} {`, ...[...new Set(rules), 'drop'].map((rule) => `    ${rule}`), '  }'];
}

const map = (name: string, elements: readonly string[]): string =>
  `  map ${name} { type ipv4_addr : verdict; ${elements.length > 0 ? `elements = { ${elements.join(', ')} } ` : ''}}`;

/** The whole table, which replaces the existing one. Without isolated pods there is none. */
export function renderPolicies(isolations: readonly Isolation[]): string {
  if (isolations.length === 0) return clear;
  const sets = new AddressSets();
  const chains: string[] = [];
  const jumps: Record<'ingress' | 'egress', string[]> = { ingress: [], egress: [] };
  for (const { ip, ingress, egress } of isolations) {
    if (ingress) chains.push(...chain(`ingress-${ip}`, ingress, 'saddr', sets));
    if (ingress) jumps.ingress.push(`${ip} : jump ingress-${ip}`);
    if (egress) chains.push(...chain(`egress-${ip}`, egress, 'daddr', sets));
    if (egress) jumps.egress.push(`${ip} : jump egress-${ip}`);
  }
  const selves = isolations.map(({ ip }) => `${ip} . ${ip}`).join(', ');
  return `${[
    `${clear}table ${table} {`,
    ...sets.render(),
    ...chains,
    map('ingress', jumps.ingress),
    map('egress', jumps.egress),
    // A pod that reaches itself through a service is never cut off from itself.
    `  set selves { type ipv4_addr . ipv4_addr; elements = { ${selves} } }`,
    '  chain forward {',
    '    type filter hook forward priority filter; policy accept;',
    '    ct state established,related accept',
    '    ip saddr . ip daddr @selves accept',
    '    ip saddr vmap @egress',
    '    ip daddr vmap @ingress',
    '  }',
    // What a pod sends to its own node is not forwarded.
    '  chain input {',
    '    type filter hook input priority filter; policy accept;',
    '    ct state established,related accept',
    '    ip saddr vmap @egress',
    '  }',
    '}',
  ].join('\n')}\n`;
}
