/**
 * Turns the rules of an HTTPRoute into routes of the proxy. Pure.
 * https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
 */
import { parseGoDuration } from '../../api/go-duration.ts';
import type { core, EndpointSlice, Service } from '../../api/types.ts';
import { isValidPattern } from '../match.ts';
import { protocolOf, targetOf } from '../routes.ts';
import type { Backend, HeaderChanges, PathChange, PathMatch, Redirect, Route, ValueMatch } from '../table.ts';
import { isFalse, isTrue, type Verdict } from './conditions.ts';
import { isPermitted } from './grants.ts';
import type {
  BackendRef,
  HeaderFilter,
  HttpRoute,
  NamedValue,
  PathModifier,
  ReferenceGrant,
  RouteFilter,
  RouteMatch,
  RouteRule,
} from './types.ts';

export interface RuleInputs {
  grants: readonly ReferenceGrant[];
  services: { get(key: string): Service | undefined };
  slicesOf(serviceKey: string): EndpointSlice[];
}

const ofRules = new Set(['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestRedirect', 'URLRewrite']);
const ofBackends = new Set(['RequestHeaderModifier', 'ResponseHeaderModifier']);

const patternsIn = ({ path, headers = [], queryParams = [] }: RouteMatch): string[] =>
  [path, ...headers, ...queryParams].flatMap((each) =>
    each?.type === 'RegularExpression' && each.value !== undefined ? [each.value] : [],
  );

/** What of a route the proxy cannot do; a rule is never served without one of its filters. */
export function unsupportedIn({ spec }: HttpRoute): string | undefined {
  for (const { filters = [], backendRefs = [], matches = [] } of spec.rules ?? []) {
    const filter = filters.find(({ type }) => !ofRules.has(type));
    if (filter) return `The filter ${filter.type} is not supported`;
    const own = backendRefs.flatMap((each) => each.filters ?? []).find(({ type }) => !ofBackends.has(type));
    if (own) return `The filter ${own.type} is not supported for a single backend`;
    const pattern = matches.flatMap(patternsIn).find((each) => !isValidPattern(each));
    if (pattern !== undefined) return `${JSON.stringify(pattern)} is not a regular expression of RE2`;
  }
  return undefined;
}

const headerChanges = ({ set = [], add = [], remove = [] }: HeaderFilter): HeaderChanges => ({
  remove: remove.map((name) => name.toLowerCase()),
  set: set.map(({ name, value }) => [name.toLowerCase(), value]),
  add: add.map(({ name, value }) => [name.toLowerCase(), value]),
});

const changesIn = (filters: readonly RouteFilter[], field: 'requestHeaderModifier' | 'responseHeaderModifier') =>
  filters.flatMap((filter) => (filter[field] ? [headerChanges(filter[field])] : []));

const pathChange = (modifier: PathModifier | undefined): { path?: PathChange } => {
  if (!modifier) return {};
  return modifier.type === 'ReplaceFullPath'
    ? { path: { type: 'Full', value: modifier.replaceFullPath ?? '/' } }
    : { path: { type: 'Prefix', value: modifier.replacePrefixMatch ?? '/' } };
};

function redirectIn(filters: readonly RouteFilter[]): { redirect?: Redirect } {
  const wanted = filters.find(({ requestRedirect }) => requestRedirect)?.requestRedirect;
  if (!wanted) return {};
  const { statusCode = 302, scheme, hostname, port, path } = wanted;
  return {
    redirect: {
      status: statusCode,
      ...(scheme ? { scheme } : {}),
      ...(hostname ? { host: hostname } : {}),
      ...(port ? { port } : {}),
      ...pathChange(path),
    },
  };
}

function rewriteIn(filters: readonly RouteFilter[]): Pick<Route, 'rewrite'> {
  const wanted = filters.find(({ urlRewrite }) => urlRewrite)?.urlRewrite;
  if (!wanted) return {};
  return { rewrite: { ...(wanted.hostname ? { host: wanted.hostname } : {}), ...pathChange(wanted.path) } };
}

/** The shorter of the two limits; zero is none. */
function timeoutIn({ request, backendRequest }: NonNullable<RouteRule['timeouts']>): Pick<Route, 'timeout'> {
  const limits = [request, backendRequest].flatMap((text) => {
    const milliseconds = text === undefined ? 0 : Number(parseGoDuration(text) / 1_000_000n);
    return milliseconds > 0 ? [milliseconds] : [];
  });
  return limits.length > 0 ? { timeout: Math.min(...limits) } : {};
}

