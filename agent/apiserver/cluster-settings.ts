/** What a cluster is made with, and keeps. */
export interface ClusterSettings {
  clusterDomain: string;
  serviceCIDR: string;
  /** Of the `kubernetes` service; the first of the service range. */
  serviceIP: string;
  dnsIP: string;
  /** Inclusive. */
  nodePorts: { first: number; last: number };
}
