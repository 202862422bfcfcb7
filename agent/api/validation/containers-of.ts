import type { core } from '../types.ts';

type Any = Pick<core.Container, 'name' | 'securityContext' | 'volumeDevices' | 'env'>;

/** Whether any container holds it; asks them without their paths, which are costly. */
export const someContainer = (spec: core.PodSpec, holds: (container: Any) => boolean): boolean =>
  spec.containers?.some(holds) === true ||
  spec.initContainers?.some(holds) === true ||
  (spec.ephemeralContainers as readonly Any[] | undefined)?.some(holds) === true;

/** The first of each name: to look for each of one list in another takes the square of their lengths. */
export const byName = <Item extends { name: string }>(items: readonly Item[] = []): ReadonlyMap<string, Item> =>
  new Map(items.toReversed().map((item) => [item.name, item]));

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
