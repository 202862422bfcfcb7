/** Renders `/etc/hosts` and `/etc/resolv.conf` of a pod. Pure. */
import type { Pod } from '../../api/types.ts';

export interface DnsFacts {
  dnsIP: string;
  clusterDomain: string;
  /** Content of the node's own resolv.conf. */
  nodeResolvConf: string;
  /** The cluster DNS also answers at the node's address, and forwards other names to the node's name servers. */
  nodeIP: string;
}

/** The pod's domain, e.g. `web-0.db.default.svc.cluster.local`; '' for a pod with no subdomain. */
const domainOf = (pod: Pod, clusterDomain: string): string =>
  pod.spec.subdomain ? `${pod.spec.subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}` : '';

/** The pod's host name, cut to the kernel's limit of 63 characters. */
export const hostnameOf = (pod: Pod): string =>
  (pod.spec.hostname || pod.metadata.name).slice(0, 63).replace(/[-.]{1,63}$/, '');

/** The output of `hostname` in the pod. Throws if it is longer than the kernel allows (truncateFQDN upstream). */
export function kernelHostname(pod: Pod, clusterDomain: string): string {
  const domain = domainOf(pod, clusterDomain);
  if (!pod.spec.setHostnameAsFQDN || !domain) return hostnameOf(pod);
  const name = `${hostnameOf(pod)}.${domain}`;
  if (name.length <= 64) return name;
  throw new Error(
    `Failed to construct FQDN from pod hostname and cluster domain, FQDN ${name} is too long (64 characters is the max, ${name.length} characters requested)`,
  );
}

export interface HostsFacts {
  clusterDomain: string;
  /** Content of the node's own hosts file. */
  nodeHosts: string;
}

function aliasLines({ spec }: Pod): string[] {
  const aliases = (spec.hostAliases ?? []).map((alias) => `${alias.ip}\t${(alias.hostnames ?? []).join('\t')}`);
  return aliases.length > 0 ? ['', '# Entries added by HostAliases.', ...aliases] : [];
}

/**
 * A pod in the node's network has the names that the node has.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kubelet_pods.go (managedHostsFileContent,
 * nodeHostsFileContent)
 */
export function hostsFile(pod: Pod, ips: readonly string[], { clusterDomain, nodeHosts }: HostsFacts): string {
  if (pod.spec.hostNetwork) {
    const header = '# Kubernetes-managed hosts file (host network).';
    return [header, nodeHosts.replace(/\n$/, ''), ...aliasLines(pod), ''].join('\n');
  }
  const domain = domainOf(pod, clusterDomain);
  const hostname = hostnameOf(pod);
  return [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    ...ips.map((ip) => `${ip}\t${domain ? `${hostname}.${domain}\t${hostname}` : hostname}`),
    ...aliasLines(pod),
    '',
  ].join('\n');
}

interface Resolver {
  nameservers: string[];
  searches: string[];
  options: string[];
}

function parseResolvConf(text: string): Resolver {
  const words = text.split('\n').map((line) => line.trim().split(/\s+/));
  const after = (keyword: string) => words.filter(([first]) => first === keyword).map(([, ...rest]) => rest);
  return {
    nameservers: after('nameserver').flat(),
    searches: after('search').at(-1) ?? [],
    options: after('options').flat(),
  };
}

/** A pod cannot reach a resolver on the node's loopback (e.g. the engine's), so it asks the node, which forwards. */
const reachable = (node: Resolver, nodeIP: string): Resolver => ({
  ...node,
  nameservers: unique(node.nameservers.map((server) => (/^(127\.|::1$)/.test(server) ? nodeIP : server))),
});

const unique = (values: string[]): string[] => [...new Set(values)];

/** https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy */
function byPolicy(pod: Pod, facts: DnsFacts): Resolver {
  const node = parseResolvConf(facts.nodeResolvConf);
  const policy = pod.spec.dnsPolicy ?? 'ClusterFirst';
  if (policy === 'None') return { nameservers: [], searches: [], options: [] };
  if (policy === 'Default' || (policy === 'ClusterFirst' && pod.spec.hostNetwork)) {
    return pod.spec.hostNetwork ? node : reachable(node, facts.nodeIP);
  }
  const { clusterDomain } = facts;
  const cluster = [`${pod.metadata.namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
  return { nameservers: [facts.dnsIP], searches: unique([...cluster, ...node.searches]), options: ['ndots:5'] };
}

/** The content of the pod's `/etc/resolv.conf`: its DNS policy, extended by its `dnsConfig`. */
export function resolvConf(pod: Pod, facts: DnsFacts): string {
  const base = byPolicy(pod, facts);
  const { nameservers = [], searches = [], options = [] } = pod.spec.dnsConfig ?? {};
  const own = options.map(({ name = '', value }) => (value === undefined || value === '' ? name : `${name}:${value}`));
  const nameOf = (option: string) => option.split(':')[0];
  const kept = base.options.filter((option) => !own.some((mine) => nameOf(mine) === nameOf(option)));
  const lines = [
    ...(base.searches.length + searches.length > 0
      ? [`search ${unique([...base.searches, ...searches]).join(' ')}`]
      : []),
    ...unique([...base.nameservers, ...nameservers]).map((server) => `nameserver ${server}`),
    ...(kept.length + own.length > 0 ? [`options ${[...kept, ...own].join(' ')}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}
