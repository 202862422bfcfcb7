/**
 * What ingresses ask of the proxy. Pure.
 * https://kubernetes.io/docs/concepts/services-networking/ingress/
 */
import { ingressController } from '../api/networking/first-ingress-class.ts';
import { classAnnotation } from '../api/networking/ingress-validation.ts';
import type { core, EndpointSlice, Ingress, IngressClass, networking, Secret, Service } from '../api/types.ts';
import { endpointsOf } from '../network/service-proxy/endpoints.ts';
import { ageOf, type Entry, type ListenerPart, plainRoute } from './listeners.ts';
import type { Certificate, PathMatch, Protocol, Route, Target } from './table.ts';

type BackendPort = NonNullable<networking.IngressBackend['service']>['port'];

/** Lookups by `namespace/name`. */
export interface ClusterObjects {
  ingresses: readonly Ingress[];
  classes: { get(name: string): IngressClass | undefined };
  services: { get(key: string): Service | undefined };
  secrets: { get(key: string): Secret | undefined };
  slicesOf(serviceKey: string): EndpointSlice[];
}

/**
 * Whether this proxy serves an ingress: its class names this controller, or it names a class that the cluster does not
 * have, as manifests for another controller do.
 */
export function isOurs({ metadata, spec }: Ingress, classes: ClusterObjects['classes']): boolean {
  const name = spec?.ingressClassName ?? metadata.annotations?.[classAnnotation];
  if (name === undefined) return false;
  const found = classes.get(name);
  return found === undefined || found.spec?.controller === ingressController;
}

/** https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#backend-protocol */
const protocols: Readonly<Record<string, Protocol>> = { HTTP: 'http', HTTPS: 'https', GRPC: 'h2c', GRPCS: 'h2' };

/** The annotation counts before the service's `appProtocol`. */
export const protocolOf = (annotation: string | undefined, port: core.ServicePort | undefined): Protocol => {
  const named = protocols[annotation?.toUpperCase() ?? ''];
  // https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol
  return named ?? (port?.appProtocol === 'kubernetes.io/h2c' ? 'h2c' : 'http');
};

/**
 * The annotations of ingress-nginx that charts use.
 * https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
 */
function annotationsOf({ metadata: { annotations = {} } }: Ingress) {
  const read = (name: string) => annotations[`nginx.ingress.kubernetes.io/${name}`];
  const rewrite = read('rewrite-target');
  return {
    rewrite,
    isPattern: read('use-regex') === 'true' || rewrite?.includes('$') === true,
    redirects: read('ssl-redirect') !== 'false',
    alwaysRedirects: read('force-ssl-redirect') === 'true',
    protocol: read('backend-protocol'),
  };
}

/** The port that a backend names, by number or by name; undefined where the service has none such. */
const portOf = ({ spec }: Service, wanted: BackendPort): core.ServicePort | undefined =>
  spec.ports?.find(({ name, port }) => (wanted?.name ? name === wanted.name : port === wanted?.number));

/** Where requests for a port of a service go. */
export function targetOf(
  service: Service,
  port: core.ServicePort,
  protocol: Protocol,
  slicesOf: ClusterObjects['slicesOf'],
): Target {
  const { externalName, type } = service.spec;
  if (type === 'ExternalName') return { protocol, addresses: externalName ? [`${externalName}:${port.port}`] : [] };
  const key = `${service.metadata.namespace}/${service.metadata.name}`;
  // The proxy serves clients of every place, so it asks for the endpoints of no place.
  const { cluster } = endpointsOf(slicesOf(key), port, 'IPv4');
  return { protocol, addresses: cluster.map((endpoint) => `${endpoint.ip}:${endpoint.port}`) };
}

function routeTo(
  ingress: Ingress,
  path: PathMatch,
  backend: networking.IngressBackend | undefined,
  { services, slicesOf }: ClusterObjects,
): Route {
  const { rewrite, protocol: annotation } = annotationsOf(ingress);
  const service = services.get(`${ingress.metadata.namespace}/${backend?.service?.name}`);
  const port = service && backend?.service && portOf(service, backend.service.port);
  const protocol = protocolOf(annotation, port);
  const target = service && port ? targetOf(service, port, protocol, slicesOf) : { protocol, addresses: [] };
  return {
    ...plainRoute(path),
    ...(rewrite === undefined ? {} : { rewrite: { path: { type: 'Template', value: rewrite } } }),
    backends: [{ weight: 1, target, request: [], response: [] }],
  };
}

