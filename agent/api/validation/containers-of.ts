import type { core } from '../types.ts';

type Any = Pick<core.Container, 'name' | 'securityContext' | 'volumeDevices' | 'env'>;

/** Containers of every sort, each with its path, in upstream's order. `path` is that of the spec. */
export function containersWithPath(path: string, spec: core.PodSpec): [container: Any, path: string][] {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = spec;
  const withPath = (list: readonly Any[], field: string): [Any, string][] =>
    list.map((container, index) => [container, `${path}.${field}[${index}]`]);
  return [
    ...withPath(initContainers, 'initContainers'),
    ...withPath(containers, 'containers'),
    ...withPath(ephemeralContainers as readonly Any[], 'ephemeralContainers'),
  ];
}
