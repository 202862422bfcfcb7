/** Where a node reaches its cluster. */
import type { HttpsTransportOptions } from '../client/https-transport.ts';
import type { NodeConfig } from '../node-config.ts';

/** Any control plane will do: their certificates are for each other's names as well. */
export function serversOf({
  apiServer,
  controlPlanes,
}: NodeConfig): Pick<HttpsTransportOptions, 'server' | 'addresses'> {
  if (!controlPlanes) return { server: apiServer };
  const server = `https://kubernetes.default.svc:${new URL(apiServer).port}`;
  return { server, addresses: controlPlanes.map(({ ip }) => ip) };
}
