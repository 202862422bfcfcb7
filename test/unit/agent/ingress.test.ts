import { describe, expect, test } from 'vitest';
import type { core, Ingress, IngressClass, networking, Secret, Service } from '../../../agent/api/types.ts';
import { tableOf } from '../../../agent/ingress/listeners.ts';
import { changedUrl, findRoute, hostNameOf } from '../../../agent/ingress/match.ts';
import { movedPorts, portsAfter } from '../../../agent/ingress/published.ts';
import { type ClusterObjects, ingressParts, isOurs } from '../../../agent/ingress/routes.ts';
import type { Listener } from '../../../agent/ingress/table.ts';
import { portsError } from '../../../agent/network/localhost-ports/ports-error.ts';
import { aService, aSlice } from '../../builders/network.ts';

const nginx = (name: string) => `nginx.ingress.kubernetes.io/${name}`;

const anIngress = (
  spec: networking.IngressSpec,
  more: { name?: string; annotations?: Record<string, string>; at?: number } = {},
): Ingress => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: more.name ?? 'shop',
    namespace: 'default',
    uid: `uid-${more.name ?? 'shop'}`,
    resourceVersion: '1',
    creationTimestamp: `2026-01-01T00:00:0${more.at ?? 0}Z`,
    annotations: more.annotations ?? {},
  },
  spec: { ingressClassName: 'skiff', ...spec },
  status: {},
});
const aClass = (name: string, controller: string): IngressClass => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { controller },
});
const to = (name: string, port: { name: string } | { number: number } = { number: 80 }): networking.IngressBackend => ({
  service: { name, port },
});
const path = (at: string, name: string, pathType = 'Prefix'): networking.HTTPIngressPath => ({
  path: at,
  pathType,
  backend: to(name),
});
const rule = (host: string | undefined, ...paths: networking.HTTPIngressPath[]): networking.IngressRule => ({
  ...(host === undefined ? {} : { host }),
  http: { paths },
});

/** Services whose one pod has an address that tells them apart. */
const known: Record<string, string> = { blue: '10.244.1.1', green: '10.244.1.2', red: '10.244.1.3' };
const objects = (ingresses: Ingress[], secrets: Record<string, Secret> = {}): ClusterObjects => ({
  ingresses,
  classes: { get: () => undefined },
  services: {
    get: (key) => {
      const name = key.replace('default/', '');
      const ports = [
        { name: 'http', port: 80 },
        { name: 'admin', port: 81 },
      ];
      return known[name] ? aService(name, { clusterIP: '10.96.0.80', ports }) : undefined;
    },
  },
  secrets: { get: (key) => secrets[key] },
  slicesOf: (key) => [
    aSlice(
      key.replace('default/', ''),
      [
        { ip: known[key.replace('default/', '')] ?? '' },
        { ip: '10.244.9.9', ready: false, serving: true, terminating: true },
      ],
      [
        { name: 'http', port: 8080 },
        { name: 'admin', port: 8081 },
      ],
    ),
  ],
});

/** What the proxy serves at a port, 443 being reached at itself. */
const listener = (cluster: ClusterObjects, port = 80, published = 443): Listener => {
  const found = tableOf(ingressParts(cluster, published)).find((each) => each.port === port);
  if (!found) throw new Error(`nothing is served at port ${port}`);
  return found;
};
const addressesOf = (cluster: ClusterObjects) => listener(cluster).fallback?.backends[0]?.target?.addresses;

/** `red /path`: which service gets the request, and what path it sees. */
const route = (ingresses: Ingress[], host: string, url: string): string | undefined => {
  const found = findRoute(listener(objects(ingresses)), { host, url, method: 'GET', headers: {} });
  const [address = 'nobody'] = found?.route.backends[0]?.target?.addresses ?? [];
  const name = Object.keys(known).find((each) => address.startsWith(`${known[each]}:`)) ?? address;
  return found && `${name} ${changedUrl(url, found.route.rewrite?.path, found)}`;
};

describe('a path', () => {
  const ingresses = [
    anIngress({
      rules: [
        rule(
          'shop.localhost',
          path('/', 'red'),
          path('/blue', 'blue'),
          path('/blue/green', 'green'),
          path('/blue/exact', 'red', 'Exact'),
          path('/slash/', 'green'),
        ),
      ],
    }),
  ];
  test.each([
    ['/', 'red /'],
    ['/other?a=/blue', 'red /other?a=/blue'],
    ['/blue', 'blue /blue'],
    ['/blue/', 'blue /blue/'],
    ['/blue?x', 'blue /blue?x'],
    ['/blueish', 'red /blueish'],
    ['/BLUE', 'red /BLUE'],
    ['/blue/green/tea', 'green /blue/green/tea'],
    ['/blue/exact', 'red /blue/exact'],
    ['/blue/exact/', 'blue /blue/exact/'],
    ['/slash', 'green /slash'],
    ['/slash/x', 'green /slash/x'],
  ])('%s goes to %s: whole elements, the longest first, exact ones before all', (url, expected) => {
    expect(route(ingresses, 'shop.localhost', url)).toBe(expected);
  });

  test('of an older ingress counts before the same of a younger one', () => {
    const ofAge = (at: number, name: string) =>
      anIngress({ rules: [rule('a.localhost', path('/', name))] }, { name, at });
    expect(route([ofAge(2, 'blue'), ofAge(1, 'green')], 'a.localhost', '/')).toBe('green /');
  });
});

