/**
 * Validation of what a pod says of names, addresses and ports of its host.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (validatePodDNSConfig, validatePodHostNetworkDeps)
 */
import { checkIp } from '../addresses.ts';
import { forbidden, invalid, invalidBy, oneOf, required, tooLong } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Subdomain, checkDns1123SubdomainWithUnderscore } from '../names.ts';
import type { core } from '../types.ts';

const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const mostNameservers = 3;
const mostSearches = 32;
const longestSearches = 2048;

function validateSearches(path: string, searches: readonly string[]): FieldError[] {
  const many = `must not have more than ${mostSearches} search paths`;
  const long = `must not have more than ${longestSearches} characters (including spaces) in the search list`;
  return [
    ...(searches.length > mostSearches ? [invalid(path, searches, many)] : []),
    ...(searches.join(' ').length > longestSearches ? [invalid(path, searches, long)] : []),
    ...searches.flatMap((search, index) => {
      const name = search.replace(/\.$/, '');
      return search === '.' ? [] : invalidBy(`${path}[${index}]`, name, checkDns1123SubdomainWithUnderscore);
    }),
  ];
}

function validateConfig(path: string, config: core.PodDNSConfig): FieldError[] {
  const { nameservers = [], searches = [], options = [] } = config;
  const many = `must not have more than ${mostNameservers} nameservers`;
  return [
    ...(nameservers.length > mostNameservers ? [invalid(`${path}.nameservers`, nameservers, many)] : []),
    ...nameservers.flatMap((ip, index) => invalidBy(`${path}.nameservers[${index}]`, ip, checkIp)),
    ...validateSearches(`${path}.searches`, searches),
    ...options.flatMap(({ name }, index) => (name ? [] : [required(`${path}.options[${index}]`, 'must not be empty')])),
  ];
}

export const validateDnsPolicy = (path: string, policy: string | undefined): FieldError[] =>
  oneOf(path, policy, dnsPolicies);

/** `path` is that of the configuration. */
export function validateDnsConfig(path: string, { dnsPolicy, dnsConfig }: core.PodSpec): FieldError[] {
  if (dnsPolicy === 'None' && !dnsConfig) {
    return [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')];
  }
  if (dnsPolicy === 'None' && !dnsConfig?.nameservers?.length) {
    return [required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')];
  }
  return dnsConfig ? validateConfig(path, dnsConfig) : [];
}

export const validateHostAliases = (path: string, aliases: readonly core.HostAlias[] = []): FieldError[] =>
  aliases.flatMap(({ ip, hostnames = [] }, index) => [
    ...invalidBy(`${path}[${index}].ip`, ip ?? '', checkIp),
    ...hostnames.flatMap((name, at) => invalidBy(`${path}[${index}].hostnames[${at}]`, name, checkDns1123Subdomain)),
  ]);

/**
 * With the host's network, a port of the host is the container's own. A template may leave it to its pods' defaults.
 */
export function validateHostNetwork(path: string, spec: core.PodSpec, isTemplate: boolean): FieldError[] {
  const { hostNetwork, containers = [] } = spec;
  if (!hostNetwork) return [];
  const detail = 'must match `containerPort` when `hostNetwork` is true';
  return containers.flatMap(({ ports = [] }, container) =>
    ports.flatMap(({ containerPort, hostPort = 0 }, index) =>
      hostPort === containerPort || (isTemplate && hostPort === 0)
        ? []
        : [invalid(`${path}.containers[${container}].ports[${index}].hostPort`, hostPort, detail)],
    ),
  );
}

const longestHostname = 64;

export function validateHostname(path: string, spec: core.PodSpec): FieldError[] {
  const { hostnameOverride: name, setHostnameAsFQDN, hostNetwork } = spec;
  if (name === undefined) return [];
  return [
    ...(setHostnameAsFQDN ? [forbidden(path, 'may not be specified when setHostnameAsFQDN is true')] : []),
    ...(hostNetwork ? [forbidden(path, 'may not be specified when hostNetwork is true')] : []),
    ...(name.length > longestHostname ? [tooLong(path, longestHostname)] : []),
    ...invalidBy(path, name, checkDns1123Subdomain),
  ];
}
