/** The container behind the API server's port on localhost, where a cluster has several control planes. */
import type { ContainerSpec } from '../engine/engine.ts';
import { contextOf, labels } from './names.ts';
import { apiServerPort, recipeOf } from './node-container.ts';
import { controlPlanesOf, type Profile } from './profile.ts';

export const loadBalancerName = (profile: string): string => `${contextOf(profile)}-load-balancer`;

/** Undefined where the only control plane has the port itself. */
export function loadBalancerSpec(profile: Profile, image: string): ContainerSpec | undefined {
  const controlPlanes = controlPlanesOf(profile);
  if (controlPlanes.length < 2) return undefined;
  const port = `${apiServerPort}/tcp`;
  const spec = {
    name: loadBalancerName(profile.name),
    Image: image,
    Cmd: ['node', '/opt/skiff/agent/load-balancer.js'],
    Env: [`SKIFF_API_SERVERS=${controlPlanes.map(({ ip }) => `${ip}:${apiServerPort}`).join(',')}`],
    StopSignal: 'SIGTERM',
    ExposedPorts: { [port]: {} },
    HostConfig: {
      Init: true,
      CapDrop: ['ALL'],
      NetworkMode: profile.network.name,
      PortBindings: { [port]: [{ HostIp: '127.0.0.1', HostPort: String(profile.apiPort) }] },
      RestartPolicy: { Name: 'unless-stopped' },
    },
  };
  return {
    ...spec,
    Labels: { [labels.profile]: profile.name, [labels.role]: 'load-balancer', [labels.recipe]: recipeOf(spec) },
  };
}
