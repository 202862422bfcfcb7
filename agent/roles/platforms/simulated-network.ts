/** Assigns addresses to simulated pods, without a network. */

import type { PodNetwork } from '../../kubelet/runtime/pod-network.ts';
import { addressesIn, parseCIDR, toAddress } from '../../network/cidr.ts';

/** The first address belongs to the network, the second to the gateway. */
const reserved = 2;

/** One pod CIDR of each family, of which the first is of IPv4. */
export function createSimulatedNetwork(podCIDRs: readonly [string, ...string[]]): PodNetwork {
  const { first } = parseCIDR(podCIDRs[0]);
  const places = new Map<string, number>();
  const take = (sandboxId: string): number => {
    const used = new Set(places.values());
    let place = reserved;
    while (used.has(place)) place += 1;
    places.set(sandboxId, place);
    return place;
  };
  const addressesAt = (place: number): readonly string[] => addressesIn(podCIDRs, toAddress(first + place));
  return {
    sysctls: {},
    attach: async ({ id }) => ({ ips: addressesAt(places.get(id) ?? take(id)) }),
    // No packets, no rules to wait for.
    onAttach: () => {},
    detach: async (id) => void places.delete(id),
    async retain(ids) {
      const kept = new Set(ids);
      for (const id of [...places.keys()]) if (!kept.has(id)) places.delete(id);
    },
    addressesOf(sandboxId) {
      const place = places.get(sandboxId);
      return place === undefined ? undefined : addressesAt(place);
    },
  };
}
