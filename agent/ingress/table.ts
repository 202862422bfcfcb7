/** What the ingress proxy goes by, as plain data: it is sent to the proxy's thread whole. */

/** Where requests of one backend go. */
export interface Target {
  protocol: 'http' | 'https';
  /** `address:port` of what is ready. Empty: the answer is 503. */
  addresses: readonly string[];
}

export interface Path {
  /** `Pattern`: a regular expression, from the start of the path, in either case. */
  type: 'Exact' | 'Prefix' | 'Pattern';
  path: string;
  /** The path that the backend sees instead; `$1` is what the pattern's first group matched. */
  rewrite?: string;
  /** Unencrypted requests are sent to https. */
  onlyTls: boolean;
  target: Target;
}

export interface Certificate {
  /** Host names; `*.example.com` is every name one label longer. Empty: of any host. */
  hosts: readonly string[];
  /** PEM. */
  certificate: string;
  key: string;
}

export interface RoutingTable {
  /** By host name, in lower case: `shop.localhost`, `*.example.com`, or '' for every other host. */
  hosts: Readonly<Record<string, readonly Path[]>>;
  /** For what no path matches; without it the answer is 404. */
  fallback?: Target;
  certificates: readonly Certificate[];
}

export const emptyTable: RoutingTable = { hosts: {}, certificates: [] };
