/**
 * The facts about a pod that Endpoints and EndpointSlices contain. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/endpointslice/utils.go
 */

import { familyOfAddress } from '../../api/addresses.ts';
import { canonicalJson } from '../../api/hash.ts';
import { isPodReady, isPodTerminal } from '../../api/pods.ts';
import type { core, Pod, Service } from '../../api/types.ts';

export type Family = 'IPv4' | 'IPv6';

export interface Port {
  name: string;
  port: number;
  protocol: string;
  appProtocol?: string;
}

export const familyOf = (ip: string): Family => familyOfAddress(ip) ?? 'IPv4';

export const familiesOf = ({ spec }: Service): Family[] =>
  (spec.ipFamilies ?? ['IPv4']).filter((family) => family === 'IPv4' || family === 'IPv6');

/** The pod's address of this family; undefined if it has none, or the pod has ended. */
export function addressOf(pod: Pod, family: Family): string | undefined {
  if (isPodTerminal(pod)) return undefined;
  const ips = [pod.status?.podIP, ...(pod.status?.podIPs ?? []).map(({ ip }) => ip)];
  return ips.find((ip): ip is string => Boolean(ip) && familyOf(ip ?? '') === family);
}

/** The containers that may serve ports: regular ones, and sidecars. */
const servingContainers = ({ spec }: Pod): core.Container[] => [
  ...spec.containers,
  ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
];

function resolveTarget(pod: Pod, { targetPort, port, protocol = 'TCP' }: core.ServicePort): number | undefined {
  const target = targetPort || port;
  if (typeof target === 'number') return target;
  for (const { ports = [] } of servingContainers(pod)) {
    const found = ports.find((each) => each.name === target && (each.protocol ?? 'TCP') === protocol);
    if (found) return found.containerPort;
  }
  return undefined;
}

/** The service's ports as this pod serves them, without named ports that the pod lacks. */
export function portsOf(service: Service, pod: Pod): Port[] {
  const ports: Port[] = [];
  for (const servicePort of service.spec.ports ?? []) {
    const port = resolveTarget(pod, servicePort);
    if (port === undefined) continue;
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    ports.push({ name, port, protocol, ...(appProtocol ? { appProtocol } : {}) });
  }
  return ports;
}

/** The pod's host name, if the service is its governing service. Only then does the name resolve. */
export function hostnameOf(pod: Pod, service: Service): string | undefined {
  const governed =
    pod.spec.subdomain === service.metadata.name && pod.metadata.namespace === service.metadata.namespace;
  return governed ? pod.spec.hostname || undefined : undefined;
}

export const targetOf = (pod: Pod): core.ObjectReference => ({
  kind: 'Pod',
  namespace: pod.metadata.namespace,
  name: pod.metadata.name,
  uid: pod.metadata.uid,
});

/** False if a change of a pod may change some service's endpoints. */
export function sameBackend(a: Pod, b: Pod): boolean {
  const facts = (pod: Pod) => [
    pod.metadata.labels,
    pod.metadata.deletionTimestamp !== undefined,
    pod.spec.nodeName,
    pod.spec.hostname,
    pod.status?.podIPs,
    pod.status?.podIP,
    isPodTerminal(pod),
    isPodReady(pod),
  ];
  return canonicalJson(facts(a)) === canonicalJson(facts(b));
}

export const isHeadless = ({ spec }: Service): boolean => spec.clusterIP === 'None';
/** True if the service's endpoints come from pods. */
export const hasSelector = ({ spec }: Service): boolean =>
  spec.type !== 'ExternalName' && Object.keys(spec.selector ?? {}).length > 0;

export const headlessLabel = 'service.kubernetes.io/headless';
