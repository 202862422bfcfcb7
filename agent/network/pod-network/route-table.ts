/**
 * The kernel's routes, as `/proc/net/route` has them: reading that costs no process.
 * https://www.kernel.org/doc/html/latest/filesystems/proc.html#networking-info-in-proc-net
 */
import { contains, parseCIDR, toAddress } from '../cidr.ts';

/** Addresses stand there in hexadecimal, lowest byte first. */
const addressOf = (hex: string): string => toAddress(Buffer.from(hex, 'hex').readUInt32LE(0));

const prefixOf = (hex: string): number => Number.parseInt(hex, 16).toString(2).replaceAll('0', '').length;

interface Route {
  cidr: string;
  /** `0.0.0.0` for what is connected directly. */
  gateway: string;
}

function parseRoutes(table: string): Route[] {
  return table
    .trim()
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, destination, gateway, , , , , mask] = line.trim().split(/\s+/);
      if (!destination || !gateway || !mask) return [];
      return [{ cidr: `${addressOf(destination)}/${prefixOf(mask)}`, gateway: addressOf(gateway) }];
    });
}

/**
 * Those of the set routes (pod CIDR -> address of its node) that the kernel has no longer, though it could: it drops
 * them with the interface when the engine takes the node off its network.
 */
export function lostRoutes(set: ReadonlyMap<string, string>, table: string): string[] {
  const routes = parseRoutes(table);
  const present = new Set(routes.map(({ cidr, gateway }) => `${cidr} ${gateway}`));
  const connected = routes.filter(({ cidr, gateway }) => gateway === '0.0.0.0' && parseCIDR(cidr).prefix > 0);
  return [...set]
    .filter(
      ([cidr, address]) => !present.has(`${cidr} ${address}`) && connected.some((each) => contains(each.cidr, address)),
    )
    .map(([cidr]) => cidr);
}
