/** The downward API. https://kubernetes.io/docs/concepts/workloads/pods/downward-api/ */
import { own } from '../../api/own.ts';
import { quantityMilliValue, quantityValue } from '../../api/quantity.ts';
import type { core, Pod } from '../../api/types.ts';
import { containerNamed } from './containers.ts';

export interface FieldFacts {
  /** Of the node; the primary one first. */
  hostIPs: readonly string[];
  /** Of the pod; none before its sandbox has them. */
  podIPs: readonly string[];
  /** The limits of a container that sets none, from the node's capacity. CPU in cores, the others in bytes. */
  capacity: { cpu: number; memory: number; storage?: number };
}

/** Formats a map as upstream does in files: sorted, with quoted values. */
const mapLines = (map: Record<string, string> = {}): string =>
  Object.entries(map)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');

const subscripted = /^metadata\.(annotations|labels)\['(.+)'\]$/;

const fields: Readonly<Record<string, (pod: Pod, facts: FieldFacts) => string>> = {
  'metadata.name': (pod) => pod.metadata.name,
  'metadata.namespace': (pod) => pod.metadata.namespace ?? '',
  'metadata.uid': (pod) => pod.metadata.uid,
  'metadata.annotations': (pod) => mapLines(pod.metadata.annotations),
  'metadata.labels': (pod) => mapLines(pod.metadata.labels),
  'spec.nodeName': (pod) => pod.spec.nodeName ?? '',
  'spec.serviceAccountName': (pod) => pod.spec.serviceAccountName ?? '',
  'status.hostIP': (_pod, { hostIPs: [first = ''] }) => first,
  'status.hostIPs': (_pod, { hostIPs }) => hostIPs.join(','),
  'status.podIP': (_pod, { podIPs: [first = ''] }) => first,
  'status.podIPs': (_pod, { podIPs }) => podIPs.join(','),
};

export const needsPodIP = (path: string): boolean => path === 'status.podIP' || path === 'status.podIPs';

/**
 * The text of a field such as `metadata.labels['app']`; '' for a missing label or annotation. Throws for an unsupported
 * path.
 */
export function fieldValue(pod: Pod, path: string, facts: FieldFacts): string {
  const [, map, key] = subscripted.exec(path) ?? [];
  if (map && key) return own(map === 'labels' ? pod.metadata.labels : pod.metadata.annotations, key) ?? '';
  const read = own(fields, path);
  if (!read) throw new Error(`unsupported fieldPath: ${path}`);
  return read(pod, facts);
}

/** The resource's value, rounded up to the divisor like upstream. */
export function resourceValue(
  pod: Pod,
  selector: core.ResourceFieldSelector,
  containerName: string,
  facts: FieldFacts,
): string {
  const name = selector.containerName || containerName;
  const container = containerNamed(pod, name);
  if (!container) throw new Error(`container ${name} not found`);
  const [kind = '', resource = ''] = selector.resource.split('.');
  const amounts = (kind === 'limits' ? container.resources?.limits : container.resources?.requests) ?? {};
  const divisor = !selector.divisor || String(selector.divisor) === '0' ? '1' : selector.divisor;
  if (resource === 'cpu') {
    const value = amounts[resource] ?? (kind === 'limits' ? String(facts.capacity.cpu) : '0');
    return String(Math.ceil(quantityMilliValue(value) / quantityMilliValue(divisor)));
  }
  const { memory, storage = 0 } = facts.capacity;
  const offered =
    kind !== 'limits' ? 0 : resource === 'memory' ? memory : resource === 'ephemeral-storage' ? storage : 0;
  const value = amounts[resource] ?? String(offered);
  return String(Math.ceil(quantityValue(value) / quantityValue(divisor)));
}
