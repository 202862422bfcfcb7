/**
 * Versions that upstream retired in 1.16 and 1.22. A backend was a name and a port; it is a service or a resource now.
 * https://kubernetes.io/docs/reference/using-api/deprecation-guide/#ingress-v122 and
 * https://github.com/kubernetes/kubernetes/blob/release-1.21/pkg/apis/networking/v1beta1/conversion.go
 */
import { isObject, type JsonObject } from '../json/value.ts';
import type { Representation } from '../kind.ts';
import { retiredVersion } from '../retired-version.ts';
import type { AnyObject } from '../types.ts';

const use = 'networking.k8s.io/v1';
const networkingBeta = { group: 'networking.k8s.io', version: 'v1beta1' };
const extensionsBeta = { group: 'extensions', version: 'v1beta1' };

const portOf = (port: unknown): JsonObject => (typeof port === 'string' ? { name: port } : { number: port ?? 0 });

function backendToHub(backend: unknown): unknown {
  if (!isObject(backend)) return backend;
  const { serviceName, servicePort, ...rest } = backend;
  if (!serviceName && servicePort === undefined) return rest;
  return { ...rest, service: { name: serviceName ?? '', port: portOf(servicePort) } };
}

function backendFromHub(backend: unknown): unknown {
  if (!isObject(backend) || !isObject(backend.service)) return backend;
  const { service, ...rest } = backend;
  const port = isObject(service.port) ? service.port : {};
  return { ...rest, serviceName: service.name, servicePort: port.name || (port.number ?? 0) };
}

/** A copy with every path changed; what has not the shape of a path stays for the decoder to refuse. */
function mapPaths(rules: unknown, change: (path: JsonObject) => JsonObject): unknown {
  if (!Array.isArray(rules)) return rules;
  return rules.map((rule: unknown) => {
    if (!isObject(rule) || !isObject(rule.http) || !Array.isArray(rule.http.paths)) return rule;
    const paths = rule.http.paths.map((path: unknown) => (isObject(path) ? change(path) : path));
    return { ...rule, http: { ...rule.http, paths } };
  });
}

function toHub(object: AnyObject): AnyObject {
  if (!isObject(object.spec)) return object;
  const { backend, rules, ...spec } = object.spec;
  const change = (path: JsonObject): JsonObject => ({
    ...path,
    pathType: path.pathType ?? 'ImplementationSpecific',
    backend: backendToHub(path.backend ?? {}),
  });
  return {
    ...object,
    spec: {
      ...spec,
      ...(backend === undefined ? {} : { defaultBackend: backendToHub(backend) }),
      ...(rules === undefined ? {} : { rules: mapPaths(rules, change) }),
    },
  };
}

function fromHub(object: AnyObject): AnyObject {
  if (!isObject(object.spec)) return object;
  const { defaultBackend, rules, ...spec } = object.spec;
  const change = (path: JsonObject): JsonObject => ({ ...path, backend: backendFromHub(path.backend) });
  return {
    ...object,
    spec: {
      ...spec,
      ...(defaultBackend === undefined ? {} : { backend: backendFromHub(defaultBackend) }),
      ...(rules === undefined ? {} : { rules: mapPaths(rules, change) }),
    },
  };
}

export const retiredIngresses: readonly Representation[] = [
  retiredVersion(
    { kind: 'Ingress', ...networkingBeta, deprecated: 'v1.19', unavailable: 'v1.22', use },
    { toHub, fromHub },
  ),
  retiredVersion(
    { kind: 'Ingress', ...extensionsBeta, deprecated: 'v1.14', unavailable: 'v1.22', use },
    { toHub, fromHub },
  ),
];

export const retiredIngressClasses: readonly Representation[] = [
  retiredVersion({ kind: 'IngressClass', ...networkingBeta, deprecated: 'v1.19', unavailable: 'v1.22', use }),
];

export const retiredNetworkPolicies: readonly Representation[] = [
  retiredVersion({ kind: 'NetworkPolicy', ...extensionsBeta, deprecated: 'v1.9', unavailable: 'v1.16', use }),
];
