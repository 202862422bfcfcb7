/** What only one service may have: its addresses and its node ports. */
import type { Service } from '../types.ts';

export const portClaim = (port: number): string => `port ${port}`;
export const addressClaim = (address: string): string => `ip ${address}`;

export function serviceClaims({ spec }: Partial<Service>): string[] {
  if (!spec) return [];
  const addresses = [spec.clusterIP, ...(spec.clusterIPs ?? [])].flatMap((ip) => (ip && ip !== 'None' ? ip : []));
  const ports = (spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : []));
  const health = spec.healthCheckNodePort ? [spec.healthCheckNodePort] : [];
  return [...new Set([...addresses.map(addressClaim), ...[...ports, ...health].map(portClaim)])];
}
