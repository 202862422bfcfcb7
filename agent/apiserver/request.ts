/** What a URL asks for. https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/request/requestinfo.go */
import { badRequest } from './errors.ts';
import type { UserInfo } from './user.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

export interface ResourcePath {
  group: string;
  version: string;
  namespace: string;
  resource: string;
  /** '' for the collection. */
  name: string;
  /** '' for the object itself. */
  subresource: string;
  /** What follows the subresource, with its leading slash, or ''. */
  rest: string;
  /** The old form of a watch: `/api/v1/watch/namespaces/default/pods`. */
  watch: boolean;
}

/** A request as the pipeline sees it, whether it came over the wire or in process. */
export interface ServerRequest {
  method: Method;
  /** Path without query. */
  pathname: string;
  query: URLSearchParams;
  /** Lower-case names. */
  header(name: string): string | undefined;
  user: UserInfo;
  /** The parsed body, fresh: the pipeline may modify it. Undefined where there is none. */
  body(): unknown;
  signal: AbortSignal;
  /** Collects texts for `Warning` headers. */
  warnings: string[];
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) throw badRequest(`invalid URL escape in "${part}"`);
    throw error;
  }
}

/** Undefined where the path is not one of a resource (discovery, health, ...). */
export function parseResourcePath(pathname: string): ResourcePath | undefined {
  const parts = pathname.split('/').filter(Boolean).map(decodePart);
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return undefined;
  const [group, version, ...segments] = core ? ['', ...parts.slice(1)] : parts.slice(1);
  const watch = segments[0] === 'watch' && segments.length > 1;
  const rest = watch ? segments.slice(1) : segments;
  if (group === undefined || version === undefined || rest.length === 0) return undefined;
  const base = { group, version };
  // `/api/v1/namespaces/x`, its `finalize` and its `status` are the namespace itself; all else below is in it.
  const inNamespace =
    rest[0] === 'namespaces' && rest.length > 2 && !(rest.length === 3 && /^(status|finalize)$/.test(rest[2] ?? ''));
  const [resource = '', name = '', subresource = '', ...tail] = inNamespace ? rest.slice(2) : rest;
  return {
    ...base,
    namespace: inNamespace ? (rest[1] ?? '') : '',
    resource,
    name,
    subresource,
    rest: tail.length > 0 ? `/${tail.map(encodeURIComponent).join('/')}` : '',
    watch,
  };
}

/** A flag without a value is set. https://github.com/kubernetes/apimachinery/blob/release-1.33/pkg/runtime/conversion.go */
export const isTrue = (value: string | null): boolean =>
  value !== null && value.toLowerCase() !== 'false' && value !== '0';

/** Of the body, without parameters; '' where none is named. */
export const mediaTypeOf = (request: Pick<ServerRequest, 'header'>): string =>
  (request.header('content-type') ?? '').split(';')[0]?.trim() ?? '';
