/**
 * Finds what a request is for. Pure.
 * https://kubernetes.io/docs/concepts/services-networking/ingress/#path-types
 */
import { RE2JS } from 're2js';
import type { Path, RoutingTable, Target } from './table.ts';

export interface Match {
  target: Target;
  onlyTls: boolean;
  /** The path and query that the backend sees. */
  url: string;
}

/** `*.example.com` for `shop.example.com`. */
const wildcardOf = (host: string): string => `*${host.slice(host.indexOf('.') < 0 ? host.length : host.indexOf('.'))}`;

/** The entry of a host name in any case, of its wildcard, or of every host. */
export function forHost<T>(entries: Readonly<Record<string, T>>, host: string): T | undefined {
  const name = host.toLowerCase();
  const found = [name, wildcardOf(name), ''].find((key) => Object.hasOwn(entries, key));
  return found === undefined ? undefined : entries[found];
}

/** `Host: shop.localhost:8080` -> `shop.localhost`. */
export const hostNameOf = (host: string | undefined): string => (host ?? '').replace(/:\d*$/, '');

const isPrefix = (prefix: string, path: string): boolean => {
  const whole = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  return path === whole || path.startsWith(`${whole}/`);
};

/** Compiled patterns. RE2 takes linear time whatever a user wrote. Undefined: no valid pattern, it matches nothing. */
const patterns = new Map<string, RE2JS | undefined>();
const mostPatterns = 1000;

function patternOf(path: string): RE2JS | undefined {
  if (patterns.has(path)) return patterns.get(path);
  if (patterns.size >= mostPatterns) patterns.clear();
  const pattern = compile(path);
  patterns.set(path, pattern);
  return pattern;
}

function compile(path: string): RE2JS | undefined {
  try {
    return RE2JS.compile(`^${path}`, RE2JS.CASE_INSENSITIVE);
  } catch {
    return undefined;
  }
}

/** What the groups of a path matched, the whole match first; undefined where it does not match. */
function groupsOf({ type, path }: Path, requested: string): string[] | undefined {
  if (type === 'Exact') return path === requested ? [requested] : undefined;
  if (type === 'Prefix') return isPrefix(path, requested) ? [requested] : undefined;
  const matcher = patternOf(path)?.matcher(requested);
  if (!matcher?.find()) return undefined;
  return Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? '');
}

const fill = (rewrite: string, groups: readonly string[]): string =>
  rewrite.replace(/\$(\d)/g, (_, index) => groups[Number(index)] ?? '');

/** Paths come in order of precedence, see `routes.ts`. */
export function findMatch(table: RoutingTable, host: string, url: string): Match | undefined {
  const queryAt = url.indexOf('?');
  const requested = queryAt < 0 ? url : url.slice(0, queryAt);
  const query = queryAt < 0 ? '' : url.slice(queryAt);
  for (const path of forHost(table.hosts, host) ?? []) {
    const groups = groupsOf(path, requested);
    if (!groups) continue;
    const { rewrite, target, onlyTls } = path;
    return { target, onlyTls, url: rewrite === undefined ? url : `${fill(rewrite, groups)}${query}` };
  }
  return table.fallback && { target: table.fallback, onlyTls: false, url };
}
