/**
 * What a request asks for, parsed once: the authorizers, the audit of a refusal and the routing read the same facts.
 * https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go
 */
import { type FieldRequirement, parseFieldSelector, requiredValue } from '../api/field-selectors.ts';
import { badRequest } from './errors.ts';
import { isTrue, type Method, type ServerRequest } from './request.ts';
import type { UserInfo } from './user.ts';

/** Where a URL points: what the verbs are routed by. */
export interface ResourcePath {
  group: string;
  version: string;
  /** '' where the object is in none; a namespace itself is in none. */
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

/** What somebody wants to do: the question that the authorizers answer. */
export interface RequestInfo {
  user: UserInfo;
  /**
   * `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; a review may ask for any other.
   * For a path that is not a resource it is the HTTP method in lower case.
   */
  verb: string;
  isResource: boolean;
  group: string;
  version: string;
  /** A namespace counts as being in itself, as upstream has it. */
  namespace: string;
  resource: string;
  subresource: string;
  /**
   * Also the one name that a list or a watch is narrowed to by `fieldSelector=metadata.name=x`; '' for a collection.
   */
  name: string;
  path: string;
  /** Of a list, a watch or the deletion of a collection. Empty where it does not parse: it then grants nothing. */
  fieldSelector: readonly FieldRequirement[];
}

export interface ParsedRequest {
  info: RequestInfo;
  /** Undefined where the path is not one of a resource (discovery, health, ...). */
  path: ResourcePath | undefined;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) throw badRequest(`invalid URL escape in "${part}"`);
    throw error;
  }
}

/** The path tells these subresources of a namespace from resources in it. */
const namespaceSubresources = new Set(['status', 'finalize']);

/** Undefined for what is no resource. Throws `ApiError` 400 where the path is badly escaped. */
export function parseResourcePath(pathname: string): ResourcePath | undefined {
  const parts = pathname.split('/').filter(Boolean).map(decodePart);
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return undefined;
  const [group, version, ...segments] = core ? ['', ...parts.slice(1)] : parts.slice(1);
  const watch = segments[0] === 'watch' && segments.length > 1;
  const rest = watch ? segments.slice(1) : segments;
  if (group === undefined || version === undefined || rest.length === 0) return undefined;
  const inNamespace = rest[0] === 'namespaces' && rest.length > 2 && !namespaceSubresources.has(rest[2] ?? '');
  const [resource = '', name = '', subresource = '', ...tail] = inNamespace ? rest.slice(2) : rest;
  return {
    group,
    version,
    namespace: inNamespace ? (rest[1] ?? '') : '',
    resource,
    name,
    subresource,
    rest: tail.length > 0 ? `/${tail.map(encodeURIComponent).join('/')}` : '',
    watch,
  };
}

const verbs: Partial<Record<Method, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

function verbOf({ watch, name }: ResourcePath, method: Method, query: URLSearchParams): string {
  if (watch) return 'watch';
  const verb = verbs[method] ?? '';
  if (name !== '') return verb;
  if (verb === 'get') return isTrue(query.get('watch')) ? 'watch' : 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

/** The verb itself answers a selector that does not parse; here it only narrows nothing. */
function selectorOf({ watch, name }: ResourcePath, verb: string, query: URLSearchParams): FieldRequirement[] {
  const text = query.get('fieldSelector');
  if (!text || watch || name !== '' || !['list', 'watch', 'deletecollection'].includes(verb)) return [];
  try {
    return parseFieldSelector(text);
  } catch {
    return [];
  }
}

/** Names that could not stand in a URL select nothing. */
const isPathSegment = (name: string): boolean => name !== '.' && name !== '..' && !/[/%]/.test(name);

/** A request for a path that is not a resource. */
export const pathInfo = (user: UserInfo, verb: string, path: string): RequestInfo => ({
  user,
  verb,
  path,
  isResource: false,
  group: '',
  version: '',
  namespace: '',
  resource: '',
  subresource: '',
  name: '',
  fieldSelector: [],
});

/** Throws `ApiError` 400 where the path is badly escaped. */
export function parseRequest(request: Pick<ServerRequest, 'user' | 'method' | 'pathname' | 'query'>): ParsedRequest {
  const { user, method, pathname, query } = request;
  const path = parseResourcePath(pathname);
  if (!path) return { path, info: pathInfo(user, method.toLowerCase(), pathname) };
  const { group, version, resource, subresource } = path;
  const verb = verbOf(path, method, query);
  const fieldSelector = selectorOf(path, verb, query);
  const selected = verb === 'deletecollection' ? undefined : requiredValue(fieldSelector, 'metadata.name');
  const name = path.name || (selected !== undefined && isPathSegment(selected) ? selected : '');
  const namespace = path.namespace || (resource === 'namespaces' ? path.name : '');
  const info = { user, verb, isResource: true, group, version, namespace, resource, subresource, name };
  return { path, info: { ...info, path: pathname, fieldSelector } };
}
