/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/networking/validation/validation.go
 * (ValidateIngressSpec, ValidateIngressStatusUpdate)
 */
import { checkIp, parseAddress } from '../addresses.ts';
import { invalid, invalidBy, invalidIfGiven, notSupported, required, requiredBy } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import {
  checkDns1035Label,
  checkDns1123Label,
  checkDns1123Subdomain,
  checkPathSegment,
  checkPortName,
  checkPortNumber,
  checkWildcardSubdomain,
} from '../names.ts';
import { isEnabled } from '../schema/feature-gates.ts';
import type { Ingress, networking } from '../types.ts';

export const classAnnotation = 'kubernetes.io/ingress.class';
const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
const forbiddenParts = ['//', '/./', '/../', '%2f', '%2F'];
const forbiddenEnds = ['/..', '/.'];
const checkServiceName = isEnabled('RelaxedServiceNameValidation') ? checkDns1123Label : checkDns1035Label;

/** A stored ingress may go on with what was allowed when it was made. */
interface Tolerance {
  secretNames: boolean;
  wildcardRules: boolean;
}

type Reference = NonNullable<networking.IngressBackend['resource']>;

export const validateReference = (path: string, { apiGroup, kind, name }: Partial<Reference>): FieldError[] => [
  ...(apiGroup === undefined ? [] : invalidBy(`${path}.apiGroup`, apiGroup, checkDns1123Subdomain)),
  ...requiredBy(`${path}.kind`, kind, checkPathSegment),
  ...requiredBy(`${path}.name`, name, checkPathSegment),
];

function validatePort(path: string, { name, number }: { name?: string; number?: number }): FieldError[] {
  if (name && number) return [invalid(path, '', 'cannot set both port name & port number')];
  if (name) return invalidBy(`${path}.service.port.name`, name, checkPortName);
  if (!number) return [required(path, 'port name or number is required')];
  return checkPortNumber(number).map((detail) => invalid(`${path}.service.port.number`, number, detail));
}

function validateBackend(path: string, { service, resource }: networking.IngressBackend): FieldError[] {
  if (resource && service) return [invalid(path, '', 'cannot set both resource and service backends')];
  if (resource) return validateReference(`${path}.resource`, resource);
  if (!service) return [invalid(path, '', 'resource or service backend is required')];
  return [
    ...requiredBy(`${path}.service.name`, service.name, checkServiceName),
    ...validatePort(path, service.port ?? {}),
  ];
}

function validatePathText(path: string, type: string, text: string): FieldError[] {
  const absolute = text.startsWith('/') ? [] : [invalid(path, text, 'must be an absolute path')];
  if (type === 'ImplementationSpecific') return text ? absolute : [];
  return [
    ...absolute,
    ...forbiddenParts
      .filter((part) => text.includes(part))
      .map((part) => invalid(path, text, `must not contain '${part}'`)),
    ...forbiddenEnds.filter((end) => text.endsWith(end)).map((end) => invalid(path, text, `cannot end with '${end}'`)),
  ];
}

function validatePath(at: string, { path = '', pathType, backend }: networking.HTTPIngressPath): FieldError[] {
  if (pathType === undefined) return [required(`${at}.pathType`, 'pathType must be specified')];
  return [
    ...(pathTypes.includes(pathType)
      ? validatePathText(`${at}.path`, pathType, path)
      : [notSupported(`${at}.pathType`, pathType, pathTypes)]),
    ...validateBackend(`${at}.backend`, backend ?? {}),
  ];
}

function validateHttp(at: string, { http }: networking.IngressRule): FieldError[] {
  if (!http) return [];
  const paths = http.paths ?? [];
  return [
    ...(paths.length === 0 ? [required(`${at}.http.paths`)] : []),
    ...paths.flatMap((path, index) => validatePath(`${at}.http.paths[${index}]`, path)),
  ];
}

const isWildcard = (host: string): boolean => host.includes('*');
const checkHost = (host: string): string[] =>
  isWildcard(host) ? checkWildcardSubdomain(host) : checkDns1123Subdomain(host);
const noAddress = 'must be a DNS name, not an IP address';

function validateRule(at: string, rule: networking.IngressRule, tolerance: Tolerance): FieldError[] {
  const { host = '' } = rule;
  return [
    ...(host && parseAddress(host) ? [invalid(`${at}.host`, host, noAddress)] : []),
    ...invalidIfGiven(`${at}.host`, host, checkHost),
    ...(isWildcard(host) && tolerance.wildcardRules ? [] : validateHttp(at, rule)),
  ];
}

type Tls = NonNullable<networking.IngressSpec['tls']>[number];

const validateTls = (at: string, { hosts = [], secretName }: Tls, tolerance: Tolerance): FieldError[] => [
  ...hosts.flatMap((host, index) => invalidBy(`${at}.hosts[${index}]`, host, checkHost)),
  ...(tolerance.secretNames ? [] : invalidIfGiven(`${at}.secretName`, secretName, checkDns1123Subdomain)),
];

function validateSpec(spec: networking.IngressSpec, tolerance: Tolerance): FieldError[] {
  const { defaultBackend, rules = [], tls = [], ingressClassName } = spec;
  const neither = 'either `defaultBackend` or `rules` must be specified';
  return [
    ...(rules.length === 0 && !defaultBackend ? [invalid('spec', spec.rules ?? null, neither)] : []),
    ...(defaultBackend ? validateBackend('spec.defaultBackend', defaultBackend) : []),
    ...rules.flatMap((rule, index) => validateRule(`spec.rules[${index}]`, rule, tolerance)),
    ...tls.flatMap((each, index) => validateTls(`spec.tls[${index}]`, each, tolerance)),
    ...(ingressClassName === undefined
      ? []
      : invalidBy('spec.ingressClassName', ingressClassName, checkDns1123Subdomain)),
  ];
}

const toleranceOf = (old: Ingress | undefined): Tolerance => ({
  secretNames: (old?.spec.tls ?? []).some(
    ({ secretName = '' }) => secretName && checkDns1123Subdomain(secretName).length,
  ),
  wildcardRules: (old?.spec.rules ?? []).some(
    (rule) => isWildcard(rule.host ?? '') && validateHttp('', rule).length > 0,
  ),
});

function validateClassAnnotation({ metadata, spec }: Ingress): FieldError[] {
  const annotation = metadata.annotations?.[classAnnotation];
  const { ingressClassName } = spec;
  if (annotation === undefined || ingressClassName === undefined || annotation === ingressClassName) return [];
  const detail = 'must match `ingressClassName` when both are specified';
  return [invalid(`annotations.${classAnnotation}`, annotation, detail)];
}

export const validateIngress = (ingress: Ingress, old?: Ingress): FieldError[] => [
  ...validateSpec(ingress.spec, toleranceOf(old)),
  ...(old ? [] : validateClassAnnotation(ingress)),
];

export function validateIngressStatus({ status }: Ingress, old: Ingress): FieldError[] {
  const before = (old.status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip);
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip = '', hostname = '' }, index) => {
    const at = `status.loadBalancer.ingress[${index}]`;
    return [
      ...(before.includes(ip) ? [] : invalidIfGiven(`${at}.ip`, ip, checkIp)),
      ...invalidIfGiven(`${at}.hostname`, hostname, checkDns1123Subdomain),
      ...(hostname && parseAddress(hostname) ? [invalid(`${at}.hostname`, hostname, noAddress)] : []),
    ];
  });
}
