import { describe, expect, test } from 'vitest';
import { gatewayController } from '../../../agent/api/gateway/group.ts';
import type { Secret } from '../../../agent/api/types.ts';
import { selfSigned } from '../../../agent/certificates/self-signed.ts';
import { commonPatterns } from '../../../agent/ingress/gateway/hostnames.ts';
import { type GatewayInputs, planGateways } from '../../../agent/ingress/gateway/plan.ts';
import { gatewayStatus, routeStatus } from '../../../agent/ingress/gateway/statuses.ts';
import type {
  Gateway,
  GatewayClass,
  GatewayListener,
  HttpRoute,
  ParentRef,
  ReferenceGrant,
  RouteMatch,
  RouteRule,
} from '../../../agent/ingress/gateway/types.ts';
import { changeHeaders } from '../../../agent/ingress/header-changes.ts';
import { tableOf } from '../../../agent/ingress/listeners.ts';
import { changedUrl, findRoute } from '../../../agent/ingress/match.ts';
import { backendAt } from '../../../agent/ingress/pass.ts';
import { aService, aSlice } from '../../builders/network.ts';

const group = 'gateway.networking.k8s.io';
const metadata = (name: string, more: { namespace?: string; at?: number; generation?: number } = {}) => ({
  name,
  namespace: more.namespace ?? 'default',
  uid: `uid-${name}`,
  resourceVersion: '1',
  generation: more.generation ?? 1,
  creationTimestamp: `2026-01-01T00:00:0${more.at ?? 0}Z`,
});
const aClass: GatewayClass = {
  apiVersion: `${group}/v1`,
  kind: 'GatewayClass',
  metadata: metadata('skiff'),
  spec: { controllerName: gatewayController },
};
const http = (more: Partial<GatewayListener> = {}): GatewayListener => ({
  name: 'http',
  port: 80,
  protocol: 'HTTP',
  ...more,
});
const aGateway = (listeners: GatewayListener[], more: { name?: string; at?: number; addresses?: object[] } = {}) =>
  ({
    apiVersion: `${group}/v1`,
    kind: 'Gateway',
    metadata: metadata(more.name ?? 'web', more),
    spec: { gatewayClassName: 'skiff', listeners, ...(more.addresses ? { addresses: more.addresses } : {}) },
  }) satisfies Gateway;
const to = (name: string, more: object = {}) => ({ name, port: 80, ...more });
const aRoute = (
  rules: RouteRule[],
  more: { name?: string; namespace?: string; at?: number; hostnames?: string[]; parentRefs?: ParentRef[] } = {},
): HttpRoute => ({
  apiVersion: `${group}/v1`,
  kind: 'HTTPRoute',
  metadata: metadata(more.name ?? 'shop', more),
  spec: {
    parentRefs: more.parentRefs ?? [{ name: 'web', namespace: 'default' }],
    rules,
    ...(more.hostnames ? { hostnames: more.hostnames } : {}),
  },
});

const known: Record<string, string> = { blue: '10.244.1.1', green: '10.244.1.2', red: '10.244.1.3' };
const inputs = (more: Partial<GatewayInputs>): GatewayInputs => ({
  classes: [aClass],
  gateways: [aGateway([http()])],
  routes: [],
  grants: [],
  services: {
    get: (key) => {
      const [namespace = '', name = ''] = key.split('/');
      return known[name]
        ? aService(name, { clusterIP: '10.96.0.80', ports: [{ port: 80 }] }, { namespace })
        : undefined;
    },
  },
  secrets: { get: () => undefined },
  slicesOf: (key) => [aSlice(key, [{ ip: known[key.split('/')[1] ?? ''] ?? '' }], [{ port: 8080 }])],
  labelsOf: (name) => ({ team: name }),
  reached: { hosts: ['localhost'], moved: [] },
  ...more,
});

/** The reason, and whether the condition holds: `Accepted`, `!NoMatchingParent`. */
const short = (verdicts: readonly { type: string; status: string; reason: string }[], type: string): string => {
  const found = verdicts.find((verdict) => verdict.type === type);
  return `${found?.status === 'True' ? '' : '!'}${found?.reason}`;
};

