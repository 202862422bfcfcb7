/** What the proxy goes by, as plain data: it is sent to the proxy's thread whole. */

/** How a backend is spoken to; `h2c` is HTTP/2 without TLS, `h2` with it. */
export type Protocol = 'http' | 'https' | 'h2c' | 'h2';

/** Where requests of one backend go. */
export interface Target {
  protocol: Protocol;
  /** `address:port` of what is ready. Empty: the answer is 503. */
  addresses: readonly string[];
}

/** In the order: remove, set, add. Names are in lower case. */
export interface HeaderChanges {
  remove: readonly string[];
  set: readonly (readonly [name: string, value: string])[];
  add: readonly (readonly [name: string, value: string])[];
}

export interface Backend {
  /** Its share of the requests, in proportion to the sum of all weights. */
  weight: number;
  /** Undefined: the reference is not valid, its share of the requests gets 500. */
  target?: Target;
  request: readonly HeaderChanges[];
  response: readonly HeaderChanges[];
}

export interface PathMatch {
  /**
   * `Pattern`: a regular expression, from the start of the path, in either case, as ingress-nginx has it. `Whole`: one
   * for the whole path, as Gateway API's implementations mostly have it.
   */
  type: 'Exact' | 'Prefix' | 'Pattern' | 'Whole';
  value: string;
}

export interface ValueMatch {
  /** Of a header in lower case, of a query parameter as it is. */
  name: string;
  type: 'Exact' | 'Whole';
  value: string;
}

/** `Template`: `$1` is what the pattern's first group matched. `Prefix`: in place of the part that matched. */
export interface PathChange {
  type: 'Template' | 'Full' | 'Prefix';
  value: string;
}

export interface Redirect {
  status: number;
  scheme?: 'http' | 'https';
  host?: string;
  /** Absent: the scheme's own where a scheme is given, else the one that the client used. */
  port?: number;
  path?: PathChange;
}

/** One match of a request, and what happens then. */
export interface Route {
  path: PathMatch;
  method?: string;
  headers: readonly ValueMatch[];
  query: readonly ValueMatch[];
  redirect?: Redirect;
  rewrite?: { host?: string; path?: PathChange };
  /** Milliseconds until the answer must have begun; absent: any time. */
  timeout?: number;
  /** What all backends' requests and answers get. */
  request: readonly HeaderChanges[];
  response: readonly HeaderChanges[];
  /** None: 500, unless it is a redirect. */
  backends: readonly Backend[];
}

export interface Certificate {
  /** Host patterns as in `Listener.hosts`; '' is any host. */
  hosts: readonly string[];
  /** PEM. */
  certificate: string;
  key: string;
}

/** One port as clients see it. */
export interface Listener {
  port: number;
  scheme: 'http' | 'https';
  /**
   * By host pattern, in lower case: `shop.localhost`; `*.example.com`, names that are one label longer;
   * `**.example.com`, one or more labels longer; '' every other host.
   */
  hosts: Readonly<Record<string, readonly Route[]>>;
  /** For what no route matches; without it the answer is 404. */
  fallback?: Route;
  /** Empty for `http`. */
  certificates: readonly Certificate[];
}

export type RoutingTable = readonly Listener[];

/** Where the proxy really listens, by the port as clients see it. */
export type ProxyPorts = Readonly<Record<number, number>>;
