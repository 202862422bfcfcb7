/** What only one service may have: its addresses and its node ports. */
import { formatAddress, parseAddress } from '../addresses.ts';
import type { Service } from '../types.ts';

export const portClaim = (port: number): string => `port ${port}`;

/** The same however the address is written. */
export function addressClaim(text: string): string {
  const address = parseAddress(text);
  return `ip ${address ? formatAddress(address) : text}`;
}

export function serviceClaims({ spec }: Partial<Service>): string[] {
  if (!spec) return [];
  const addresses = [spec.clusterIP, ...(spec.clusterIPs ?? [])].flatMap((ip) => (ip && ip !== 'None' ? ip : []));
  const ports = (spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : []));
  const health = spec.healthCheckNodePort ? [spec.healthCheckNodePort] : [];
  return [...new Set([...addresses.map(addressClaim), ...[...ports, ...health].map(portClaim)])];
}
