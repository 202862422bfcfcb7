/**
 * Plans the Endpoints object of a service, the predecessor of slices. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/endpoint/endpoints_controller.go
 */

import { canonicalJson } from '../../api/hash.ts';
import { isPodReady } from '../../api/pods.ts';
import type { core, Endpoints, Pod, Service } from '../../api/types.ts';
import {
  addressOf,
  familiesOf,
  headlessLabel,
  hostnameOf,
  isHeadless,
  type Port,
  portsOf,
  targetOf,
} from '../shared/backends.ts';

/** Upstream's limit of addresses. */
const maxAddresses = 1000;
export const managedByLabel = 'endpoints.kubernetes.io/managed-by';

interface Group {
  ports: Port[];
  ready: core.EndpointAddress[];
  notReady: core.EndpointAddress[];
}

const byIp = (a: core.EndpointAddress, b: core.EndpointAddress): number => (a.ip < b.ip ? -1 : Number(a.ip > b.ip));

/** Groups addresses by their ports. Terminating pods are left out unless the service publishes unready addresses. */
export function planSubsets(service: Service, pods: readonly Pod[]): core.EndpointSubset[] {
  const publish = Boolean(service.spec.publishNotReadyAddresses);
  const family = familiesOf(service)[0] ?? 'IPv4';
  const groups = new Map<string, Group>();
  for (const pod of pods) {
    const ip = addressOf(pod, family);
    if (!ip || (pod.metadata.deletionTimestamp && !publish)) continue;
    const ports = portsOf(service, pod);
    if (ports.length === 0 && !isHeadless(service)) continue;
    const key = canonicalJson(ports);
    const group = groups.get(key) ?? { ports, ready: [], notReady: [] };
    const hostname = hostnameOf(pod, service);
    const address = { ip, nodeName: pod.spec.nodeName, targetRef: targetOf(pod), ...(hostname ? { hostname } : {}) };
    (publish || isPodReady(pod) ? group.ready : group.notReady).push(address);
    groups.set(key, group);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { ports, ready, notReady }]) => ({
      ...(ready.length > 0 ? { addresses: ready.sort(byIp).slice(0, maxAddresses) } : {}),
      ...(notReady.length > 0 ? { notReadyAddresses: notReady.sort(byIp).slice(0, maxAddresses - ready.length) } : {}),
      ...(ports.length > 0 ? { ports: ports.map(({ name, ...port }) => (name ? { name, ...port } : port)) } : {}),
    }));
}

/** The labels of the service's Endpoints. */
export function endpointsLabels(service: Service): Record<string, string> {
  const { [headlessLabel]: _headless, [managedByLabel]: _manager, ...own } = service.metadata.labels ?? {};
  return {
    ...own,
    ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
    [managedByLabel]: 'endpoint-controller',
  };
}

export const sameEndpoints = (
  existing: Endpoints,
  labels: Record<string, string>,
  subsets: readonly core.EndpointSubset[],
): boolean =>
  canonicalJson(existing.subsets ?? []) === canonicalJson(subsets) &&
  canonicalJson(existing.metadata.labels ?? {}) === canonicalJson(labels);
