/**
 * Makes the proxy's table of the cluster's objects. Pure.
 * https://kubernetes.io/docs/concepts/services-networking/ingress/
 */
import { ingressController } from '../api/networking/first-ingress-class.ts';
import { classAnnotation } from '../api/networking/ingress-validation.ts';
import type { core, EndpointSlice, Ingress, IngressClass, networking, Secret, Service } from '../api/types.ts';
import { endpointsOf } from '../network/service-proxy/endpoints.ts';
import type { Certificate, Path, RoutingTable, Target } from './table.ts';

type BackendPort = NonNullable<networking.IngressBackend['service']>['port'];

/** The proxy sends requests to any node, so it asks for no node's own endpoints. */
const anyNode = '';

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
    protocol: read('backend-protocol')?.toUpperCase() === 'HTTPS' ? ('https' as const) : ('http' as const),
  };
}

/** The port that a backend names, by number or by name; undefined where the service has none such. */
const portOf = ({ spec }: Service, wanted: BackendPort): core.ServicePort | undefined =>
  spec.ports?.find(({ name, port }) => (wanted?.name ? name === wanted.name : port === wanted?.number));

function targetOf(
  { metadata: { namespace } }: Ingress,
  backend: networking.IngressBackend | undefined,
  protocol: Target['protocol'],
  { services, slicesOf }: ClusterObjects,
): Target {
  const key = `${namespace}/${backend?.service?.name}`;
  const service = services.get(key);
  const port = service && backend?.service && portOf(service, backend.service.port);
  if (!service || !port) return { protocol, addresses: [] };
  const { externalName, type } = service.spec;
  if (type === 'ExternalName') return { protocol, addresses: externalName ? [`${externalName}:${port.port}`] : [] };
  const { cluster } = endpointsOf(slicesOf(key), port, anyNode);
  return { protocol, addresses: cluster.map((endpoint) => `${endpoint.ip}:${endpoint.port}`) };
}

const typeOf = ({ pathType }: networking.HTTPIngressPath, isPattern: boolean): Path['type'] => {
  if (pathType === 'Exact') return 'Exact';
  return isPattern ? 'Pattern' : 'Prefix';
};

const covers = (hosts: readonly string[], host: string): boolean =>
  hosts.some((each) => each === host || (each.startsWith('*.') && host.endsWith(each.slice(1))));

/** Whether TLS is configured for the host of a rule. */
const hasTls = ({ spec }: Ingress, host: string): boolean =>
  (spec?.tls ?? []).some(({ hosts = [] }) => hosts.length === 0 || covers(hosts, host));

function pathsOf(ingress: Ingress, { host = '', http }: networking.IngressRule, objects: ClusterObjects): Path[] {
  const { rewrite, isPattern, redirects, alwaysRedirects, protocol } = annotationsOf(ingress);
  const onlyTls = alwaysRedirects || (redirects && hasTls(ingress, host));
  return (http?.paths ?? []).map((path) => ({
    type: typeOf(path, isPattern),
    path: path.path || '/',
    ...(rewrite === undefined ? {} : { rewrite }),
    onlyTls,
    target: targetOf(ingress, path.backend, protocol, objects),
  }));
}

/** Exact paths first, then the longest. The sort is stable: of equal paths the older ingress's counts. */
const inOrder = (paths: readonly Path[]): Path[] =>
  paths.toSorted((a, b) => Number(b.type === 'Exact') - Number(a.type === 'Exact') || b.path.length - a.path.length);

const decode = (value: string | undefined): string => Buffer.from(value ?? '', 'base64').toString('utf8');

function certificatesOf({ metadata, spec }: Ingress, { secrets }: ClusterObjects): Certificate[] {
  return (spec?.tls ?? []).flatMap(({ hosts = [], secretName }) => {
    const { data } = secrets.get(`${metadata.namespace}/${secretName}`) ?? {};
    const certificate = decode(data?.['tls.crt']);
    const key = decode(data?.['tls.key']);
    return certificate && key ? [{ hosts: hosts.map((host) => host.toLowerCase()), certificate, key }] : [];
  });
}

const byAge = (a: Ingress, b: Ingress): number =>
  String(a.metadata.creationTimestamp).localeCompare(String(b.metadata.creationTimestamp)) ||
  `${a.metadata.namespace}/${a.metadata.name}`.localeCompare(`${b.metadata.namespace}/${b.metadata.name}`);

/** The table of the ingresses, which are all ours. */
export function tableOf(objects: ClusterObjects): RoutingTable {
  const hosts: Record<string, Path[]> = Object.create(null);
  let fallback: Target | undefined;
  const certificates: Certificate[] = [];
  for (const ingress of objects.ingresses.toSorted(byAge)) {
    for (const rule of ingress.spec?.rules ?? []) {
      const name = (rule.host ?? '').toLowerCase();
      hosts[name] = [...(hosts[name] ?? []), ...pathsOf(ingress, rule, objects)];
    }
    const { defaultBackend } = ingress.spec ?? {};
    if (defaultBackend) fallback ??= targetOf(ingress, defaultBackend, annotationsOf(ingress).protocol, objects);
    certificates.push(...certificatesOf(ingress, objects));
  }
  const ordered = Object.entries(hosts).map(([name, paths]) => [name, inOrder(paths)]);
  return { hosts: Object.fromEntries(ordered), ...(fallback ? { fallback } : {}), certificates };
}
