/**
 * Assigns addresses to sandboxes. Each address is a file of that name with the sandbox's id, so that allocations
 * outlive the agent and the node container.
 * https://www.cni.dev/plugins/current/ipam/host-local/
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCIDR, toAddress, toNumber } from '../cidr.ts';

export interface Addresses {
  /** Returns the sandbox's address, or assigns a new one. Throws if the range is exhausted. */
  allocate(sandboxId: string): string;
  get(sandboxId: string): string | undefined;
  release(sandboxId: string): void;
  entries(): Iterable<[sandboxId: string, ip: string]>;
}

export function createAddresses(podCIDR: string, directory: string): Addresses {
  const range = parseCIDR(podCIDR);
  // Pods never get the network, the gateway or the broadcast address.
  const first = range.first + 2;
  const size = range.last - first;
  const bySandbox = load(directory, first, size);
  const taken = new Set(bySandbox.values());
  // Round robin: a released address rests for a while, because its connections may still be tracked.
  let last = Math.max(first - 1, ...[...taken].map(toNumber));

  const next = (): string => {
    for (let step = 1; step <= size; step += 1) {
      const ip = toAddress(first + ((last - first + step) % size));
      if (!taken.has(ip)) return ip;
    }
    throw new Error(`failed to allocate for range: no IP addresses available in range set: ${podCIDR}`);
  };

  return {
    allocate(sandboxId) {
      const known = bySandbox.get(sandboxId);
      if (known) return known;
      const ip = next();
      writeFileSync(join(directory, ip), sandboxId, { flag: 'wx' });
      bySandbox.set(sandboxId, ip);
      taken.add(ip);
      last = toNumber(ip);
      return ip;
    },
    get: (sandboxId) => bySandbox.get(sandboxId),
    release(sandboxId) {
      const ip = bySandbox.get(sandboxId);
      if (!ip) return;
      rmSync(join(directory, ip), { force: true });
      bySandbox.delete(sandboxId);
      taken.delete(ip);
    },
    entries: () => bySandbox.entries(),
  };
}

/**
 * Loads the allocations. A crash may leave a file without an id; it is removed, because its address was not used yet.
 */
function load(directory: string, first: number, size: number): Map<string, string> {
  mkdirSync(directory, { recursive: true });
  const bySandbox = new Map<string, string>();
  for (const ip of readdirSync(directory)) {
    const sandboxId = readFileSync(join(directory, ip), 'utf8');
    const offset = /^\d+\.\d+\.\d+\.\d+$/.test(ip) ? toNumber(ip) - first : -1;
    if (sandboxId && offset >= 0 && offset < size && !bySandbox.has(sandboxId)) bySandbox.set(sandboxId, ip);
    else rmSync(join(directory, ip));
  }
  return bySandbox;
}
