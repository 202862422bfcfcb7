/** What a cluster has from its first moment on, made where it is missing. */

import { configMaps } from '../api/core/config-map.ts';
import { firstDnsSettings } from '../api/core/dns-settings.ts';
import { endpoints } from '../api/core/endpoints.ts';
import { namespaces } from '../api/core/namespace.ts';
import { services } from '../api/core/service.ts';
import { endpointSlices } from '../api/discovery/endpoint-slice.ts';
import { flowSchemas } from '../api/flowcontrol/flow-schema.ts';
import { priorityLevelConfigurations } from '../api/flowcontrol/priority-level.ts';
import { isEqual } from '../api/json/value.ts';
import type { Kind } from '../api/kind.ts';
import { firstIngressClass } from '../api/networking/first-ingress-class.ts';
import { ingressClasses } from '../api/networking/ingress-class.ts';
import { serviceCidrs } from '../api/networking/service-cidr.ts';
import type { KindRegistry } from '../api/registry.ts';
import { priorityClasses, systemPriorityClasses } from '../api/scheduling/priority-class.ts';
import { firstStorageClasses } from '../api/storage/local-class.ts';
import { storageClasses } from '../api/storage/storage-class.ts';
import type { Transport } from '../client/transport.ts';
import type { ClusterSettings } from './cluster-settings.ts';
import { collectionOf, ensure, type FirstObjects, makeOnce, type Named } from './first-objects.ts';
import { keepFlowControl } from './flow-control/built-in.ts';
import type { Follower } from './state/resource-state.ts';
import type { State } from './state/state.ts';
import type { ResourceEvent } from './state/watchers.ts';
import { Refused } from './until-done.ts';

const systemNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

const kubernetesService = ({ serviceIP }: ClusterSettings) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'kubernetes',
    namespace: 'default',
    labels: { component: 'apiserver', provider: 'kubernetes' },
  },
  spec: {
    clusterIP: serviceIP,
    type: 'ClusterIP',
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
  },
});

const dnsService = ({ dnsIP }: ClusterSettings) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'kube-dns',
    namespace: 'kube-system',
    labels: {
      'k8s-app': 'kube-dns',
      'kubernetes.io/cluster-service': 'true',
      'kubernetes.io/name': 'CoreDNS',
    },
  },
  spec: {
    clusterIP: dnsIP,
    selector: { 'k8s-app': 'kube-dns' },
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
      { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
    ],
  },
});

/** What is made here, by kind and id: whoever deletes one of these gets it back. */
const builtIn: readonly [Kind, (readonly string[])?][] = [
  [namespaces, systemNamespaces],
  [services, ['default/kubernetes', 'kube-system/kube-dns']],
  [endpoints, ['default/kubernetes']],
  [endpointSlices, ['default/kubernetes']],
  [configMaps, ['kube-system/extension-apiserver-authentication']],
  [serviceCidrs, ['kubernetes']],
  // Whether a level is there is told of every schema.
  [priorityLevelConfigurations],
  [flowSchemas],
];

/** Whether more than the status has been written. */
function isRewritten({ type, record, previous }: ResourceEvent): boolean {
  const [now, before] = [record.object.metadata, previous?.object.metadata];
  return (
    type === 'MODIFIED' && (now.generation !== before?.generation || !isEqual(now.annotations, before?.annotations))
  );
}

/**
 * Calls `restore`, which must not wait, when something built in has been deleted or changed. Returns what stops it.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controlplane/controller/kubernetesservice/controller.go
 */
export function watchBuiltIn(state: State, kinds: KindRegistry, restore: () => void): () => void {
  const stops = builtIn
    .filter(([kind]) => kinds.list().includes(kind))
    .map(([kind, ids]) => {
      const follow: Follower = (event) => {
        const isOurs = ids?.includes(event.record.id) ?? true;
        if (isOurs && (event.type === 'DELETED' || (!ids && event.type === 'ADDED') || isRewritten(event))) restore();
      };
      const { followers } = state.of(kind);
      followers.add(follow);
      return () => followers.delete(follow);
    });
  return () => {
    for (const stop of stops) stop();
  };
}

/** How often an object is written that another server of the same store writes as well. */
const attempts = 5;

/** Creates or replaces, so that a server that moved is found again. */
async function put(transport: Transport, kind: Kind, object: Named): Promise<void> {
  const path = collectionOf(kind, object.metadata.namespace);
  const request = { method: 'PUT' as const, path: `${path}/${object.metadata.name}`, body: object };
  for (let attempt = 1; ; attempt += 1) {
    const { status, body } = await transport.request(request);
    if (status === 404) return ensure(transport, kind, object);
    // Endpoints are created by an update; other kinds are not.
    if (status === 200 || status === 201) return;
    if (status !== 409 || attempt === attempts)
      throw new Refused(`cannot update ${kind.kind} ${object.metadata.name}: ${JSON.stringify(body)}`);
  }
}

/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controlplane/controller/defaultservicecidr/default_servicecidr_controller.go
 */
async function ensureServiceRange(transport: Transport, { serviceCIDRs }: ClusterSettings): Promise<void> {
  const metadata = { name: 'kubernetes' };
  await ensure(transport, serviceCidrs, { metadata, spec: { cidrs: [...serviceCIDRs] } } as Named);
}

/** Before all else: the other objects are in them. */
export async function makeNamespaces(transport: Transport): Promise<void> {
  await Promise.all(systemNamespaces.map((name) => ensure(transport, namespaces, { metadata: { name } })));
}

/** The first classes and settings of a new cluster. Who changes or deletes one keeps his choice. */
const firstObjects: readonly FirstObjects[] = [
  { mark: 'skiff.dev/storage-classes-made', objects: firstStorageClasses.map((each) => [storageClasses, each]) },
  { mark: 'skiff.dev/ingress-class-made', objects: [[ingressClasses, firstIngressClass]] },
  { mark: 'skiff.dev/dns-settings-made', objects: [[configMaps, firstDnsSettings]] },
];

/** Side by side, so that all of it shares a synchronous write. */
export async function makeObjects(transport: Transport, settings: ClusterSettings): Promise<void> {
  await Promise.all([
    ...Object.entries(systemPriorityClasses).map(([name, content]) =>
      ensure(transport, priorityClasses, { ...content, metadata: { name } }),
    ),
    ensure(transport, services, kubernetesService(settings)),
    ensure(transport, services, dnsService(settings)),
    ensureServiceRange(transport, settings),
    keepFlowControl(transport),
    makeOnce(transport, firstObjects),
  ]);
}

/** The endpoints of the `kubernetes` service: where this server listens, and those beside it. */
export async function publishAddresses(
  transport: Transport,
  addresses: readonly string[],
  port: number,
): Promise<void> {
  const metadata = {
    name: 'kubernetes',
    namespace: 'default',
    labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
  };
  const ports = [{ name: 'https', port, protocol: 'TCP' }];
  const asEndpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata,
    subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports }],
  };
  const asSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports,
  };
  await Promise.all([put(transport, endpoints, asEndpoints), put(transport, endpointSlices, asSlice)]);
}