const pathTypes = { Exact: 'Exact', PathPrefix: 'Prefix', RegularExpression: 'Whole' } as const;

const pathOf = ({ type = 'PathPrefix', value = '/' }: NonNullable<RouteMatch['path']> = {}): PathMatch => ({
  type: pathTypes[type],
  value,
});

const valueMatch = ({ type, name, value }: NamedValue): ValueMatch => ({
  name,
  type: type === 'RegularExpression' ? 'Whole' : 'Exact',
  value,
});

/** Of conditions for one name, in any case, the first counts. */
const headerMatches = (headers: readonly NamedValue[]): ValueMatch[] => {
  const all = headers.map((header) => valueMatch({ ...header, name: header.name.toLowerCase() }));
  return all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
};

const portIn = (service: Service, wanted: number | undefined): core.ServicePort | undefined =>
  service.spec.ports?.find(({ port }) => port === wanted);

/** Where a reference leads, or why it leads nowhere. */
function resolve(
  route: HttpRoute,
  ref: BackendRef,
  { grants, services, slicesOf }: RuleInputs,
): Backend['target'] | Verdict {
  const { group = '', kind = 'Service', name } = ref;
  const own = route.metadata.namespace ?? '';
  const namespace = ref.namespace ?? own;
  if (group !== '' || kind !== 'Service') {
    return isFalse('ResolvedRefs', 'InvalidKind', `A backend is a Service, not a ${kind}`);
  }
  if (!isPermitted({ from: { kind: 'HTTPRoute', namespace: own }, to: { group, kind, namespace, name } }, grants)) {
    const message = `No ReferenceGrant in namespace ${namespace} permits the reference to Service ${name}`;
    return isFalse('ResolvedRefs', 'RefNotPermitted', message);
  }
  const service = services.get(`${namespace}/${name}`);
  const port = service && portIn(service, ref.port);
  if (service && port) return targetOf(service, port, protocolOf(undefined, port), slicesOf);
  const missing = service
    ? `Service ${namespace}/${name} has no port ${ref.port}`
    : `Service ${namespace}/${name} does not exist`;
  return isFalse('ResolvedRefs', 'BackendNotFound', missing);
}

function backendsOf(route: HttpRoute, refs: readonly BackendRef[], inputs: RuleInputs) {
  const resolved = refs.map((ref) => ({ ref, found: resolve(route, ref, inputs) }));
  return {
    problems: resolved.flatMap(({ found }) => (found && 'reason' in found ? [found] : [])),
    backends: resolved.map(
      ({ ref: { weight = 1, filters = [] }, found }): Backend => ({
        weight,
        ...(found && 'addresses' in found ? { target: found } : {}),
        request: changesIn(filters, 'requestHeaderModifier'),
        response: changesIn(filters, 'responseHeaderModifier'),
      }),
    ),
  };
}

const anything: readonly RouteMatch[] = [{}];

/** The proxy's routes, in the order of the rules, and whether all references lead somewhere. */
export function routesOf(route: HttpRoute, inputs: RuleInputs): { routes: Route[]; resolved: Verdict } {
  const problems: Verdict[] = [];
  const routes = (route.spec.rules ?? []).flatMap((rule) => {
    const { filters = [], backendRefs = [], timeouts = {}, matches = anything } = rule;
    const found = backendsOf(route, backendRefs, inputs);
    problems.push(...found.problems);
    const actions = {
      ...redirectIn(filters),
      ...rewriteIn(filters),
      ...timeoutIn(timeouts),
      request: changesIn(filters, 'requestHeaderModifier'),
      response: changesIn(filters, 'responseHeaderModifier'),
      backends: found.backends,
    };
    return (matches.length > 0 ? matches : anything).map(
      ({ path, method, headers = [], queryParams = [] }): Route => ({
        path: pathOf(path),
        ...(method ? { method } : {}),
        headers: headerMatches(headers),
        query: queryParams.map(valueMatch),
        ...actions,
      }),
    );
  });
  return { routes, resolved: problems[0] ?? isTrue('ResolvedRefs') };
}