describe('the names that a listener and a route have in common', () => {
  test.each([
    [undefined, undefined, ['']],
    ['shop.localhost', undefined, ['shop.localhost']],
    ['*.localhost', [], ['**.localhost']],
    [undefined, ['shop.localhost', '*.example.com'], ['shop.localhost', '**.example.com']],
    ['*.localhost', ['shop.localhost', 'a.b.localhost', 'shop.example.com'], ['shop.localhost', 'a.b.localhost']],
    ['shop.localhost', ['*.localhost'], ['shop.localhost']],
    ['*.a.localhost', ['*.localhost'], ['**.a.localhost']],
    ['*.localhost', ['localhost'], []],
    ['shop.localhost', ['tea.localhost'], []],
  ])('of %s and %j are %j', (listener, route, expected) => {
    expect(commonPatterns(listener, route)).toEqual(expected);
  });
});

describe('a route', () => {
  const plan = (gateway: Gateway, route: HttpRoute, grants: ReferenceGrant[] = []) =>
    planGateways(inputs({ gateways: [gateway], routes: [route], grants }));
  const judged = (gateway: Gateway, route: HttpRoute, grants?: ReferenceGrant[]): string[] => {
    const [parent] = plan(gateway, route, grants).routes[0]?.parents ?? [];
    return ['Accepted', 'ResolvedRefs'].map((type) => short(parent?.verdicts ?? [], type));
  };
  const rules = [{ backendRefs: [to('blue')] }];
  const other = { namespace: 'shop' };
  const from = (which: string, selector?: object) =>
    http({ allowedRoutes: { namespaces: { from: which, ...(selector ? { selector } : {}) } } });

  test.each([
    ['of the same namespace', http(), aRoute(rules), 'Accepted'],
    ['of another namespace', http(), aRoute(rules, other), '!NotAllowedByListeners'],
    ['of another namespace, where all may', from('All'), aRoute(rules, other), 'Accepted'],
    [
      'of a namespace that is selected',
      from('Selector', { matchLabels: { team: 'shop' } }),
      aRoute(rules, other),
      'Accepted',
    ],
    [
      'of one that is not',
      from('Selector', { matchLabels: { team: 'tea' } }),
      aRoute(rules, other),
      '!NotAllowedByListeners',
    ],
    [
      'of a kind that the listener does not want',
      http({ allowedRoutes: { kinds: [{ kind: 'GRPCRoute' }] } }),
      aRoute(rules),
      '!NotAllowedByListeners',
    ],
    [
      'to a section that is there',
      http(),
      aRoute(rules, { parentRefs: [{ name: 'web', sectionName: 'http', port: 80 }] }),
      'Accepted',
    ],
    ['to none', http(), aRoute(rules, { parentRefs: [{ name: 'web', sectionName: 'x' }] }), '!NoMatchingParent'],
    ['to a port that is none', http(), aRoute(rules, { parentRefs: [{ name: 'web', port: 81 }] }), '!NoMatchingParent'],
    [
      'of a host that the listener has not',
      http({ hostname: 'shop.localhost' }),
      aRoute(rules, { hostnames: ['tea.localhost'] }),
      '!NoMatchingListenerHostname',
    ],
    [
      'with a filter that is not served',
      http(),
      aRoute([{ filters: [{ type: 'RequestMirror' }] }]),
      '!UnsupportedValue',
    ],
    [
      'with what is no pattern',
      http(),
      aRoute([{ matches: [{ path: { type: 'RegularExpression', value: '/((' } }] }]),
      '!UnsupportedValue',
    ],
  ])('%s: %4$s', (_, listener, route, expected) => {
    expect(judged(aGateway([listener]), route)[0]).toBe(expected);
  });

  const grant = (name?: string): ReferenceGrant => ({
    apiVersion: `${group}/v1beta1`,
    kind: 'ReferenceGrant',
    metadata: metadata('grant', { namespace: 'shop' }),
    spec: {
      from: [{ group, kind: 'HTTPRoute', namespace: 'default' }],
      to: [{ group: '', kind: 'Service', ...(name ? { name } : {}) }],
    },
  });
  test.each([
    ['a service', to('blue'), [], 'ResolvedRefs'],
    ['none', to('missing'), [], '!BackendNotFound'],
    ['a port that it has not', to('blue', { port: 99 }), [], '!BackendNotFound'],
    ['another kind', to('blue', { kind: 'Pod' }), [], '!InvalidKind'],
    ['another namespace', to('blue', other), [], '!RefNotPermitted'],
    ['another namespace, with a grant', to('blue', other), [grant()], 'ResolvedRefs'],
    ['another namespace, with a grant for another service', to('blue', other), [grant('red')], '!RefNotPermitted'],
  ])('whose backend is %s: %4$s', (_, ref, grants, expected) => {
    expect(judged(aGateway([http()]), aRoute([{ backendRefs: [ref] }]), grants)[1]).toBe(expected);
  });

  test('of a gateway of another class, or of none, is none of our business', () => {
    const foreign = { ...aGateway([http()]), spec: { gatewayClassName: 'other', listeners: [http()] } };
    expect(plan(foreign, aRoute(rules))).toMatchObject({ parts: [], gateways: [], routes: [{ parents: [] }] });
  });

  test('keeps what other controllers say of it, and the time of what stays as it is', () => {
    const theirs = { parentRef: { name: 'theirs' }, controllerName: 'example.com/other', conditions: [] };
    const route = { ...aRoute(rules), status: { parents: [theirs] } };
    const [outcome] = plan(aGateway([http()]), route).routes;
    if (!outcome) throw new Error('no outcome');
    const first = routeStatus(outcome, 'then');
    expect(first.parents.map(({ controllerName }) => controllerName)).toEqual(['example.com/other', gatewayController]);
    expect(routeStatus({ ...outcome, route: { ...route, status: first } }, 'later')).toEqual(first);
  });
});

