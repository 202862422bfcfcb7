/**
 * Why a pod was evicted. Each message ends with a blank, as upstream's. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/eviction/helpers.go
 */
import { formatQuantity, quantityValue } from '../../api/quantity.ts';
import type { core, Pod } from '../../api/types.ts';
import type { Shortage } from './thresholds.ts';

const bytesText = (count: number): string =>
  formatQuantity({ nano: BigInt(Math.max(0, Math.round(count))) * 1_000_000_000n, format: 'BinarySI' });

export const conditionMessage = (pressures: Iterable<string>): string =>
  `The node had condition: [${[...pressures].join(' ')}]. `;

export const emptyDirMessage = (name: string, limit: core.Quantity): string =>
  `Usage of EmptyDir volume "${name}" exceeds the limit "${limit}". `;

export const podStorageMessage = (limit: string): string =>
  `Pod ephemeral local storage usage exceeds the total limit of containers ${limit}. `;

export const containerStorageMessage = (name: string, limit: core.Quantity): string =>
  `Container ${name} exceeded its local ephemeral storage limit "${limit}". `;

/** The resources that a container requests; the message compares them with what it uses. */
const requested: readonly string[] = ['memory', 'ephemeral-storage'];

/** `usage` has bytes by container. */
export function shortageMessage(
  { resource, quantity, available }: Shortage,
  pod: Pod,
  usage: ReadonlyMap<string, number>,
): string {
  const low = `The node was low on resource: ${resource}. `;
  const met = `Threshold quantity: ${bytesText(quantity)}, available: ${bytesText(available)}. `;
  const containers = requested.includes(resource) ? pod.spec.containers : [];
  const larger = containers.flatMap(({ name, resources }) => {
    const [used, request] = [usage.get(name) ?? 0, resources?.requests?.[resource] ?? '0'];
    const asked = quantityValue(request);
    if (used <= asked) return [];
    const detail = `was using ${bytesText(used)}, request is ${request}, has larger consumption of ${resource}`;
    return [`Container ${name} ${detail}. `];
  });
  return [low, met, ...larger].join('');
}
