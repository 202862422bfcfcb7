/** What a pod's spec says of its containers. Pure. */
import type { core, Pod } from '../../api/types.ts';

export const initContainersOf = (pod: Pod): core.Container[] => pod.spec.initContainers ?? [];

/** Added to a running pod by `kubectl debug`: they have no ports, probes or resources, and are never restarted. */
export const ephemeralContainersOf = (pod: Pod): core.EphemeralContainer[] => pod.spec.ephemeralContainers ?? [];

export const allContainersOf = (pod: Pod): core.Container[] => [
  ...initContainersOf(pod),
  ...pod.spec.containers,
  ...ephemeralContainersOf(pod),
];

export const containerNamed = (pod: Pod, name: string): core.Container | undefined =>
  allContainersOf(pod).find((spec) => spec.name === name);

export const isSidecar = (container: core.Container): boolean => container.restartPolicy === 'Always';

/** Field path of a container in events about it, e.g. `spec.containers{web}`. */
export function fieldPathOf(pod: Pod, name: string): string {
  const named = (spec: { name: string }): boolean => spec.name === name;
  const list = initContainersOf(pod).some(named)
    ? 'initContainers'
    : ephemeralContainersOf(pod).some(named)
      ? 'ephemeralContainers'
      : 'containers';
  return `spec.${list}{${name}}`;
}

/** The number of a port that a probe or a hook names. Throws where the container has none of that name. */
export function portOf(container: core.Container, port: string | number): number {
  if (typeof port === 'number' || /^\d+$/.test(port)) return Number(port);
  const named = container.ports?.find(({ name }) => name === port);
  if (!named) throw new Error(`couldn't find port: "${port}" in container "${container.name}"`);
  return named.containerPort;
}
