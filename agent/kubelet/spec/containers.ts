/** Lookups in a pod's spec by container. Pure. */
import type { core, Pod } from '../../api/types.ts';

export const initContainersOf = (pod: Pod): core.Container[] => pod.spec.initContainers ?? [];

/**
 * Containers that `kubectl debug` adds to a running pod. They have no ports, probes or resources, and never restart.
 */
export const ephemeralContainersOf = (pod: Pod): core.EphemeralContainer[] => pod.spec.ephemeralContainers ?? [];

export const allContainersOf = (pod: Pod): core.Container[] => [
  ...initContainersOf(pod),
  ...pod.spec.containers,
  ...ephemeralContainersOf(pod),
];

interface Named {
  spec: core.Container;
  /** The list of the spec that contains it. */
  list: 'initContainers' | 'containers' | 'ephemeralContainers';
}

/** Cached by spec, because specs are shared and never modified: each is indexed once, however many containers ask. */
const indices = new WeakMap<core.PodSpec, ReadonlyMap<string, Named>>();

function namesOf(pod: Pod): ReadonlyMap<string, Named> {
  const known = indices.get(pod.spec);
  if (known) return known;
  const entries = (specs: readonly core.Container[], list: Named['list']) =>
    specs.map((spec): [string, Named] => [spec.name, { spec, list }]);
  const index = new Map([
    ...entries(pod.spec.containers, 'containers'),
    ...entries(ephemeralContainersOf(pod), 'ephemeralContainers'),
    ...entries(initContainersOf(pod), 'initContainers'),
  ]);
  indices.set(pod.spec, index);
  return index;
}

export const containerNamed = (pod: Pod, name: string): core.Container | undefined => namesOf(pod).get(name)?.spec;

export const isSidecar = (container: core.Container): boolean => container.restartPolicy === 'Always';

/** Field path of a container in events about it, e.g. `spec.containers{web}`. */
export const fieldPathOf = (pod: Pod, name: string): string =>
  `spec.${namesOf(pod).get(name)?.list ?? 'containers'}{${name}}`;

/** Resolves the port of a probe or a hook to its number. Throws if the container has no port of that name. */
export function portOf(container: core.Container, port: string | number): number {
  if (typeof port === 'number' || /^\d+$/.test(port)) return Number(port);
  const named = container.ports?.find(({ name }) => name === port);
  if (!named) throw new Error(`couldn't find port: "${port}" in container "${container.name}"`);
  return named.containerPort;
}
