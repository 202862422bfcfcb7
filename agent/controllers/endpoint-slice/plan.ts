/**
 * Plans the slices of a service with as few changes as possible: an endpoint stays in its slice. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/endpointslice/reconciler.go
 */

import { canonicalJson } from '../../api/hash.ts';
import { isPodReady } from '../../api/pods.ts';
import type { Draft, discovery, EndpointSlice, KubeObject, meta, Pod, Service } from '../../api/types.ts';
import {
  addressOf,
  type Family,
  familiesOf,
  headlessLabel,
  hostnameOf,
  isHeadless,
  type Port,
  portsOf,
  targetOf,
} from '../shared/backends.ts';
import { withTriggerTime } from '../shared/trigger-times.ts';
import { hintsFor } from './hints.ts';

export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const serviceNameLabel = 'kubernetes.io/service-name';
export const manager = 'endpointslice-controller.k8s.io';

const maxEndpoints = 100;

/** Endpoints with the same ports share slices. */
export interface PortGroup {
  family: Family;
  ports: Port[];
  endpoints: discovery.Endpoint[];
}

export interface SlicePlan {
  create: Draft<EndpointSlice>[];
  update: EndpointSlice[];
  delete: EndpointSlice[];
}

/**
 * A pod's endpoint with its conditions. A pod counts as ready if it serves and does not terminate, or if the service
 * publishes unready addresses.
 */
export function endpointFor(service: Service, pod: Pod, address: string, zone?: string): discovery.Endpoint {
  const serving = isPodReady(pod);
  const terminating = Boolean(pod.metadata.deletionTimestamp);
  const ready = Boolean(service.spec.publishNotReadyAddresses) || (serving && !terminating);
  const hostname = hostnameOf(pod, service);
  const endpoint: discovery.Endpoint = {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(hostname ? { hostname } : {}),
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    ...(zone ? { zone } : {}),
    targetRef: targetOf(pod),
  };
  const hints = hintsFor(service, endpoint);
  return hints ? { ...endpoint, hints } : endpoint;
}

export function groupByPorts(
  service: Service,
  pods: readonly Pod[],
  zoneOf: (nodeName: string | undefined) => string | undefined,
): PortGroup[] {
  const groups = new Map<string, PortGroup>();
  for (const family of familiesOf(service)) {
    for (const pod of pods) {
      const address = addressOf(pod, family);
      if (!address) continue;
      const ports = portsOf(service, pod);
      const key = family + canonicalJson(ports);
      const group = groups.get(key) ?? { family, ports, endpoints: [] };
      group.endpoints.push(endpointFor(service, pod, address, zoneOf(pod.spec.nodeName)));
      groups.set(key, group);
    }
  }
  return [...groups.values()];
}

/** Copies the service's labels to its slices, except for the reserved ones. */
export function sliceLabels(owner: KubeObject, managedBy: string, headless: boolean): Record<string, string> {
  const {
    [managedByLabel]: _manager,
    [serviceNameLabel]: _name,
    [headlessLabel]: _headless,
    ...own
  } = owner.metadata.labels ?? {};
  return {
    ...own,
    ...(headless ? { [headlessLabel]: '' } : {}),
    [serviceNameLabel]: owner.metadata.name,
    [managedByLabel]: managedBy,
  };
}

/** What all slices of one owner share. */
export interface SliceFrame {
  namespace: string | undefined;
  generateName: string;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences: meta.OwnerReference[];
  /** Of slices of pods, in RFC 3339: the earliest change that this plan is about. */
  triggeredAt?: string | undefined;
}

const identity = (endpoint: discovery.Endpoint): string =>
  `${endpoint.targetRef?.uid ?? ''}/${endpoint.addresses.join(',')}`;

const portsKey = (slice: EndpointSlice): string =>
  slice.addressType +
  canonicalJson((slice.ports ?? []).map(({ name = '', protocol = 'TCP', ...rest }) => ({ name, protocol, ...rest })));

function changed(slice: EndpointSlice, frame: SliceFrame, endpoints: readonly discovery.Endpoint[]): boolean {
  return (
    canonicalJson(slice.endpoints ?? []) !== canonicalJson(endpoints) ||
    canonicalJson(slice.metadata.labels ?? {}) !== canonicalJson(frame.labels) ||
    canonicalJson(slice.metadata.ownerReferences ?? []) !== canonicalJson(frame.ownerReferences)
  );
}

function planGroup(frame: SliceFrame, group: PortGroup, existing: readonly EndpointSlice[], plan: SlicePlan): void {
  const waiting = new Map(group.endpoints.map((endpoint) => [identity(endpoint), endpoint]));
  const kept = existing.map((slice) => {
    const endpoints: discovery.Endpoint[] = [];
    for (const { addresses, targetRef } of slice.endpoints ?? []) {
      const key = identity({ addresses, targetRef });
      const endpoint = waiting.get(key);
      if (endpoint && waiting.delete(key)) endpoints.push(endpoint);
    }
    return { slice, endpoints };
  });
  const rest = [...waiting.values()];
  for (const { slice, endpoints } of kept) {
    endpoints.push(...rest.splice(0, Math.max(0, maxEndpoints - endpoints.length)));
    if (endpoints.length === 0) plan.delete.push(slice);
    else if (changed(slice, frame, endpoints)) plan.update.push(withFrame(slice, frame, endpoints));
  }
  while (rest.length > 0) plan.create.push(draft(frame, group.family, group.ports, rest.splice(0, maxEndpoints)));
}

const withFrame = (slice: EndpointSlice, frame: SliceFrame, endpoints: discovery.Endpoint[]): EndpointSlice => ({
  ...slice,
  metadata: {
    ...withTriggerTime(slice.metadata, frame.triggeredAt),
    labels: frame.labels,
    ownerReferences: frame.ownerReferences,
  },
  endpoints,
});

function draft(
  frame: SliceFrame,
  addressType: Family,
  ports: Port[],
  endpoints: discovery.Endpoint[],
): Draft<EndpointSlice> {
  const { namespace, generateName, labels, annotations, ownerReferences, triggeredAt } = frame;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: withTriggerTime({ namespace, generateName, labels, annotations, ownerReferences }, triggeredAt),
    addressType,
    endpoints,
    ports,
  };
}

/** Each of `families` keeps an empty slice if it has no endpoints, so that clients learn that there are none. */
export function planSlices(
  frame: SliceFrame,
  groups: readonly PortGroup[],
  existing: readonly EndpointSlice[],
  families: readonly Family[],
): SlicePlan {
  const plan: SlicePlan = { create: [], update: [], delete: [] };
  const left = new Set([...existing].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)));
  for (const group of groups) {
    const key = group.family + canonicalJson(group.ports);
    const slices = [...left].filter((slice) => portsKey(slice) === key);
    for (const slice of slices) left.delete(slice);
    planGroup(frame, group, slices, plan);
  }
  for (const family of families.filter((each) => groups.every((group) => group.family !== each))) {
    const placeholder = [...left].find((slice) => slice.addressType === family);
    if (!placeholder) plan.create.push(draft(frame, family, [], []));
    else {
      left.delete(placeholder);
      if (changed(placeholder, frame, [])) plan.update.push(withFrame(placeholder, frame, []));
    }
  }
  plan.delete.push(...left);
  return plan;
}

export const frameFor = (service: Service, ownerReference: meta.OwnerReference, triggeredAt?: string): SliceFrame => ({
  namespace: service.metadata.namespace,
  generateName: `${service.metadata.name}-`,
  labels: sliceLabels(service, manager, isHeadless(service)),
  ownerReferences: [ownerReference],
  triggeredAt,
});
