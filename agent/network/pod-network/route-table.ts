/**
 * The kernel's routes, as `/proc/net/route` and `/proc/net/ipv6_route` have them: reading those costs no process.
 * https://www.kernel.org/doc/html/latest/filesystems/proc.html#networking-info-in-proc-net
 */
import { formatAddress } from '../../api/addresses.ts';
import { contains, prefixOf, toAddress } from '../cidr.ts';

/** Addresses stand there in hexadecimal, lowest byte first. */
const addressOf = (hex: string): string => toAddress(Buffer.from(hex, 'hex').readUInt32LE(0));

const lengthOf = (hex: string): number => Number.parseInt(hex, 16).toString(2).replaceAll('0', '').length;

/** An address of IPv6 stands there in hexadecimal, highest byte first. */
const sixthOf = (hex: string): string => formatAddress({ family: 'IPv6', bytes: [...Buffer.from(hex, 'hex')] });

interface Route {
  cidr: string;
  /** Undefined for what is connected directly. */
  gateway: string | undefined;
}

const noGateway = /^0+$/;
const gatewayIn = (hex: string, read: (hex: string) => string): string | undefined =>
  noGateway.test(hex) ? undefined : read(hex);

function parseRoute(line: string): Route[] {
  const words = line.trim().split(/\s+/);
  if (words.length === 10) {
    const [destination = '', length = '', , , gateway = ''] = words;
    const cidr = `${sixthOf(destination)}/${Number.parseInt(length, 16)}`;
    return [{ cidr, gateway: gatewayIn(gateway, sixthOf) }];
  }
  const [, destination, gateway, , , , , mask] = words;
  if (!destination || !gateway || !mask || words[0] === 'Iface') return [];
  return [{ cidr: `${addressOf(destination)}/${lengthOf(mask)}`, gateway: gatewayIn(gateway, addressOf) }];
}

/**
 * Those of the set routes (pod CIDR -> address of its node) that the kernel has no longer, though it could: it drops
 * them with the interface when the engine takes the node off its network.
 */
export function lostRoutes(set: ReadonlyMap<string, string>, table: string): string[] {
  const routes = table.split('\n').flatMap(parseRoute);
  const present = new Set(routes.map(({ cidr, gateway }) => `${cidr} ${gateway}`));
  const connected = routes.filter(({ cidr, gateway }) => gateway === undefined && prefixOf(cidr) > 0);
  return [...set]
    .filter(
      ([cidr, address]) => !present.has(`${cidr} ${address}`) && connected.some((each) => contains(each.cidr, address)),
    )
    .map(([cidr]) => cidr);
}
