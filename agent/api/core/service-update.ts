/**
 * An update that changes the type takes along what the old type had brought, unless the update itself changes that too.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/service/strategy.go
 * (dropTypeDependentFields)
 */
import type { core, Service } from '../types.ts';

const hasAddress = ({ type }: core.ServiceSpec): boolean => type !== 'ExternalName';
const isExposed = ({ type }: core.ServiceSpec): boolean => type === 'NodePort' || type === 'LoadBalancer';
const isBalanced = ({ type }: core.ServiceSpec): boolean => type === 'LoadBalancer';
const checksHealth = (spec: core.ServiceSpec): boolean => isBalanced(spec) && spec.externalTrafficPolicy === 'Local';

const nodePorts = ({ ports = [] }: core.ServiceSpec): string =>
  JSON.stringify(ports.map(({ nodePort = 0 }) => nodePort));

const isSameList = (left: readonly string[] = [], right: readonly string[] = []): boolean =>
  left.length === right.length && left.every((each, index) => each === right[index]);

function dropAddresses(spec: core.ServiceSpec, old: core.ServiceSpec): void {
  if (spec.clusterIP === old.clusterIP && isSameList(spec.clusterIPs, old.clusterIPs)) {
    delete spec.clusterIP;
    delete spec.clusterIPs;
  }
  if (isSameList(spec.ipFamilies, old.ipFamilies)) delete spec.ipFamilies;
  if (spec.ipFamilyPolicy === old.ipFamilyPolicy) delete spec.ipFamilyPolicy;
}

/** Changes `spec` in place; `old` is the stored one. */
export function dropWhatTypeGave({ spec }: Service, { spec: old }: Service): void {
  const lost = (has: (of: core.ServiceSpec) => boolean): boolean => has(old) && !has(spec);
  if (lost(hasAddress)) dropAddresses(spec, old);
  if (lost(({ type }) => type === 'ExternalName') && spec.externalName === old.externalName) delete spec.externalName;
  if (lost(isExposed)) {
    if (nodePorts(spec) === nodePorts(old)) for (const port of spec.ports ?? []) delete port.nodePort;
    if (spec.externalTrafficPolicy === old.externalTrafficPolicy && !spec.externalIPs?.length) {
      delete spec.externalTrafficPolicy;
    }
  }
  if (lost(checksHealth) && spec.healthCheckNodePort === old.healthCheckNodePort) delete spec.healthCheckNodePort;
  if (!lost(isBalanced)) return;
  if (spec.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts) {
    delete spec.allocateLoadBalancerNodePorts;
  }
  if (spec.loadBalancerClass === old.loadBalancerClass) delete spec.loadBalancerClass;
}

/**
 * The one address is the first of the list, and clients may know but one of the two fields: what changed counts.
 * `old` is the stored service, undefined on creation.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/service/storage/storage.go
 * (normalizeClusterIPs)
 */
export function normalizeClusterIps(spec: core.ServiceSpec, old: core.ServiceSpec | undefined): void {
  const { clusterIP, clusterIPs } = spec;
  if (!old) {
    if (clusterIP && !clusterIPs?.length) spec.clusterIPs = [clusterIP];
    return;
  }
  if (clusterIP !== old.clusterIP && isSameList(clusterIPs, old.clusterIPs)) {
    if (!clusterIP) delete spec.clusterIPs;
    else spec.clusterIPs = [clusterIP, ...(clusterIPs ?? []).slice(1)];
  } else if (clusterIP === old.clusterIP && !clusterIPs?.length && old.clusterIPs?.length) delete spec.clusterIP;
}