describe('a host', () => {
  const ingresses = [
    anIngress({ rules: [rule('shop.localhost', path('/', 'blue')), rule('*.localhost', path('/', 'green'))] }),
  ];
  test.each([
    ['shop.localhost', 'blue /'],
    ['SHOP.localhost', 'blue /'],
    ['tea.localhost', 'green /'],
    ['a.tea.localhost', undefined],
    ['localhost', undefined],
  ])('%s is served by %s', (host, expected) => {
    expect(route(ingresses, host, '/')).toBe(expected);
  });

  test('that no rule names goes to the rule without one, and then to the default backend', () => {
    const anyHost = anIngress({ rules: [rule(undefined, path('/blue', 'blue'))], defaultBackend: to('red') });
    expect(route([anyHost], 'whatever', '/blue')).toBe('blue /blue');
    expect(route([anyHost], 'whatever', '/x')).toBe('red /x');
    expect(route([anyHost, ...ingresses], 'shop.localhost', '/x')).toBe('blue /x');
  });

  test('is read without its port', () => {
    expect(['shop.localhost:8080', 'shop.localhost', undefined].map(hostNameOf)).toEqual([
      'shop.localhost',
      'shop.localhost',
      '',
    ]);
  });
});

describe('a rewrite', () => {
  const rewriting = (target: string, at: string, pathType?: string) => [
    anIngress(
      { rules: [rule('a.localhost', path(at, 'blue', pathType))] },
      { annotations: { [nginx('rewrite-target')]: target } },
    ),
  ];
  test('replaces the whole path, and keeps the query', () => {
    expect(route(rewriting('/', '/blue'), 'a.localhost', '/blue/x?q=1')).toBe('blue /?q=1');
  });

  test('fills in the groups of a pattern', () => {
    const ingresses = rewriting('/$2', '/api(/|$)(.*)', 'ImplementationSpecific');
    expect(route(ingresses, 'a.localhost', '/api/v1/x?q=1')).toBe('blue /v1/x?q=1');
    expect(route(ingresses, 'a.localhost', '/api')).toBe('blue /');
    expect(route(ingresses, 'a.localhost', '/apis')).toBeUndefined();
  });

  test('with what is no pattern matches nothing and breaks nothing', () => {
    const broken = rewriting('/$1', '/((', 'ImplementationSpecific');
    const fine = anIngress({ rules: [rule('a.localhost', path('/', 'red'))] }, { name: 'fine' });
    expect(route([...broken, fine], 'a.localhost', '/((')).toBe('red /((');
  });
});

describe('a backend', () => {
  const addresses = (backend: networking.IngressBackend) =>
    addressesOf(objects([anIngress({ defaultBackend: backend })]));
  test('is what is ready behind a port of its service, by number or by name', () => {
    expect(addresses(to('blue'))).toEqual(['10.244.1.1:8080']);
    expect(addresses(to('blue', { name: 'admin' }))).toEqual(['10.244.1.1:8081']);
  });

  test('without service, or without that port, is nobody', () => {
    expect(addresses(to('missing'))).toEqual([]);
    expect(addresses(to('blue', { number: 99 }))).toEqual([]);
  });

  test('of which nothing is ready is what still serves', () => {
    const dying = aSlice(
      'blue',
      [{ ip: '10.244.9.9', ready: false, serving: true, terminating: true }],
      [{ name: 'http', port: 8080 }],
    );
    const cluster = { ...objects([anIngress({ defaultBackend: to('blue') })]), slicesOf: () => [dying] };
    expect(addressesOf(cluster)).toEqual(['10.244.9.9:8080']);
  });
});

describe('TLS', () => {
  const secret = { data: { 'tls.crt': btoa('certificate'), 'tls.key': btoa('key') } } as object as Secret;
  const secure = (annotations: Record<string, string> = {}) =>
    anIngress(
      {
        tls: [
          { hosts: ['a.localhost'], secretName: 'tls' },
          { hosts: ['b.localhost'], secretName: 'missing' },
        ],
        rules: [rule('a.localhost', path('/', 'blue')), rule('c.localhost', path('/', 'green'))],
      },
      { annotations },
    );
  const at = (port: number, annotations?: Record<string, string>, published?: number) =>
    listener(objects([secure(annotations)], { 'default/tls': secret }), port, published);

  test('takes the certificates of secrets that are there', () => {
    expect(at(443).certificates).toEqual([{ hosts: ['a.localhost'], certificate: 'certificate', key: 'key' }]);
  });

  test('sends the hosts that have it to https, unless an annotation says otherwise', () => {
    const only = (annotations?: Record<string, string>) =>
      ['a.localhost', 'c.localhost'].map((host) => at(80, annotations).hosts[host]?.[0]?.redirect?.scheme === 'https');
    expect(only()).toEqual([true, false]);
    expect(only({ [nginx('ssl-redirect')]: 'false' })).toEqual([false, false]);
    expect(only({ [nginx('force-ssl-redirect')]: 'true' })).toEqual([true, true]);
    expect(at(443).hosts['a.localhost']?.[0]?.redirect).toBeUndefined();
  });
});