describe('a request', () => {
  const match = (...matches: RouteMatch[]): RouteRule['matches'] => matches;
  /** Which service gets it, and the path that it sees. */
  const route = (routes: HttpRoute[], url: string, more: { host?: string; method?: string; headers?: object } = {}) => {
    const { parts } = planGateways(inputs({ routes }));
    const [listener] = tableOf(parts);
    if (!listener) throw new Error('nothing is served');
    const { host = 'shop.localhost', method = 'GET', headers = {} } = more;
    const found = findRoute(listener, { host, method, url, headers: { ...headers } });
    const [address = ''] = found?.route.backends[0]?.target?.addresses ?? [];
    return (
      found &&
      `${Object.keys(known).find((name) => address === `${known[name]}:8080`)} ${changedUrl(url, found.route.rewrite?.path, found)}`
    );
  };
  const ordered = aRoute([
    { backendRefs: [to('red')] },
    { matches: match({ path: { value: '/a' } }), backendRefs: [to('green')] },
    { matches: match({ path: { type: 'Exact', value: '/a' } }), backendRefs: [to('blue')] },
    { matches: match({ path: { value: '/a' }, method: 'POST' }), backendRefs: [to('red')] },
    {
      matches: match({ path: { value: '/a' }, headers: [{ name: 'X-Version', value: '2' }] }),
      backendRefs: [to('blue')],
    },
    { matches: match({ path: { value: '/a' }, queryParams: [{ name: 'v', value: '3' }] }), backendRefs: [to('red')] },
    { matches: match({ path: { type: 'RegularExpression', value: '/r/[0-9]+' } }), backendRefs: [to('green')] },
    {
      matches: match({ headers: [{ name: 'x-color', type: 'RegularExpression', value: 'gr.*' }] }),
      backendRefs: [to('green')],
    },
  ]);
  test.each([
    ['/', {}, 'red /'],
    ['/a', {}, 'blue /a'],
    ['/a/b', {}, 'green /a/b'],
    ['/ab', {}, 'red /ab'],
    ['/a/b', { method: 'POST' }, 'red /a/b'],
    ['/a/b', { headers: { 'x-version': '2' } }, 'blue /a/b'],
    ['/a/b', { method: 'POST', headers: { 'x-version': '2' } }, 'red /a/b'],
    ['/a/b?v=3', {}, 'red /a/b?v=3'],
    ['/a/b?v=3', { headers: { 'x-version': '2' } }, 'blue /a/b?v=3'],
    ['/a/b?v=4', {}, 'green /a/b?v=4'],
    ['/r/12', {}, 'green /r/12'],
    ['/r/12x', {}, 'red /r/12x'],
    ['/x', { headers: { 'x-color': 'green' } }, 'green /x'],
    ['/x', { headers: { 'x-color': 'no green' } }, 'red /x'],
  ])('for %s with %j goes to %s', (url, more, expected) => {
    expect(route([ordered], url, more)).toBe(expected);
  });

  test('that two routes match alike goes to the older, then to the first by name', () => {
    const of = (name: string, at: number) => aRoute([{ backendRefs: [to(name)] }], { name, at });
    expect(route([of('blue', 2), of('green', 1)], '/')).toBe('green /');
    expect(route([of('green', 1), of('blue', 1)], '/')).toBe('blue /');
  });

  test('goes by the most specific host name', () => {
    const routes = [
      aRoute([{ backendRefs: [to('red')] }], { name: 'any' }),
      aRoute([{ backendRefs: [to('green')] }], { name: 'wild', hostnames: ['*.localhost'] }),
      aRoute([{ backendRefs: [to('blue')] }], { name: 'exact', hostnames: ['shop.localhost'] }),
    ];
    const hosts = ['shop.localhost', 'SHOP.localhost', 'tea.localhost', 'a.tea.localhost', 'localhost'];
    expect(hosts.map((host) => route(routes, '/', { host }))).toEqual([
      'blue /',
      'blue /',
      'green /',
      'green /',
      'red /',
    ]);
  });

  test.each([
    ['/foo', '/xyz', '/foo/bar', '/xyz/bar'],
    ['/foo', '/xyz/', '/foo/bar', '/xyz/bar'],
    ['/foo', '/xyz', '/foo/', '/xyz/'],
    ['/foo', '/xyz', '/foo', '/xyz'],
    ['/foo/', '/xyz', '/foo/bar', '/xyz/bar'],
    ['/foo', '/', '/foo/bar', '/bar'],
    ['/foo', '/', '/foo', '/'],
    ['/foo', '', '/foo/bar?x=1', '/bar?x=1'],
  ])('whose prefix %s becomes %s: %s -> %s', (prefix, replacePrefixMatch, url, expected) => {
    const path = { type: 'ReplacePrefixMatch', replacePrefixMatch } as const;
    const rewriting = aRoute([
      {
        matches: match({ path: { value: prefix } }),
        filters: [{ type: 'URLRewrite', urlRewrite: { path } }],
        backendRefs: [to('blue')],
      },
    ]);
    expect(route([rewriting], url)).toBe(`blue ${expected}`);
  });
});

