/**
 * Puts the routes of ingresses and gateways together, by port and host, in order of precedence. Pure.
 * https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
 */
import type { KubeObject } from '../api/types.ts';
import type { Certificate, Listener, PathMatch, Route, RoutingTable } from './table.ts';

/** A route of a host. */
export interface Entry {
  /** A pattern of `Listener.hosts`. */
  host: string;
  route: Route;
  /** See `ageOf`. */
  age: string;
}

export interface ListenerPart {
  port: number;
  scheme: Listener['scheme'];
  entries: readonly Entry[];
  fallback?: Route;
  certificates: readonly Certificate[];
}

/** Sorts as text: the older object first; of the same second, by namespace and name. */
export const ageOf = ({ metadata }: KubeObject): string =>
  `${metadata.creationTimestamp} ${metadata.namespace ?? ''}/${metadata.name}`;

/** A route without conditions but its path. */
export const plainRoute = (path: PathMatch): Route => ({
  path,
  headers: [],
  query: [],
  request: [],
  response: [],
  backends: [],
});

/** Exact paths first, then the longest, then what asks for more. Of equal ones the older object's counts. */
const byPrecedence = (a: Entry, b: Entry): number =>
  Number(b.route.path.type === 'Exact') - Number(a.route.path.type === 'Exact') ||
  b.route.path.value.length - a.route.path.value.length ||
  Number(b.route.method !== undefined) - Number(a.route.method !== undefined) ||
  b.route.headers.length - a.route.headers.length ||
  b.route.query.length - a.route.query.length ||
  (a.age < b.age ? -1 : Number(a.age > b.age));

/** A name that both wildcards match is looked up under `*.` alone. */
function hostsOf(entries: readonly Entry[]): Listener['hosts'] {
  const byHost = Map.groupBy(entries, ({ host }) => host);
  return Object.fromEntries(
    [...byHost].map(([host, own]) => {
      const wider = host.startsWith('*.') ? (byHost.get(`*${host}`) ?? []) : [];
      return [host, [...own, ...wider].toSorted(byPrecedence).map(({ route }) => route)];
    }),
  );
}

/** Parts of one port have one scheme. Of several fallbacks the first counts. */
export function tableOf(parts: readonly ListenerPart[]): RoutingTable {
  const byPort = Map.groupBy(parts, ({ port }) => port);
  return [...byPort.values()].flatMap((all): Listener[] => {
    const [first] = all;
    if (!first) return [];
    const fallback = all.find((part) => part.fallback)?.fallback;
    return [
      {
        port: first.port,
        scheme: first.scheme,
        hosts: hostsOf(all.flatMap(({ entries }) => entries)),
        ...(fallback ? { fallback } : {}),
        certificates: all.flatMap(({ certificates }) => certificates),
      },
    ];
  });
}
