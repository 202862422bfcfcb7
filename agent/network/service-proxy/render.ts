/**
 * Renders service rules as text for `nft -f -`, which applies it in one transaction. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/proxy/nftables/proxier.go
 */
import type { EndpointSlice, Service } from '../../api/types.ts';
import { type FamilyTerms, termsOf } from '../families.ts';
import { emptyRules, mergeRules, type ProxyNode, type Rules, rulesFor } from './rules.ts';

const tableOf = ({ nft }: FamilyTerms): string => `${nft} skiff`;

/**
 * Hooks and empty maps. The node's own rules (`pod-network/plumbing.ts`) reject packets to the service range that match
 * no map; they are in force before the first service is known.
 */
const skeleton = (terms: FamilyTerms): string => {
  const { nft, type, loopback, refusals } = terms;
  const table = tableOf(terms);
  return `table ${table}
delete table ${table}
table ${table} {
  map service-ips { type ${type} . inet_proto . inet_service : verdict; }
  map node-ports { type inet_proto . inet_service : verdict; }
  set rejected { type ${type} . inet_proto . inet_service; }
  set hairpins { type ${type} . ${type}; }
  chain services {
    ${nft} daddr . meta l4proto . th dport vmap @service-ips
    fib daddr type local ${nft} daddr != ${loopback} meta l4proto . th dport vmap @node-ports
  }
  chain prerouting { type nat hook prerouting priority dstnat; policy accept; jump services; }
  chain output { type nat hook output priority -100; policy accept; jump services; }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ${nft} saddr . ${nft} daddr @hairpins masquerade
    meta mark and 0x4000 == 0 return
    meta mark set meta mark xor 0x4000
    masquerade fully-random
  }
  chain reject-input { type filter hook input priority filter; policy accept; jump rejects; }
  chain reject-forward { type filter hook forward priority filter; policy accept; jump rejects; }
  chain reject-output { type filter hook output priority filter; policy accept; jump rejects; }
  chain rejects {${refusals.map((refusal) => ` ${nft} daddr . meta l4proto . th dport @rejected ${refusal};`).join('')} }
}
`;
};

/** The whole table, which replaces the existing one. */
export const renderAll = (rules: Rules): string => skeleton(rules.terms) + renderChange(emptyRules(rules.terms), rules);

/** The whole table from API objects; for tests and for people. */
export function render(services: Service[], slices: EndpointSlice[], node: ProxyNode): string {
  const parts = services.map((service) =>
    rulesFor(
      service,
      slices.filter(
        ({ metadata }) =>
          metadata.namespace === service.metadata.namespace &&
          metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name,
      ),
      node,
    ),
  );
  return renderAll(mergeRules(parts, termsOf(node.clusterCIDR)));
}

/**
 * The change from one set of rules to the next; '' if they are equal. References to a chain are removed before it and
 * added after it.
 */
export function renderChange(from: Rules, to: Rules): string {
  const table = tableOf(to.terms);
  const { mapChange, setChange } = changesIn(table);
  const changed = [...to.chains].filter(([name, lines]) => !sameLines(from.chains.get(name), lines));
  const added = changed.filter(([name]) => !from.chains.has(name));
  const gone = [...from.chains.keys()].filter((name) => !to.chains.has(name));
  const serviceIPs = mapChange('service-ips', from.serviceIPs, to.serviceIPs);
  const nodePorts = mapChange('node-ports', from.nodePorts, to.nodePorts);
  return [
    ...missingFrom(from.affinities, to.affinities).map(
      ([name, timeout]) =>
        `add set ${table} ${name} { type ${to.terms.type}; flags dynamic,timeout; timeout ${timeout}s; }`,
    ),
    ...added.map(([name]) => `add chain ${table} ${name}`),
    ...serviceIPs.deletions,
    ...nodePorts.deletions,
    ...setChange('rejected', from.rejected, to.rejected),
    ...setChange('hairpins', from.hairpins, to.hairpins),
    ...changed.flatMap(([name, lines]) => [
      ...(from.chains.has(name) ? [`flush chain ${table} ${name}`] : []),
      ...lines.map((line) => `add rule ${table} ${name} ${line}`),
    ]),
    ...serviceIPs.additions,
    ...nodePorts.additions,
    ...gone.map((name) => `flush chain ${table} ${name}`),
    ...gone.map((name) => `delete chain ${table} ${name}`),
    ...missingFrom(to.affinities, from.affinities).map(([name]) => `delete set ${table} ${name}`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

const missingFrom = <V>(here: Map<string, V>, there: Map<string, V>): [string, V][] =>
  [...there].filter(([name]) => !here.has(name));

const sameLines = (a: string[] | undefined, b: string[]): boolean =>
  a === b || (a?.length === b.length && a.every((line, index) => line === b[index]));

const elementsIn =
  (table: string) =>
  (verb: 'add' | 'delete', name: string, list: string[]): string[] =>
    list.length > 0 ? [`${verb} element ${table} ${name} { ${list.join(', ')} }`] : [];

function changesIn(table: string) {
  const elements = elementsIn(table);
  return {
    mapChange(name: string, from: Map<string, string>, to: Map<string, string>) {
      const old = [...from].filter(([key, verdict]) => to.get(key) !== verdict).map(([key]) => key);
      const fresh = [...to]
        .filter(([key, verdict]) => from.get(key) !== verdict)
        .map(([key, verdict]) => `${key} : ${verdict}`);
      return { deletions: elements('delete', name, old), additions: elements('add', name, fresh) };
    },
    setChange(name: string, from: Set<string>, to: Set<string>): string[] {
      const old = [...from].filter((element) => !to.has(element));
      const fresh = [...to].filter((element) => !from.has(element));
      return [...elements('delete', name, old), ...elements('add', name, fresh)];
    },
  };
}
