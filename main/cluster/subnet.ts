/** Chooses the network of the nodes: one that neither the engine nor this machine routes, and the same each time. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import type { Engine } from '../engine/engine.ts';
import { EngineError } from '../engine/errors.ts';
import { which } from '../engine/remedy.ts';

interface Range {
  first: number;
  last: number;
}

const toNumber = (address: string): number =>
  address.split('.').reduce((number, part) => number * 256 + Number(part), 0);

/** Undefined for IPv6 and for the default route. */
export function parseRange(cidr: string): Range | undefined {
  const match = /^(\d+\.\d+\.\d+\.\d+)(?:\/(\d+))?$/.exec(cidr);
  if (!match?.[1]) return undefined;
  const size = 2 ** (32 - Number(match[2] ?? 32));
  if (size > 2 ** 31) return undefined;
  const first = Math.floor(toNumber(match[1]) / size) * size;
  return { first, last: first + size - 1 };
}

const overlaps = (a: Range, b: Range): boolean => a.first <= b.last && b.first <= a.last;

/** A /24 of 172.29.0.0/16 or 192.168.0.0/16. The profile's name decides where the search starts. */
export function chooseSubnet(profile: string, taken: string[]): string {
  const ranges = taken.flatMap((cidr) => parseRange(cidr) ?? []);
  const start = createHash('sha256').update(profile).digest().readUInt8(0);
  for (const prefix of ['172.29', '192.168']) {
    for (let offset = 0; offset < 256; offset++) {
      const subnet = `${prefix}.${(start + offset) % 256}.0/24`;
      const range = parseRange(subnet);
      if (range && !ranges.some((other) => overlaps(range, other))) return subnet;
    }
  }
  throw new EngineError('NoSubnet', 'no free network for the nodes is left in 172.29.0.0/16 and 192.168.0.0/16', {
    hint: 'Remove networks that are no longer used: `docker network prune`.',
  });
}

export const hostAddress = (subnet: string, host: number): string => subnet.replace(/\.0\/24$/, `.${host}`);

/** Routes of this machine, besides those of its interfaces; empty if there is no `ip` command. */
export async function routesFrom(ip: string | undefined): Promise<string[]> {
  if (!ip) return [];
  const { stdout } = await promisify(execFile)(ip, ['-4', 'route', 'show', 'table', 'all']);
  return stdout.split('\n').flatMap((line) => /\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:\/\d{1,2})?/.exec(line)?.[0] ?? []);
}

/** All ranges in use, in CIDR notation. */
export async function takenRanges(engine: Engine, signal: AbortSignal): Promise<string[]> {
  const networks = await engine.networks(signal);
  const onEngine = networks.flatMap(({ IPAM }) => (IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []));
  const ip = process.platform === 'linux' ? which('ip') : undefined;
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).flatMap(({ cidr }) => cidr ?? []));
  return [...onEngine, ...own, ...(await routesFrom(ip))];
}
