/** Assigns addresses to simulated pods, without a network. */

import type { PodNetwork } from '../../kubelet/runtime/pod-network.ts';
import { parseCIDR, toAddress } from '../../network/cidr.ts';

/** The first address belongs to the network, the second to the gateway. */
const reserved = 2;

export function createSimulatedNetwork(podCIDR: string): PodNetwork {
  const { first } = parseCIDR(podCIDR);
  const addresses = new Map<string, number>();
  const take = (sandboxId: string): number => {
    const used = new Set(addresses.values());
    let index = reserved;
    while (used.has(index)) index += 1;
    addresses.set(sandboxId, index);
    return index;
  };
  const addressOf = (sandboxId: string): string | undefined => {
    const index = addresses.get(sandboxId);
    return index === undefined ? undefined : toAddress(first + index);
  };
  return {
    attach: async ({ id }) => ({ ip: toAddress(first + (addresses.get(id) ?? take(id))) }),
    // No packets, no rules to wait for.
    onAttach: () => {},
    detach: async (id) => void addresses.delete(id),
    async retain(ids) {
      const kept = new Set(ids);
      for (const id of [...addresses.keys()]) if (!kept.has(id)) addresses.delete(id);
    },
    addressOf,
  };
}
