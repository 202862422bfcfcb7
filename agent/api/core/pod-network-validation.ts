/**
 * Validation of what a pod says of names, addresses and ports of its host.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 */
import { duplicate, invalid, invalidBy, oneOf, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Subdomain, checkIp } from '../names.ts';
import type { core } from '../types.ts';

const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const maxNameservers = 3;

function validateDnsConfig(path: string, config: core.PodDNSConfig): FieldError[] {
  const { nameservers = [], options = [] } = config;
  const many = `must not have more than ${maxNameservers} nameservers`;
  return [
    ...(nameservers.length > maxNameservers ? [invalid(`${path}.nameservers`, nameservers, many)] : []),
    ...nameservers.flatMap((ip, index) => invalidBy(`${path}.nameservers[${index}]`, ip, checkIp)),
    ...options.flatMap(({ name }, index) => (name ? [] : [required(`${path}.options[${index}]`, 'must not be empty')])),
  ];
}

function validateDns(path: string, { dnsPolicy, dnsConfig }: core.PodSpec): FieldError[] {
  const missing = dnsPolicy === 'None' && !dnsConfig?.nameservers?.length;
  return [
    ...oneOf(`${path}.dnsPolicy`, dnsPolicy, dnsPolicies),
    ...(missing
      ? [required(`${path}.dnsConfig.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')]
      : []),
    ...(dnsConfig ? validateDnsConfig(`${path}.dnsConfig`, dnsConfig) : []),
  ];
}

const validateHostAliases = (path: string, aliases: readonly core.HostAlias[] = []): FieldError[] =>
  aliases.flatMap(({ ip, hostnames = [] }, index) => [
    ...invalidBy(`${path}[${index}].ip`, ip ?? '', checkIp),
    ...hostnames.flatMap((name) => invalidBy(`${path}.hostnames`, name, checkDns1123Subdomain)),
  ]);

/** A port of the host is one container's; with the host's network it is the container's own. */
function validateHostPorts(path: string, { hostNetwork, containers = [] }: core.PodSpec): FieldError[] {
  const taken = new Set<string>();
  return containers.flatMap(({ ports = [] }, container) =>
    ports.flatMap(({ containerPort, hostPort, hostIP = '', protocol }, index) => {
      const at = `${path}.containers[${container}].ports[${index}]`;
      const errors: FieldError[] = [];
      if (hostNetwork && hostPort !== containerPort) {
        const detail = 'must match `hostPort` when `hostNetwork` is true';
        errors.push(invalid(`${at}.containerPort`, containerPort, detail));
      }
      if (!hostPort) return errors;
      const port = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(port)) errors.push(duplicate(`${at}.hostPort`, port));
      taken.add(port);
      return errors;
    }),
  );
}

export const validatePodNetwork = (path: string, spec: core.PodSpec): FieldError[] => [
  ...validateHostPorts(path, spec),
  ...validateDns(path, spec),
  ...validateHostAliases(`${path}.hostAliases`, spec.hostAliases),
];
