/** Addresses of IPv6, each of which follows from one of IPv4: nothing of them is kept, and nodes may come and go. */
import { createHash } from 'node:crypto';
import { addressAt, formatAddress, parseAddress, parseCidr } from '../../agent/api/addresses.ts';
import type { NodeNetwork } from '../../agent/node-config.ts';
import type { Profile, ProfileNode } from './profile.ts';

/** As kind's, but with room for a thousand nodes. https://kind.sigs.k8s.io/docs/user/configuration/#ip-family */
const ranges = { clusterCIDR: 'fd00:10:244::/48', serviceCIDR: 'fd00:10:96::/112' };

/** A /64 of the addresses that anybody may use within a site: https://www.rfc-editor.org/rfc/rfc4193 */
export function subnetOf({ name, network }: Pick<Profile, 'name' | 'network'>): string {
  const random = createHash('sha256').update(`${name} ${network.subnet}`).digest();
  return `${formatAddress({ family: 'IPv6', bytes: [0xfd, ...random.subarray(0, 5), ...Array<number>(10).fill(0)] })}/64`;
}

/** The address so many places after the first of the subnet. Throws if that is none. */
export function hostIn(subnet: string, place: number): string {
  const range = parseCidr(subnet);
  if (!range) throw new Error(`not a CIDR: ${subnet}`);
  return addressAt(range, place);
}

/** The 16 bits of an IPv4 address from the byte `at`. */
const bitsAt = (ip: string, at: number): number => {
  const bytes = parseAddress(ip)?.bytes ?? [];
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
};

/** What the nodes have beside IPv4; nothing unless the profile is of both families. */
export const otherNetworksOf = (profile: Profile, { ip, podCIDR }: ProfileNode): readonly NodeNetwork[] =>
  profile.ipFamily === 'dual'
    ? [
        {
          nodeIP: hostIn(subnetOf(profile), bitsAt(ip, 2)),
          podCIDR: `fd00:10:244:${bitsAt(podCIDR.split('/')[0] ?? '', 1).toString(16)}::/64`,
          ...ranges,
        },
      ]
    : [];
