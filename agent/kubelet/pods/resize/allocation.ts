/**
 * What the node gave a pod, which may differ from what the pod asks for now. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/allocation/allocation_manager.go
 */
import { isDeepStrictEqual } from 'node:util';
import { findCondition } from '../../../api/conditions.ts';
import type { core, Pod } from '../../../api/types.ts';
import { initContainersOf, isSidecar } from '../../spec/containers.ts';
import { statusOfContainer } from '../../spec/statuses.ts';

export interface Allocation {
  /** Of the pod as a whole. */
  pod?: core.ResourceRequirements;
  /** By name, of the containers that can be resized: all but init containers that end. */
  containers: ReadonlyMap<string, core.ResourceRequirements>;
}

export const pendingType = 'PodResizePending';
export const progressType = 'PodResizeInProgress';

const resizable = (pod: Pod): core.Container[] => [...initContainersOf(pod).filter(isSidecar), ...pod.spec.containers];

/** As if the pod got all that it asks for. */
export function allocationOf(pod: Pod): Allocation {
  const whole = pod.spec.resources;
  return {
    ...(whole ? { pod: whole } : {}),
    containers: new Map(resizable(pod).map(({ name, resources }) => [name, resources ?? {}])),
  };
}

/** What an earlier process of this agent gave the pod: `allocatedResources` are requests, `resources` has the limits. */
export function allocationKnown(pod: Pod): Allocation {
  const all = allocationOf(pod);
  if (!findCondition(pod.status?.conditions, pendingType)) return all;
  const containers = resizable(pod).map(({ name, resources = {} }): [string, core.ResourceRequirements] => {
    const known = statusOfContainer(pod, name);
    if (!known?.resources) return [name, resources];
    const { limits } = known.resources;
    const requests = known.allocatedResources;
    return [name, { ...resources, ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) }];
  });
  return { ...all, containers: new Map(containers) };
}

export const isAllocated = (pod: Pod, allocation: Allocation): boolean =>
  isDeepStrictEqual(allocationOf(pod), allocation);

/** The pod as if it asked for what it was given; the same object if it does. */
export function withAllocation(pod: Pod, allocation: Allocation): Pod {
  if (isAllocated(pod, allocation)) return pod;
  const give = (container: core.Container): core.Container => {
    const resources = allocation.containers.get(container.name);
    return resources ? { ...container, resources } : container;
  };
  const { resources: _, ...spec } = pod.spec;
  return {
    ...pod,
    spec: {
      ...spec,
      ...(allocation.pod ? { resources: allocation.pod } : {}),
      containers: spec.containers.map(give),
      ...(spec.initContainers ? { initContainers: spec.initContainers.map(give) } : {}),
    },
  };
}