const typeOf = ({ pathType }: networking.HTTPIngressPath, isPattern: boolean): PathMatch['type'] => {
  if (pathType === 'Exact') return 'Exact';
  return isPattern ? 'Pattern' : 'Prefix';
};

const covers = (hosts: readonly string[], host: string): boolean =>
  hosts.some((each) => each === host || (each.startsWith('*.') && host.endsWith(each.slice(1))));

/** Whether TLS is configured for the host of a rule. */
const hasTls = ({ spec }: Ingress, host: string): boolean =>
  (spec?.tls ?? []).some(({ hosts = [] }) => hosts.length === 0 || covers(hosts, host));

interface IngressEntry extends Entry {
  /** Unencrypted requests are sent to https. */
  onlyTls: boolean;
}

function entriesOf(ingress: Ingress, objects: ClusterObjects): IngressEntry[] {
  const { isPattern, redirects, alwaysRedirects } = annotationsOf(ingress);
  const age = ageOf(ingress);
  return (ingress.spec?.rules ?? []).flatMap(({ host = '', http }) =>
    (http?.paths ?? []).map((path) => ({
      host: host.toLowerCase(),
      age,
      onlyTls: alwaysRedirects || (redirects && hasTls(ingress, host)),
      route: routeTo(ingress, { type: typeOf(path, isPattern), value: path.path || '/' }, path.backend, objects),
    })),
  );
}

const toHttps = ({ port }: { port: number }): Pick<Route, 'redirect'> => ({
  redirect: { status: 308, scheme: 'https', ...(port === 443 ? {} : { port }) },
});

const decode = (value: string | undefined): string => Buffer.from(value ?? '', 'base64').toString('utf8');

/** Certificate and key of a secret of type `kubernetes.io/tls`; undefined where it has not both. */
export function pairIn(secret: Secret | undefined): { certificate: string; key: string } | undefined {
  const certificate = decode(secret?.data?.['tls.crt']);
  const key = decode(secret?.data?.['tls.key']);
  return certificate && key ? { certificate, key } : undefined;
}

const certificatesOf = ({ metadata, spec }: Ingress, { secrets }: ClusterObjects): Certificate[] =>
  (spec?.tls ?? []).flatMap(({ hosts = [], secretName }) => {
    const pair = pairIn(secrets.get(`${metadata.namespace}/${secretName}`));
    return pair ? [{ hosts: hosts.length > 0 ? hosts.map((host) => host.toLowerCase()) : [''], ...pair }] : [];
  });

const byAge = (a: Ingress, b: Ingress): number => ageOf(a).localeCompare(ageOf(b));

/**
 * What the ingresses, which are all ours, ask of ports 80 and 443. `published`: the port of the machine at which 443
 * is reached.
 */
export function ingressParts(objects: ClusterObjects, published: number): ListenerPart[] {
  if (objects.ingresses.length === 0) return [];
  const ingresses = objects.ingresses.toSorted(byAge);
  const entries = ingresses.flatMap((ingress) => entriesOf(ingress, objects));
  const owner = ingresses.find(({ spec }) => spec?.defaultBackend);
  const anyPath: PathMatch = { type: 'Prefix', value: '/' };
  const fallback = owner && { fallback: routeTo(owner, anyPath, owner.spec?.defaultBackend, objects) };
  const redirected = entries.map((entry) =>
    entry.onlyTls ? { ...entry, route: { ...entry.route, ...toHttps({ port: published }) } } : entry,
  );
  return [
    { port: 80, scheme: 'http', entries: redirected, ...fallback, certificates: [] },
    {
      port: 443,
      scheme: 'https',
      entries,
      ...fallback,
      certificates: ingresses.flatMap((ingress) => certificatesOf(ingress, objects)),
    },
  ];
}
