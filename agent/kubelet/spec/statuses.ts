/** Lookups in a pod's status by container. The status is indexed once. Pure. */
import type { core, Pod } from '../../api/types.ts';

interface Known {
  /** Statuses of init and regular containers, by name. */
  byName: ReadonlyMap<string, core.ContainerStatus>;
  ephemeral: ReadonlyMap<string, core.ContainerStatus>;
  /** Statuses of regular containers, by the id of the run in the runtime. */
  byRun: ReadonlyMap<string, core.ContainerStatus>;
}

const nothing: Known = { byName: new Map(), ephemeral: new Map(), byRun: new Map() };
/** Cached by status, because statuses are shared and never modified. */
const indices = new WeakMap<core.PodStatus, Known>();

const named = (statuses: readonly core.ContainerStatus[]): ReadonlyMap<string, core.ContainerStatus> =>
  new Map(statuses.map((status) => [status.name, status]));

function indexOf(status: core.PodStatus): Known {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = status;
  const runs = containerStatuses.map((each) => [each.containerID?.replace(/^\w+:\/\//, '') ?? '', each] as const);
  return {
    byName: named([...initContainerStatuses, ...containerStatuses]),
    ephemeral: named(ephemeralContainerStatuses),
    byRun: new Map(runs),
  };
}

function knownOf({ status }: Pod): Known {
  if (!status) return nothing;
  const known = indices.get(status) ?? indexOf(status);
  indices.set(status, known);
  return known;
}

export const statusOfContainer = (pod: Pod, name: string): core.ContainerStatus | undefined =>
  knownOf(pod).byName.get(name);

export const statusOfEphemeral = (pod: Pod, name: string): core.ContainerStatus | undefined =>
  knownOf(pod).ephemeral.get(name);

/** The status of a regular container, by the id of its run. */
export const statusOfRun = (pod: Pod, id: string): core.ContainerStatus | undefined => knownOf(pod).byRun.get(id);