describe('a listener', () => {
  const judged = (gateways: Gateway[], secrets: Record<string, Secret> = {}) =>
    planGateways(inputs({ gateways, secrets: { get: (key) => secrets[key] } })).gateways.flatMap(({ listeners }) =>
      listeners.map(({ name, verdicts }) =>
        [name, ...['Accepted', 'Conflicted', 'ResolvedRefs', 'Programmed'].map((type) => short(verdicts, type))].join(
          ' ',
        ),
      ),
    );
  const https = (more: Partial<GatewayListener> = {}) =>
    http({ name: 'https', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'tls' }] }, ...more });

  test('of HTTP needs nothing more', () => {
    expect(judged([aGateway([http()])])).toEqual(['http Accepted !NoConflicts ResolvedRefs Programmed']);
  });

  test('of HTTPS needs certificates that are there, ours to read, and what they say', async () => {
    const { certificate, key } = await selfSigned('shop', Date.now());
    const pair = { data: { 'tls.crt': btoa(certificate), 'tls.key': btoa(key) } } as object as Secret;
    const broken = { data: { 'tls.crt': btoa('x'), 'tls.key': btoa('y') } } as object as Secret;
    const refs = (...certificateRefs: { name: string; namespace?: string; kind?: string }[]) =>
      judged([aGateway([https({ tls: { certificateRefs } })])], { 'default/tls': pair, 'default/broken': broken });
    expect(refs({ name: 'tls' })).toEqual(['https Accepted !NoConflicts ResolvedRefs Programmed']);
    expect(refs({ name: 'none' })).toEqual(['https Accepted !NoConflicts !InvalidCertificateRef !Invalid']);
    expect(refs({ name: 'broken' })).toEqual(['https Accepted !NoConflicts !InvalidCertificateRef !Invalid']);
    expect(refs({ name: 'tls', kind: 'ConfigMap' })).toEqual([
      'https Accepted !NoConflicts !InvalidCertificateRef !Invalid',
    ]);
    expect(refs({ name: 'tls', namespace: 'vault' })).toEqual([
      'https Accepted !NoConflicts !RefNotPermitted !Invalid',
    ]);
    expect(refs({ name: 'tls' }, { name: 'none' })).toEqual([
      'https Accepted !NoConflicts !InvalidCertificateRef Programmed',
    ]);
  });

  test('of another protocol is refused, and so is one of a port that is served otherwise', () => {
    expect(judged([aGateway([http({ protocol: 'TCP' })])])[0]).toContain('!UnsupportedProtocol');
    expect(judged([aGateway([http({ port: 443 })])])[0]).toContain('!PortUnavailable');
    const tls = { tls: { certificateRefs: [] } };
    const [first, second] = [http({ port: 8443 }), http({ port: 8443, protocol: 'HTTPS', ...tls })];
    expect(judged([aGateway([second], { name: 'b', at: 2 }), aGateway([first], { name: 'a', at: 1 })])).toEqual([
      'http Accepted !NoConflicts ResolvedRefs Programmed',
      'http !PortUnavailable !NoConflicts !InvalidCertificateRef !Invalid',
    ]);
  });

  test('conflicts with another of its port and gateway that has another protocol', () => {
    expect(judged([aGateway([http({ port: 8080 }), https({ port: 8080 })])])).toEqual([
      'http Accepted ProtocolConflict ResolvedRefs !Invalid',
      'https Accepted ProtocolConflict !InvalidCertificateRef !Invalid',
    ]);
  });
});

