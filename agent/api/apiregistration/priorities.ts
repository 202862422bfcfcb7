/**
 * In which order discovery names the groups and versions that the server has by itself: the highest number first.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controlplane/apiserver/aggregator.go
 */
import type { GroupVersion } from '../version-order.ts';

export interface Priority {
  group: number;
  version: number;
}

interface GroupPriority {
  priority: number;
  /** Another server may serve it in place of this one, for as long as it is registered. */
  yields?: boolean;
  versions: Readonly<Record<string, number>>;
}

const stable = { v1: 15 };

const builtIn: Readonly<Record<string, GroupPriority>> = {
  // Higher than any API service may ask for.
  'apiregistration.k8s.io': { priority: 20_001, versions: {} },
  '': { priority: 18_000, versions: { v1: 1 } },
  apps: { priority: 17_800, versions: stable },
  'events.k8s.io': { priority: 17_750, versions: stable },
  'authentication.k8s.io': { priority: 17_700, versions: stable },
  'authorization.k8s.io': { priority: 17_600, versions: stable },
  autoscaling: { priority: 17_500, versions: { v2: 30, v1: 15 } },
  batch: { priority: 17_400, versions: stable },
  'certificates.k8s.io': { priority: 17_300, versions: stable },
  'networking.k8s.io': { priority: 17_200, versions: stable },
  policy: { priority: 17_100, versions: stable },
  'rbac.authorization.k8s.io': { priority: 17_000, versions: stable },
  'storage.k8s.io': { priority: 16_800, versions: stable },
  'admissionregistration.k8s.io': { priority: 16_700, versions: stable },
  'apiextensions.k8s.io': { priority: 16_700, versions: stable },
  'scheduling.k8s.io': { priority: 16_600, versions: stable },
  'coordination.k8s.io': { priority: 16_500, versions: stable },
  'node.k8s.io': { priority: 16_300, versions: stable },
  'discovery.k8s.io': { priority: 16_200, versions: stable },
  'flowcontrol.apiserver.k8s.io': { priority: 16_100, versions: { v1: 21 } },
  'resource.k8s.io': { priority: 15_900, versions: stable },
  // As the manifest of the metrics server says.
  'metrics.k8s.io': { priority: 100, yields: true, versions: { v1beta1: 100 } },
};

/** Whether a registration of another server for the group stays, also when this one starts. */
export const yieldsToOthers = ({ group }: Pick<GroupVersion, 'group'>): boolean => builtIn[group]?.yields === true;

/** Of the groups and versions of custom resources. */
export const customPriority: Priority = { group: 1_000, version: 100 };

/** Undefined where upstream registers no API service for it by itself. */
export function builtInPriority({ group, version }: GroupVersion): Priority | undefined {
  const own = builtIn[group];
  const ofVersion = own?.versions[version];
  return own && ofVersion !== undefined ? { group: own.priority, version: ofVersion } : undefined;
}

/** Retired versions come last in their group. */
export const localPriority = ({ group, version }: GroupVersion): Priority => {
  const own = builtIn[group];
  return own ? { group: own.priority, version: own.versions[version] ?? 0 } : customPriority;
};