test.each([
  [{}, undefined, 'http'],
  [{ [nginx('backend-protocol')]: 'HTTPS' }, undefined, 'https'],
  [{ [nginx('backend-protocol')]: 'GRPC' }, undefined, 'h2c'],
  [{ [nginx('backend-protocol')]: 'grpcs' }, undefined, 'h2'],
  [{}, 'kubernetes.io/h2c', 'h2c'],
  [{ [nginx('backend-protocol')]: 'HTTP' }, 'kubernetes.io/h2c', 'http'],
])(
  'the annotations %o and the appProtocol %s make the protocol of a backend %s',
  (annotations, appProtocol, expected) => {
    const ports = [{ name: 'http', port: 80, ...(appProtocol === undefined ? {} : { appProtocol }) }];
    const cluster = {
      ...objects([anIngress({ defaultBackend: to('blue') }, { annotations })]),
      services: { get: () => aService('blue', { clusterIP: '10.96.0.80', ports }) },
    };
    expect(listener(cluster).fallback?.backends[0]?.target?.protocol).toBe(expected);
  },
);

test.each([
  ['skiff', 'skiff.dev/ingress', true],
  ['nginx', 'k8s.io/ingress-nginx', false],
])('an ingress of class %s, which %s serves: %s', (name, controller, expected) => {
  const classes = { get: (wanted: string) => (wanted === name ? aClass(name, controller) : undefined) };
  expect(isOurs(anIngress({ ingressClassName: name }), classes)).toBe(expected);
});

test('an ingress of a class that the cluster does not have is served, and one without a class is not', () => {
  const classes = { get: () => undefined };
  expect(isOurs(anIngress({ ingressClassName: 'nginx' }), classes)).toBe(true);
  const old = anIngress({}, { annotations: { 'kubernetes.io/ingress.class': 'traefik' } });
  expect(isOurs({ ...old, spec: {} }, classes)).toBe(true);
  expect(isOurs({ ...anIngress({}), spec: {} }, classes)).toBe(false);
});

describe("the proxy's service", () => {
  const at = { 80: 41_000, 443: 41_001 };
  const withPorts = (ports: core.ServicePort[], taken = ''): Service => {
    const service = aService('skiff-ingress', { type: 'LoadBalancer', ports });
    const failed = taken
      .split(' ')
      .filter(Boolean)
      .map((port) => ({ hostPort: Number(port), protocol: 'tcp' as const, nodeIP: '172.30.0.2', nodePort: 30_080 }));
    const error = portsError(service, failed, '2026-01-01T00:00:00Z');
    return { ...service, status: { ...service.status, ...(error ? { conditions: [error] } : {}) } };
  };
  const http = { name: 'http', port: 80, protocol: 'TCP', nodePort: 30_080 };
  const https = { name: 'https', port: 443, protocol: 'TCP', nodePort: 30_443 };

  test('has the ports of the listeners, and keeps its node ports', () => {
    expect(portsAfter(undefined, { ...at, 9000: 41_002 })).toEqual([
      { name: 'http', port: 80, protocol: 'TCP' },
      { name: 'https', port: 443, protocol: 'TCP' },
      { name: 'port-9000', port: 9000, protocol: 'TCP' },
    ]);
    expect(portsAfter(withPorts([http, https]), at)).toEqual([http, https]);
    expect(portsAfter(withPorts([http, https]), { 80: 41_000 })).toEqual([http]);
  });

  test.each([
    ['80', [http, https], [8080, 443]],
    ['80 443', [http, https], [8080, 8443]],
    ['8080', [{ ...http, port: 8080 }, https], [8081, 443]],
    ['80', [http, { ...https, port: 8080 }], [8081, 8080]],
  ])('with %s taken on this machine takes the next', (taken, ports, expected) => {
    expect(portsAfter(withPorts(ports, taken), at).map(({ port }) => port)).toEqual(expected);
  });

  test('stays where it went once the port that it left is no longer said to be taken', () => {
    const moved = { ...http, port: 8080 };
    expect(portsAfter(withPorts([moved, https], '80'), at)).toEqual([moved, https]);
    expect(movedPorts(withPorts([moved, https]), at)).toEqual(['80 at 8080']);
  });

  test('at another port for https is where hosts with TLS are sent', () => {
    const spec = { tls: [{ hosts: ['a.localhost'] }], rules: [rule('a.localhost', path('/', 'blue'))] };
    expect(listener(objects([anIngress(spec)]), 80, 8443).hosts['a.localhost']?.[0]?.redirect).toEqual({
      status: 308,
      scheme: 'https',
      port: 8443,
    });
  });
});
