/**
 * Validation of services.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (validateService)
 */
import { checkCidr, checkIp } from '../addresses.ts';
import { checkReachable } from '../endpoint-address.ts';
import { forbidden, invalid, invalidBy, notSupported, oneOf, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Subdomain, checkPortNumber } from '../names.ts';
import { own } from '../own.ts';
import { validateLabels } from '../selector-validation.ts';
import type { core, Service } from '../types.ts';
import { isHeadless, validateClusterIps } from './service-addresses.ts';
import { validateEachPort, validatePortsTogether } from './service-ports.ts';
import { isBalanced, validateLoadBalancerClass, validateServiceUpdate } from './service-update.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

const needsPorts = (spec: core.ServiceSpec): boolean => spec.type !== 'ExternalName' && !isHeadless(spec);

const mostSeconds = 86_400;

function validateAffinity({ sessionAffinity, sessionAffinityConfig: config }: core.ServiceSpec): FieldError[] {
  const path = 'spec.sessionAffinityConfig';
  const errors = oneOf('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']);
  if (sessionAffinity === 'None' && config) {
    return [...errors, forbidden(path, 'must not be set when session affinity is None')];
  }
  if (sessionAffinity !== 'ClientIP') return errors;
  const seconds = config?.clientIP?.timeoutSeconds;
  const at = !config ? path : !config.clientIP ? `${path}.clientIP` : `${path}.clientIP.timeoutSeconds`;
  if (seconds === undefined) return [...errors, required(at, 'when session affinity type is ClientIP')];
  if (seconds > 0 && seconds <= mostSeconds) return errors;
  return [...errors, invalid(at, seconds, `must be greater than 0 and less than ${mostSeconds}`)];
}

function validateExternalName(spec: core.ServiceSpec): FieldError[] {
  if (spec.type !== 'ExternalName') return [];
  const detail = 'may not be set for ExternalName services';
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  return [
    ...(spec.clusterIPs?.length ? [forbidden('spec.clusterIPs', detail)] : []),
    ...(spec.ipFamilies?.length ? [forbidden('spec.ipFamilies', detail)] : []),
    ...(spec.ipFamilyPolicy === undefined ? [] : [forbidden('spec.ipFamilyPolicy', detail)]),
    ...(name ? invalidBy('spec.externalName', name, checkDns1123Subdomain) : [required('spec.externalName')]),
  ];
}

/** What is stored was judged by the rules of its time: of these, only new ones are judged anew. */
function added(now: readonly string[] = [], before: readonly string[] = []): (readonly [number, string])[] {
  const known = new Set(before);
  return [...now.entries()].filter(([, each]) => !known.has(each));
}

function validateExternalIps({ externalIPs = [] }: core.ServiceSpec, old: core.ServiceSpec | undefined): FieldError[] {
  const known = new Set(old?.externalIPs);
  return externalIPs.flatMap((ip, index) => {
    const path = `spec.externalIPs[${index}]`;
    const malformed = known.has(ip) ? [] : invalidBy(path, ip, checkIp);
    return malformed.length > 0 ? malformed : invalidBy(path, ip, checkReachable);
  });
}

const balancerOnly = "may only be used when `type` is 'LoadBalancer'";
const rangesAnnotation = 'service.beta.kubernetes.io/load-balancer-source-ranges';

const trimmed = (ranges: readonly string[] | undefined): string[] => (ranges ?? []).map((range) => range.trim());

/** In the spec, or in the annotation that they once were. */
function validateRanges({ metadata, spec }: Service, old: Service | undefined): FieldError[] {
  const misplaced = (path: string) => (isBalanced(spec) ? [] : [forbidden(path, balancerOnly)]);
  if (spec.loadBalancerSourceRanges?.length) {
    const path = 'spec.LoadBalancerSourceRanges';
    const ranges = added(trimmed(spec.loadBalancerSourceRanges), trimmed(old?.spec.loadBalancerSourceRanges));
    return [...misplaced(path), ...ranges.flatMap(([index, each]) => invalidBy(`${path}[${index}]`, each, checkCidr))];
  }
  const annotation = own(metadata.annotations ?? {}, rangesAnnotation);
  if (annotation === undefined) return [];
  const path = `metadata.annotations[${rangesAnnotation}]`;
  const kept = old && own(old.metadata.annotations ?? {}, rangesAnnotation) === annotation;
  const ranges = kept || annotation.trim() === '' ? [] : annotation.split(',');
  return [...misplaced(path), ...ranges.flatMap((each) => invalidBy(path, each.trim(), checkCidr))];
}

