/** Renders the input of `ip -batch` and `nft`. Pure. Every line may run twice, so that plumbing is idempotent. */
import type { NodeNetwork } from '../../node-config.ts';
import { gatewayOf, macOf, prefixOf } from '../cidr.ts';
import { termsOf } from '../families.ts';

export const bridge = 'skiff0';

/** Interface names have at most 15 characters. */
export const vethOf = (sandboxId: string): string => `veth${sandboxId.slice(0, 11)}`;

/**
 * A fixed MAC keeps the bridge from adopting its newest port's, after which every pod would have to resolve it again.
 */
export const createBridge = (podCIDR: string, mtu: number): string =>
  `link add name ${bridge} address ${macOf(gatewayOf(podCIDR))} mtu ${mtu} type bridge\n`;

export function configureBridge(networks: readonly NodeNetwork[]): string {
  const lines = networks.flatMap(({ podCIDR, clusterCIDR }) => {
    const { linkAddresses, addressFlags } = termsOf(podCIDR);
    const addresses = [`${gatewayOf(podCIDR)}/${prefixOf(podCIDR)}`, ...linkAddresses];
    return [
      ...addresses.map((address) => `address replace ${address} dev ${bridge}${addressFlags}`),
      // Cluster traffic must never leak through the default route. The pod CIDRs of nodes are more specific routes.
      `route replace unreachable ${clusterCIDR} metric 4278198272`,
    ];
  });
  return [`link set dev ${bridge} addrgenmode none`, `link set dev ${bridge} up`, ...lines, ''].join('\n');
}

/** Creates the pair with one end already inside the sandbox's namespace. */
export const createPair = (veth: string, pid: number, ip: string, mtu: number): string =>
  `link add name ${veth} mtu ${mtu} type veth peer name eth0 address ${macOf(ip)} mtu ${mtu} netns ${pid}\n`;

export const joinBridge = (veth: string): string => `link set dev ${veth} addrgenmode none master ${bridge} up\n`;

/**
 * Configures the pod's end. An address has no neighbours (it is a /32 or a /128), and all traffic goes through the
 * gateway, also to pods of the same node: the kernel would not translate back the service address of an answer that
 * crossed the bridge directly. `ips`: one address in each of `podCIDRs`, in their order.
 */
export function configurePod(ips: readonly string[], podCIDRs: readonly string[]): string {
  const lines = ips.flatMap((ip, index) => {
    const gateway = gatewayOf(podCIDRs[index] ?? '');
    const { bits, addressFlags } = termsOf(ip);
    return [
      `address replace ${ip}/${bits} dev eth0${addressFlags}`,
      `route replace ${gateway} dev eth0 scope link src ${ip}`,
      `route replace default via ${gateway} dev eth0 src ${ip}`,
    ];
  });
  return ['link set dev lo up', 'link set dev eth0 up', ...lines, ''].join('\n');
}

/** Removes the pod's end; the other end disappears with it. */
export const removePodLink = 'link delete dev eth0\n';

/**
 * The rules that do not depend on services, in a separate table, because the engine has rules in this namespace too.
 */
export function nodeRules({ podCIDR, clusterCIDR, serviceCIDR }: NodeNetwork): string {
  const { nft, loopback, refusals } = termsOf(podCIDR);
  const refuse = refusals
    .map((refusal) => `    ${nft} daddr ${serviceCIDR} counter ${refusal} comment "matched no service"\n`)
    .join('');
  return `table ${nft} skiff-node
delete table ${nft} skiff-node
table ${nft} skiff-node {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ${nft} saddr ${podCIDR} oifname != "${bridge}" ${nft} daddr != ${clusterCIDR} masquerade
  }
  chain input {
    type filter hook input priority filter; policy accept;
    ${nft} saddr != ${loopback} ${nft} daddr ${loopback} ct state != { established, related } ct status ! dnat drop
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
${refuse}  }
  chain output {
    type filter hook output priority filter; policy accept;
${refuse}  }
}
`;
}

/** Sysctls of the node's namespace, once it has the bridge. Those of a kernel module that is not loaded are absent. */
export const nodeSysctls: [name: string, value: string][] = [
  ['net/ipv4/ip_forward', '1'],
  // Without this, bridged packets pass the service rules twice.
  ['net/bridge/bridge-nf-call-iptables', '0'],
  ['net/bridge/bridge-nf-call-ip6tables', '0'],
  ['net/bridge/bridge-nf-call-arptables', '0'],
  // Pods of one node reach each other through the bridge's own address, which must not trigger redirects.
  ['net/ipv4/conf/all/send_redirects', '0'],
  [`net/ipv4/conf/${bridge}/send_redirects`, '0'],
  // The kernel's default without "destination unreachable": refusals are sent at once, also to a client that keeps
  // asking.
  ['net/ipv4/icmp_ratemask', '6160'],
  // Without this, an answer outside the TCP window is not translated back, and its receiver resets the connection.
  // https://github.com/kubernetes/kubernetes/issues/117924
  ['net/netfilter/nf_conntrack_tcp_be_liberal', '1'],
  // A host port answers on the node's 127.0.0.1, whose packets then leave for the pod. The rule for input above keeps
  // pods from the node's loopback, as the kubelet's own rule does upstream.
  [`net/ipv4/conf/${bridge}/route_localnet`, '1'],
  ['net/ipv4/conf/all/rp_filter', '0'],
  [`net/ipv4/conf/${bridge}/rp_filter`, '0'],
];

const hasSixth = (networks: readonly NodeNetwork[]): boolean =>
  networks.some(({ podCIDR }) => termsOf(podCIDR).family === 'IPv6');

/** What the node's namespace is set to before it has the bridge: engines may have made it without IPv6. */
export const earlySysctls = (networks: readonly NodeNetwork[]): [name: string, value: string][] =>
  hasSixth(networks)
    ? [
        ['net/ipv6/conf/all/disable_ipv6', '0'],
        ['net/ipv6/conf/default/disable_ipv6', '0'],
        ['net/ipv6/conf/all/forwarding', '1'],
        // As of IPv4 below: refusals are sent at once.
        ['net/ipv6/icmp/ratemask', '0,3-127'],
      ]
    : [];

/** Engines make a sandbox without IPv6, whose link then would take no address of it. */
export const sandboxSysctls = (networks: readonly NodeNetwork[]): Readonly<Record<string, string>> =>
  hasSixth(networks) ? { 'net.ipv6.conf.all.disable_ipv6': '0' } : {};
