/**
 * Validation of services.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (ValidateService)
 */
import { checkEndpointIp } from '../endpoint-address.ts';
import { duplicate, forbidden, invalid, invalidBy, notSupported, oneOf, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkDns1123Subdomain, checkIp, checkPortName, checkPortNumber } from '../names.ts';
import { validateLabels } from '../selector-validation.ts';
import type { core, Service } from '../types.ts';
import { protocols } from './container-validation.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

function validateTarget(path: string, target: string | number | undefined): FieldError[] {
  if (typeof target === 'string') return invalidBy(path, target, checkPortName);
  return checkPortNumber(target ?? 0).map((detail) => invalid(path, target, detail));
}

function validatePort(path: string, port: core.ServicePort, named: boolean): FieldError[] {
  return [
    ...(named && !port.name ? [required(`${path}.name`)] : []),
    ...(port.name ? invalidBy(`${path}.name`, port.name, checkDns1123Label) : []),
    ...checkPortNumber(port.port ?? 0).map((detail) => invalid(`${path}.port`, port.port ?? 0, detail)),
    ...oneOf(`${path}.protocol`, port.protocol, protocols),
    ...validateTarget(`${path}.targetPort`, port.targetPort),
  ];
}

function validatePorts({ ports = [], type, clusterIP }: core.ServiceSpec): FieldError[] {
  const [names, numbers, nodePorts] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const errors: FieldError[] = [];
  if (ports.length === 0 && type !== 'ExternalName' && clusterIP !== 'None') errors.push(required('spec.ports'));
  for (const [index, port] of ports.entries()) {
    const path = `spec.ports[${index}]`;
    errors.push(...validatePort(path, port, ports.length > 1));
    if (port.name && names.has(port.name)) errors.push(duplicate(`${path}.name`, port.name));
    names.add(port.name ?? '');
    const number = `${port.protocol}/${port.port}`;
    if (numbers.has(number)) errors.push(duplicate(path, { protocol: port.protocol, port: port.port }));
    numbers.add(number);
    if (!port.nodePort) continue;
    if (type === 'ClusterIP') {
      errors.push(forbidden(`${path}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
    }
    const nodePort = `${port.protocol}/${port.nodePort}`;
    if (nodePorts.has(nodePort)) errors.push(duplicate(`${path}.nodePort`, port.nodePort));
    nodePorts.add(nodePort);
  }
  return errors;
}

const maxAffinitySeconds = 86_400;

function validateAffinity({ sessionAffinity, sessionAffinityConfig }: core.ServiceSpec): FieldError[] {
  const timeout = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  const bad = sessionAffinity === 'ClientIP' && timeout !== undefined && (timeout <= 0 || timeout > maxAffinitySeconds);
  return [
    ...oneOf('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']),
    ...(bad
      ? [
          invalid(
            'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
            timeout,
            `must be greater than 0 and less than ${maxAffinitySeconds}`,
          ),
        ]
      : []),
  ];
}

function validateAddresses({ type, clusterIP, externalName, externalIPs }: core.ServiceSpec): FieldError[] {
  const errors = (externalIPs ?? []).flatMap((ip, index) =>
    invalidBy(`spec.externalIPs[${index}]`, ip, checkEndpointIp),
  );
  if (type === 'ExternalName') {
    if (clusterIP) errors.push(forbidden('spec.clusterIPs', 'may not be set for ExternalName services'));
    if (!externalName) return [...errors, required('spec.externalName')];
    return [...errors, ...invalidBy('spec.externalName', externalName.replace(/\.$/, ''), checkDns1123Subdomain)];
  }
  if (clusterIP === 'None') {
    return type === 'ClusterIP'
      ? errors
      : [...errors, invalid('spec.clusterIPs[0]', clusterIP, `may not be set to 'None' for ${type} services`)];
  }
  return clusterIP ? [...errors, ...invalidBy('spec.clusterIPs[0]', clusterIP, checkIp)] : errors;
}

function validateUpdate(spec: core.ServiceSpec, old: core.ServiceSpec): FieldError[] {
  const fixed = old.type !== 'ExternalName' && spec.type !== 'ExternalName' && old.clusterIP;
  if (!fixed || spec.clusterIP === old.clusterIP) return [];
  return [invalid('spec.clusterIPs[0]', spec.clusterIPs ?? [spec.clusterIP], 'may not change once set')];
}

const balancerOnly = "may only be used when `type` is 'LoadBalancer'";

function validateTraffic(spec: core.ServiceSpec): FieldError[] {
  const { type, externalTrafficPolicy, internalTrafficPolicy } = spec;
  const exposed = type === 'NodePort' || type === 'LoadBalancer' || Boolean(spec.externalIPs?.length);
  const misplaced = 'may only be set for externally-accessible services';
  return [
    ...(spec.loadBalancerSourceRanges?.length && type !== 'LoadBalancer'
      ? [forbidden('spec.LoadBalancerSourceRanges', balancerOnly)]
      : []),
    ...(spec.allocateLoadBalancerNodePorts !== undefined && type !== 'LoadBalancer'
      ? [forbidden('spec.allocateLoadBalancerNodePorts', balancerOnly)]
      : []),
    ...(externalTrafficPolicy && !exposed
      ? [invalid('spec.externalTrafficPolicy', externalTrafficPolicy, misplaced)]
      : oneOf('spec.externalTrafficPolicy', externalTrafficPolicy, ['Cluster', 'Local'])),
    ...oneOf('spec.internalTrafficPolicy', internalTrafficPolicy, ['Cluster', 'Local']),
  ];
}

export function validateService({ spec }: Service, old?: Service): FieldError[] {
  return [
    ...(old ? validateUpdate(spec, old.spec) : []),
    ...(types.includes(spec.type ?? '') ? [] : [notSupported('spec.type', spec.type, types)]),
    ...validatePorts(spec),
    ...validateLabels('spec.selector', spec.selector),
    ...validateAffinity(spec),
    ...validateAddresses(spec),
    ...validateTraffic(spec),
  ];
}
