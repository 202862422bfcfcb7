/** Renders the input of `ip -batch` and `nft`. Pure. Every line may run twice, so that plumbing is idempotent. */
import { gatewayOf, macOf, parseCIDR } from '../cidr.ts';

export const bridge = 'skiff0';

export interface NodeAddresses {
  nodeIP: string;
  podCIDR: string;
  clusterCIDR: string;
  serviceCIDR: string;
}

/** Interface names have at most 15 characters. */
export const vethOf = (sandboxId: string): string => `veth${sandboxId.slice(0, 11)}`;

/**
 * A fixed MAC keeps the bridge from adopting its newest port's, after which every pod would have to resolve it again.
 */
export const createBridge = (podCIDR: string, mtu: number): string =>
  `link add name ${bridge} address ${macOf(gatewayOf(podCIDR))} mtu ${mtu} type bridge\n`;

export function configureBridge(node: NodeAddresses): string {
  const gateway = gatewayOf(node.podCIDR);
  return [
    `link set dev ${bridge} addrgenmode none`,
    `link set dev ${bridge} up`,
    `address replace ${gateway}/${parseCIDR(node.podCIDR).prefix} dev ${bridge}`,
    // Cluster traffic must never leak through the default route. The pod CIDRs of nodes are more specific routes.
    `route replace unreachable ${node.clusterCIDR} metric 4278198272`,
    '',
  ].join('\n');
}

/** Creates the pair with one end already inside the sandbox's namespace. */
export const createPair = (veth: string, pid: number, ip: string, mtu: number): string =>
  `link add name ${veth} mtu ${mtu} type veth peer name eth0 address ${macOf(ip)} mtu ${mtu} netns ${pid}\n`;

export const joinBridge = (veth: string): string => `link set dev ${veth} addrgenmode none master ${bridge} up\n`;

/**
 * Configures the pod's end. The address is a /32 and all traffic goes through the gateway, also to pods of the same
 * node: the kernel would not translate back the service address of an answer that crossed the bridge directly.
 */
export function configurePod(ip: string, podCIDR: string): string {
  const gateway = gatewayOf(podCIDR);
  return [
    'link set dev lo up',
    'link set dev eth0 up',
    `address replace ${ip}/32 dev eth0`,
    `route replace ${gateway} dev eth0 scope link src ${ip}`,
    `route replace default via ${gateway} dev eth0 src ${ip}`,
    '',
  ].join('\n');
}

/** Removes the pod's end; the other end disappears with it. */
export const removePodLink = 'link delete dev eth0\n';

/**
 * The rules that do not depend on services, in a separate table, because the engine has rules in this namespace too.
 */
export const nodeRules = (node: NodeAddresses): string => `table ip skiff-node
delete table ip skiff-node
table ip skiff-node {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${node.podCIDR} oifname != "${bridge}" ip daddr != ${node.clusterCIDR} masquerade
  }
  chain input {
    type filter hook input priority filter; policy accept;
    ip saddr != 127.0.0.0/8 ip daddr 127.0.0.0/8 ct state != { established, related } ct status ! dnat drop
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    ip daddr ${node.serviceCIDR} counter reject comment "matched no service"
  }
  chain output {
    type filter hook output priority filter; policy accept;
    ip daddr ${node.serviceCIDR} counter reject comment "matched no service"
  }
}
`;

/** Sysctls of the node's namespace. Those of a kernel module that is not loaded are absent. */
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