function validateNodePorts({ allocateLoadBalancerNodePorts: allocate, type }: core.ServiceSpec): FieldError[] {
  if (type === 'LoadBalancer') return allocate === undefined ? [required('allocateLoadBalancerNodePorts')] : [];
  return allocate === undefined ? [] : [forbidden('spec.allocateLoadBalancerNodePorts', balancerOnly)];
}

const isExposed = ({ type, externalIPs }: core.ServiceSpec): boolean =>
  type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && Boolean(externalIPs?.length));

function validateHealthCheck(spec: core.ServiceSpec): FieldError[] {
  const path = 'spec.healthCheckNodePort';
  const port = spec.healthCheckNodePort ?? 0;
  if (isBalanced(spec) && spec.externalTrafficPolicy === 'Local') {
    return port ? checkPortNumber(port).map((detail) => invalid(path, port, detail)) : [required(path)];
  }
  const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
  return port ? [invalid(path, port, detail)] : [];
}

const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

function validateTraffic(spec: core.ServiceSpec): FieldError[] {
  const { externalTrafficPolicy: external, internalTrafficPolicy: internal, type } = spec;
  const path = 'spec.externalTrafficPolicy';
  const misplaced = 'may only be set for externally-accessible services';
  const policy = () => (external ? oneOf(path, external, ['Cluster', 'Local']) : [required(path)]);
  return [
    ...(isExposed(spec) ? policy() : external ? [invalid(path, external, misplaced)] : []),
    ...validateHealthCheck(spec),
    ...(internal === undefined && type !== 'ExternalName' && types.includes(type ?? '')
      ? [required('spec.internalTrafficPolicy')]
      : oneOf('spec.internalTrafficPolicy', internal, ['Cluster', 'Local'])),
    ...oneOf('spec.trafficDistribution', spec.trafficDistribution, distributions),
  ];
}

const hintsAnnotation = 'service.kubernetes.io/topology-aware-hints';
const modeAnnotation = 'service.kubernetes.io/topology-mode';

/** Two names of one annotation. */
function validateTopology({ metadata: { annotations = {} } }: Service): FieldError[] {
  const mode = own(annotations, modeAnnotation);
  const hints = own(annotations, hintsAnnotation);
  if (mode === undefined || hints === undefined || mode === hints) return [];
  const detail = `must match annotations[${hintsAnnotation}] when both are specified`;
  return [invalid(`metadata.annotations[${modeAnnotation}]`, mode, detail)];
}

const validateHeadless = (spec: core.ServiceSpec): FieldError[] =>
  isHeadless(spec) && (spec.type === 'LoadBalancer' || spec.type === 'NodePort')
    ? [invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`)]
    : [];

export function validateService(service: Service, old?: Service): FieldError[] {
  const { spec } = service;
  return [
    ...(old ? validateServiceUpdate(spec, old.spec) : []),
    ...validateTopology(service),
    ...(needsPorts(spec) && !spec.ports?.length ? [required('spec.ports')] : []),
    ...validateHeadless(spec),
    ...validateExternalName(spec),
    ...validateEachPort(spec),
    ...validateLabels('spec.selector', spec.selector),
    ...validateAffinity(spec),
    ...validateClusterIps(spec, old?.spec),
    ...validateExternalIps(spec, old?.spec),
    ...(types.includes(spec.type ?? '') ? [] : [notSupported('spec.type', spec.type, types)]),
    ...validatePortsTogether(spec),
    ...validateRanges(service, old),
    ...validateNodePorts(spec),
    ...validateLoadBalancerClass(spec),
    ...validateTraffic(spec),
  ];
}
