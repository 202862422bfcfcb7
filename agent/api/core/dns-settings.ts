/** What a person may set of the cluster's name server, with what a new cluster has. `agent/dns` reads it. */
import type { ConfigMap, Draft } from '../types.ts';

/** The names are those of kubeadm's clusters, which people know. */
export const dnsSettingsPlace = { namespace: 'kube-system', name: 'coredns' };

export const firstDnsSettings: Draft<ConfigMap> = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: dnsSettingsPlace,
  data: {
    Corefile: `# The name server of every node follows this file. It reads the plugins forward, hosts and cache of each block;
# names of the cluster itself are answered in any case. A stub domain is a block of its own:
#   corp.example:53 {
#       forward . 10.0.0.53
#   }
.:53 {
    kubernetes cluster.local in-addr.arpa ip6.arpa
    forward . /etc/resolv.conf
    cache 30
}
`,
  },
};
