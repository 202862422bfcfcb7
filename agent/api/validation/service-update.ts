/**
 * What of a service may not change, and its status.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidateServiceUpdate, ValidateLoadBalancerStatus)
 */
import { checkIp, parseAddress } from '../addresses.ts';
import { forbidden, immutable, invalid, invalidBy, notSupported, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Subdomain, checkQualifiedName } from '../names.ts';
import type { core, Service } from '../types.ts';
import { isHeadless } from './service-addresses.ts';

type Spec = core.ServiceSpec;

const fixed = 'may not change once set';
export const isBalanced = ({ type }: Spec): boolean => type === 'LoadBalancer';
const checksHealth = (spec: Spec): boolean => isBalanced(spec) && spec.externalTrafficPolicy === 'Local';

/** Giving up the second of two says so in the policy. */
function validateSecond(count: number, { ipFamilyPolicy }: Spec, what: string): FieldError[] {
  if (count !== 1 || ipFamilyPolicy === 'SingleStack') return [];
  const detail = `must be set to 'SingleStack' when releasing the secondary ${what}`;
  return [invalid('spec.ipFamilyPolicy', ipFamilyPolicy ?? null, detail)];
}

function validateClusterIps(spec: Spec, old: Spec): FieldError[] {
  if (isHeadless(spec) && isHeadless(old)) return [];
  const [ips, before] = [spec.clusterIPs ?? [], old.clusterIPs ?? []];
  const path = 'spec.clusterIPs';
  if (ips.length === before.length) {
    return before.flatMap((ip, index) => (ip === ips[index] ? [] : [invalid(`${path}[${index}]`, ips, fixed)]));
  }
  const moved = before.length > 0 && ips.length > 0 && ips[0] !== before[0];
  const primary = moved ? [invalid(`${path}[0]`, ips, fixed)] : [];
  if (ips.length > before.length) return primary;
  const unset = ips.length === 0 ? [invalid(`${path}[0]`, ips, 'primary clusterIP can not be unset')] : [];
  return [...unset, ...primary, ...validateSecond(ips.length, spec, 'clusterIP')];
}

function validateFamilies(spec: Spec, old: Spec): FieldError[] {
  if (isHeadless(spec) || isHeadless(old)) return [];
  const [families, before] = [spec.ipFamilies ?? [], old.ipFamilies ?? []];
  const path = 'spec.ipFamilies[0]';
  if (families.length === before.length) {
    return before.flatMap((family, index) => (family === families[index] ? [] : [invalid(path, families, fixed)]));
  }
  const moved = before.length > 0 && families.length > 0 && families[0] !== before[0];
  const primary = moved ? [invalid(path, spec.clusterIPs ?? [], fixed)] : [];
  if (families.length > before.length) return primary;
  const unset = spec.clusterIPs?.length ? [] : [invalid(path, families, 'primary ipFamily can not be unset')];
  return [...unset, ...primary, ...validateSecond(families.length, spec, 'ipFamily')];
}

export function validateLoadBalancerClass(spec: Spec): FieldError[] {
  const path = 'spec.loadBalancerClass';
  if (spec.loadBalancerClass === undefined) return [];
  if (isBalanced(spec)) return invalidBy(path, spec.loadBalancerClass, checkQualifiedName);
  return [forbidden(path, "may only be used when `type` is 'LoadBalancer'")];
}

export function validateServiceUpdate(spec: Spec, old: Spec): FieldError[] {
  const named = spec.type === 'ExternalName' || old.type === 'ExternalName';
  const { loadBalancerClass: name, healthCheckNodePort: port } = spec;
  const otherClass = isBalanced(spec) && isBalanced(old) && name !== old.loadBalancerClass;
  const otherPort = checksHealth(spec) && checksHealth(old) && port !== old.healthCheckNodePort;
  return [
    ...(named ? [] : [...validateClusterIps(spec, old), ...validateFamilies(spec, old)]),
    ...(otherClass ? [invalid('spec.loadBalancerClass', name ?? null, fixed), ...validateLoadBalancerClass(spec)] : []),
    ...(otherPort ? [forbidden('spec.healthCheckNodePort', immutable)] : []),
  ];
}

type Ingress = NonNullable<NonNullable<NonNullable<Service['status']>['loadBalancer']>['ingress']>[number];

function validateMode(path: string, { ip, ipMode }: Ingress): FieldError[] {
  if (ipMode === undefined) return ip ? [required(path, 'must be specified when `ip` is set')] : [];
  if (!ip) return [forbidden(path, 'may not be specified when `ip` is not set')];
  return ipMode === 'VIP' || ipMode === 'Proxy' ? [] : [notSupported(path, ipMode, ['Proxy', 'VIP'])];
}

const validateIngress = (path: string, ingress: Ingress, known: ReadonlySet<string | undefined>): FieldError[] => {
  const { ip, hostname } = ingress;
  return [
    ...(ip && !known.has(ip) ? invalidBy(`${path}.ip`, ip, checkIp) : []),
    ...validateMode(`${path}.ipMode`, ingress),
    ...(hostname ? invalidBy(`${path}.hostname`, hostname, checkDns1123Subdomain) : []),
    ...(hostname && parseAddress(hostname)
      ? [invalid(`${path}.hostname`, hostname, 'must be a DNS name, not an IP address')]
      : []),
  ];
};

/** Where a balancer answers. */
export function validateServiceStatus({ spec, status }: Service, { status: before }: Service): FieldError[] {
  const path = 'status.loadBalancer.ingress';
  const ingress = status?.loadBalancer?.ingress ?? [];
  if (ingress.length > 0 && !isBalanced(spec)) {
    return [forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  const known = new Set((before?.loadBalancer?.ingress ?? []).map(({ ip }) => ip));
  return ingress.flatMap((each, index) => validateIngress(`${path}[${index}]`, each, known));
}
