/**
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/library/urls.go; what Go's `url.ParseRequestURI`
 * takes and JavaScript's `URL` does not, or the other way round, is read here.
 */
import { define, method, type Overload, once, onceSame } from '../functions.ts';
import { bool, listOf, mapOf, opaque, string } from '../types.ts';
import { EntryMap, EvaluationError, type List, listFrom, OpaqueValue } from '../values.ts';

const url = opaque('kubernetes.URL');

class UrlValue extends OpaqueValue {
  readonly typeName = url.name;
  readonly text: string;
  readonly scheme: string;
  /** With its port. */
  readonly host: string;
  readonly path: string;
  readonly query: string;

  constructor(text: string, scheme: string, host: string, path: string, query: string) {
    super();
    this.text = text;
    this.scheme = scheme;
    this.host = host;
    this.path = path;
    this.query = query;
  }

  get port(): string {
    return /:(\d*)$/.exec(this.host)?.[1] ?? '';
  }

  get hostname(): string {
    return this.host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof UrlValue && other.text === this.text;
  }
}

const longest = 100_000;
const parts = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?$/s;
const badEscape = /%(?![0-9A-Fa-f]{2})/;
const isControl = (text: string): boolean => [...text].some((each) => each < ' ' || each === '\u007f');
const host = /^(?:\[[0-9A-Fa-f:.%]+\]|[^[\]:\s<>"{}|\\^`]*)(?::\d*)?$/;

/** Undefined where it is neither absolute nor begins with a slash. */
function parse(text: string): UrlValue | undefined {
  const match = text.length <= longest && text !== '' ? parts.exec(text) : null;
  if (!match || isControl(text)) return undefined;
  const [, scheme = '', authority, path = '', query = ''] = match;
  if (scheme === '' && !text.startsWith('/')) return undefined;
  const named = (authority ?? '').replace(/^.*@/, '');
  if (badEscape.test(path) || !host.test(named)) return undefined;
  const escaped = encodeURI(path).replaceAll('%25', '%');
  return new UrlValue(text, scheme.toLowerCase(), named, escaped, query);
}

function parsed(text: string): UrlValue {
  const found = parse(text);
  if (found) return found;
  const reason = text === '' ? 'empty url' : 'invalid URI for request';
  throw new EvaluationError(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: ${reason}`);
}

function queryOf({ query }: UrlValue): EntryMap {
  const lists = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(query)) lists.set(key, [...(lists.get(key) ?? []), value]);
  return new EntryMap([...lists].map(([key, values]): [string, List] => [key, listFrom(values)]));
}

const one = [url];

export const urls: readonly Overload[] = [
  define<[string]>('url', [string], url, parsed, onceSame),
  define<[string]>('isURL', [string], bool, (text) => parse(text) !== undefined, once),
  method<[UrlValue]>('getScheme', one, string, ({ scheme }) => scheme),
  method<[UrlValue]>('getHost', one, string, ({ host: named }) => named),
  method<[UrlValue]>('getHostname', one, string, ({ hostname }) => hostname),
  method<[UrlValue]>('getPort', one, string, ({ port }) => port),
  method<[UrlValue]>('getEscapedPath', one, string, ({ path }) => path),
  method<[UrlValue]>('getQuery', one, mapOf(string, listOf(string)), queryOf),
];