describe('a gateway', () => {
  const judged = (gateway: Gateway, addresses = ['localhost']) => {
    const [outcome] = planGateways(inputs({ gateways: [gateway], reached: { hosts: addresses, moved: [] } })).gateways;
    return ['Accepted', 'Programmed'].map((type) => short(outcome?.verdicts ?? [], type));
  };
  test.each([
    ['is programmed once it has an address', aGateway([http()]), ['localhost'], ['Accepted', 'Programmed']],
    ['waits for an address', aGateway([http()]), [], ['Accepted', '!AddressNotAssigned']],
    [
      'with a listener that is not valid is served by the others',
      aGateway([http(), http({ name: 'x', protocol: 'UDP', port: 53 })]),
      ['localhost'],
      ['ListenersNotValid', 'Programmed'],
    ],
    [
      'without a valid listener is not accepted',
      aGateway([http({ protocol: 'UDP' })]),
      ['localhost'],
      ['!ListenersNotValid', '!Invalid'],
    ],
    [
      'that wants an address that is not ours does not get it',
      aGateway([http()], { addresses: [{ type: 'IPAddress', value: '192.0.2.1' }] }),
      ['localhost'],
      ['Accepted', '!AddressNotUsable'],
    ],
    [
      'that wants an address of another type is not accepted',
      aGateway([http()], { addresses: [{ type: 'example.com/pool', value: 'x' }] }),
      ['localhost'],
      ['!UnsupportedAddress', '!Invalid'],
    ],
  ])('%s', (_, gateway, addresses, expected) => {
    expect(judged(gateway, addresses)).toEqual(expected);
  });

  test('says how many routes each listener has, and of which generation that is', () => {
    const gateway = aGateway([http(), http({ name: 'other', port: 8080, hostname: 'tea.localhost' })]);
    const { gateways } = planGateways(
      inputs({
        gateways: [{ ...gateway, metadata: { ...gateway.metadata, generation: 7 } }],
        routes: [aRoute([]), aRoute([], { name: 'b', hostnames: ['shop.localhost'] })],
      }),
    );
    const [outcome] = gateways;
    if (!outcome) throw new Error('no outcome');
    const status = gatewayStatus(outcome, 'now');
    expect(status.listeners?.map(({ name, attachedRoutes }) => `${name} ${attachedRoutes}`)).toEqual([
      'http 2',
      'other 1',
    ]);
    expect(status.conditions?.map(({ observedGeneration }) => observedGeneration)).toEqual([7, 7]);
  });
});

test.each([
  [0, 'a'],
  [0.24, 'a'],
  [0.26, 'c'],
  [0.999, 'c'],
])('of backends with weights 1, 0 and 3, the share at %d is that of %s', (at, expected) => {
  const backends = [1, 0, 3].map((weight, index) => ({
    weight,
    target: { protocol: 'http' as const, addresses: ['abc'.charAt(index)] },
    request: [],
    response: [],
  }));
  expect(backendAt(backends, at)?.target?.addresses).toEqual([expected]);
});

test('of backends that all weigh nothing, none is chosen', () => {
  expect(backendAt([{ weight: 0, request: [], response: [] }], 0)).toBeUndefined();
});

test('headers are removed, set and added, in this order', () => {
  const headers = { a: '1', b: '2', c: ['3'] };
  changeHeaders(headers, [
    {
      remove: ['a', 'x'],
      set: [['b', 'set']],
      add: [
        ['a', 'new'],
        ['b', 'more'],
        ['c', '4'],
      ],
    },
  ]);
  expect(headers).toEqual({ a: 'new', b: 'set,more', c: ['3', '4'] });
});
