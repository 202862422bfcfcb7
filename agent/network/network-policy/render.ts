/**
 * Renders what pods may receive and send as text for `nft -f -`, which applies it in one transaction. Pure.
 *
 * The rules meet packets after services are translated, so a policy judges the pod behind a service and its own port.
 * Only the first packet of a connection is judged; its answers, and what follows, pass. The node's own packets to its
 * pods (probes, for one) are not forwarded and always pass.
 */
import { type FamilyTerms, inName } from '../families.ts';
import type { Allowance, Block, Isolation, PortRange } from './plan.ts';

const tableOf = ({ nft }: FamilyTerms): string => `${nft} skiff-policies`;

/** Removes the table; right also where there is none. */
export const clear = (terms: FamilyTerms): string => `table ${tableOf(terms)}\ndelete table ${tableOf(terms)}\n`;

/** One set for each list of addresses, however many rules use it. */
class AddressSets {
  readonly #names = new Map<string, string>();

  nameOf(addresses: readonly string[]): string {
    const elements = addresses.join(', ');
    const name = this.#names.get(elements) ?? `peers-${this.#names.size}`;
    this.#names.set(elements, name);
    return name;
  }

  render(type: string): string[] {
    return [...this.#names].map(([elements, name]) => `  set ${name} { type ${type}; elements = { ${elements} } }`);
  }
}

/** `side` as nftables spells it, e.g. `ip saddr`. */
const blockMatch = (side: string, { cidr, except }: Block): string =>
  [`${side} ${cidr}`, ...(except.length > 0 ? [`${side} != { ${except.join(', ')} }`] : [])].join(' ');

function peerMatches({ peers }: Allowance, side: string, sets: AddressSets): string[] {
  if (!peers) return [''];
  const pods = peers.addresses.length > 0 ? [`${side} @${sets.nameOf(peers.addresses)} `] : [];
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
function chain(name: string, allowances: readonly Allowance[], side: string, sets: AddressSets): string[] {
  const rules = allowances.flatMap((allowance) =>
    peerMatches(allowance, side, sets).flatMap((peer) => portMatches(allowance).map((port) => `${peer}${port}return`)),
  );
  return [`  chain ${name} {`, ...[...new Set(rules), 'drop'].map((rule) => `    ${rule}`), '  }'];
}

/** The whole table of one family, which replaces the existing one. Without isolated pods there is none. */
export function renderPolicies(isolations: readonly Isolation[], terms: FamilyTerms): string {
  if (isolations.length === 0) return clear(terms);
  const { nft, type, neighbours } = terms;
  const sets = new AddressSets();
  const chains: string[] = [];
  const jumps: Record<'ingress' | 'egress', string[]> = { ingress: [], egress: [] };
  for (const { ip, ingress, egress } of isolations) {
    const [incoming, outgoing] = [`ingress-${inName(ip)}`, `egress-${inName(ip)}`];
    if (ingress) chains.push(...chain(incoming, ingress, `${nft} saddr`, sets));
    if (ingress) jumps.ingress.push(`${ip} : jump ${incoming}`);
    if (egress) chains.push(...chain(outgoing, egress, `${nft} daddr`, sets));
    if (egress) jumps.egress.push(`${ip} : jump ${outgoing}`);
  }
  const map = (name: string, elements: readonly string[]): string =>
    `  map ${name} { type ${type} : verdict; ${elements.length > 0 ? `elements = { ${elements.join(', ')} } ` : ''}}`;
  const selves = isolations.map(({ ip }) => `${ip} . ${ip}`).join(', ');
  return `${[
    `${clear(terms)}table ${tableOf(terms)} {`,
    ...sets.render(type),
    ...chains,
    map('ingress', jumps.ingress),
    map('egress', jumps.egress),
    // A pod that reaches itself through a service is never cut off from itself.
    `  set selves { type ${type} . ${type}; elements = { ${selves} } }`,
    '  chain forward {',
    '    type filter hook forward priority filter; policy accept;',
    '    ct state established,related accept',
    `    ${nft} saddr . ${nft} daddr @selves accept`,
    `    ${nft} saddr vmap @egress`,
    `    ${nft} daddr vmap @ingress`,
    '  }',
    // What a pod sends to its own node is not forwarded.
    '  chain input {',
    '    type filter hook input priority filter; policy accept;',
    '    ct state established,related accept',
    ...neighbours.map((rule) => `    ${rule}`),
    `    ${nft} saddr vmap @egress`,
    '  }',
    '}',
  ].join('\n')}\n`;
}
