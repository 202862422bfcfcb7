/**
 * Finds what a request is for. Pure.
 * https://kubernetes.io/docs/concepts/services-networking/ingress/#path-types and
 * https://gateway-api.sigs.k8s.io/reference/spec/#httproutematch
 */
import type { IncomingHttpHeaders } from 'node:http';
import { RE2JS } from 're2js';
import type { Listener, PathChange, PathMatch, Route, ValueMatch } from './table.ts';

export interface Asked {
  host: string;
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
}

export interface Match {
  route: Route;
  /** What the groups of the path's pattern matched, the whole match first. */
  groups: readonly string[];
}

/** The patterns that a name may be found under, the most specific first. */
function patternsFor(name: string): string[] {
  const labels = name.split('.');
  const rest = labels.slice(1).map((_, index) => labels.slice(index + 1).join('.'));
  const [nearest] = rest;
  return [name, ...(nearest ? [`*.${nearest}`] : []), ...rest.map((suffix) => `**.${suffix}`), ''];
}

/** The entry of a host name in any case, of its nearest wildcard, or of every host. */
export function forHost<T>(entries: Readonly<Record<string, T>>, host: string): T | undefined {
  const found = patternsFor(host.toLowerCase()).find((key) => Object.hasOwn(entries, key));
  return found === undefined ? undefined : entries[found];
}

/** `Host: shop.localhost:8080` -> `shop.localhost`. */
export const hostNameOf = (host: string | undefined): string => (host ?? '').replace(/:\d*$/, '');

/** `/a?b=c` -> `/a` and `?b=c`. */
function splitUrl(url: string): [path: string, query: string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at)];
}

const isPrefix = (prefix: string, path: string): boolean => {
  const whole = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  return path === whole || path.startsWith(`${whole}/`);
};

/** Compiled patterns. RE2 takes linear time whatever a user wrote. Undefined: no valid pattern, it matches nothing. */
const patterns = new Map<string, RE2JS | undefined>();
const mostPatterns = 1000;

function patternOf(type: 'Pattern' | 'Whole', value: string): RE2JS | undefined {
  const key = `${type} ${value}`;
  if (patterns.has(key)) return patterns.get(key);
  if (patterns.size >= mostPatterns) patterns.clear();
  const pattern = type === 'Pattern' ? compile(`^${value}`, RE2JS.CASE_INSENSITIVE) : compile(`^(?:${value})$`, 0);
  patterns.set(key, pattern);
  return pattern;
}

function compile(text: string, flags: number): RE2JS | undefined {
  try {
    return RE2JS.compile(text, flags);
  } catch {
    return undefined;
  }
}

/** Whether a pattern can be used in a `Whole` match. */
export const isValidPattern = (value: string): boolean => compile(`^(?:${value})$`, 0) !== undefined;

/** What the groups of a path matched, the whole match first; undefined where it does not match. */
function groupsOf({ type, value }: PathMatch, requested: string): string[] | undefined {
  if (type === 'Exact') return value === requested ? [requested] : undefined;
  if (type === 'Prefix') return isPrefix(value, requested) ? [requested] : undefined;
  const matcher = patternOf(type, value)?.matcher(requested);
  if (!matcher?.find()) return undefined;
  return Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? '');
}

function holds({ type, value }: ValueMatch, found: string | null | undefined): boolean {
  if (found === null || found === undefined) return false;
  return type === 'Exact' ? found === value : patternOf('Whole', value)?.matches(found) === true;
}

const headerOf = (headers: IncomingHttpHeaders, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
};

/** Of a parameter that is repeated, the first value counts. */
const hasQuery = (wanted: readonly ValueMatch[], query: string): boolean => {
  if (wanted.length === 0) return true;
  const given = new URLSearchParams(query);
  return wanted.every((match) => holds(match, given.get(match.name)));
};

/** Routes come in order of precedence, see `listeners.ts`. */
export function findRoute({ hosts, fallback }: Listener, { host, method, url, headers }: Asked): Match | undefined {
  const [path, query] = splitUrl(url);
  for (const route of forHost(hosts, host) ?? []) {
    if (route.method !== undefined && route.method !== method) continue;
    const groups = groupsOf(route.path, path);
    if (!groups || !route.headers.every((match) => holds(match, headerOf(headers, match.name)))) continue;
    if (hasQuery(route.query, query)) return { route, groups };
  }
  return fallback && { route: fallback, groups: [path] };
}

const fill = (template: string, groups: readonly string[]): string =>
  template.replace(/\$(\d)/g, (_, index) => groups[Number(index)] ?? '');

/** `/foo` replaced by `/xyz` in `/foo/bar` is `/xyz/bar`; by `/` it is `/bar`. */
function replacePrefix(prefix: string, replacement: string, path: string): string {
  const rest = path.slice(prefix.endsWith('/') ? prefix.length - 1 : prefix.length);
  return `${replacement.replace(/\/$/, '')}${rest}` || '/';
}

/**
 * The path and query after a change.
 * https://gateway-api.sigs.k8s.io/reference/spec/#httppathmodifier
 */
export function changedUrl(url: string, change: PathChange | undefined, { route, groups }: Match): string {
  if (!change) return url;
  const [path, query] = splitUrl(url);
  if (change.type === 'Template') return `${fill(change.value, groups)}${query}`;
  return `${change.type === 'Full' ? change.value || '/' : replacePrefix(route.path.value, change.value, path)}${query}`;
}
