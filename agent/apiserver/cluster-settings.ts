/** What a cluster is made with, and keeps. */
export interface ClusterSettings {
  clusterDomain: string;
  /** One, or one of each family: services are of the first one's family unless they ask for another. */
  serviceCIDRs: readonly string[];
  /** Of the `kubernetes` service; the first of the service range. */
  serviceIP: string;
  dnsIP: string;
  /** Inclusive. */
  nodePorts: { first: number; last: number };
}
