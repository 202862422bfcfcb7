/**
 * All plugins, and the default ones with upstream's order and weights.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/apis/config/v1/default_plugins.go
 */
import type { Handle } from '../framework/handle.ts';
import type { Plugin } from '../framework/plugin.ts';
import type { PluginChoice } from '../framework/profile.ts';
import { defaultBinder } from './default-binder.ts';
import { type DefaultPreemptionArgs, defaultPreemption } from './default-preemption/default-preemption.ts';
import { imageLocality } from './image-locality.ts';
import { type InterPodAffinityArgs, interPodAffinity } from './inter-pod-affinity/inter-pod-affinity.ts';
import { type NodeAffinityArgs, nodeAffinity } from './node-affinity.ts';
import { nodeName } from './node-name.ts';
import { nodePorts } from './node-ports.ts';
import {
  type NodeResourcesBalancedAllocationArgs,
  nodeResourcesBalancedAllocation,
} from './node-resources-balanced-allocation.ts';
import { type NodeResourcesFitArgs, nodeResourcesFit } from './node-resources-fit.ts';
import { nodeUnschedulable } from './node-unschedulable.ts';
import { nodeVolumeLimits } from './node-volume-limits.ts';
import { type PodTopologySpreadArgs, podTopologySpread } from './pod-topology-spread/pod-topology-spread.ts';
import { prioritySort } from './priority-sort.ts';
import { schedulingGates } from './scheduling-gates.ts';
import { taintToleration } from './taint-toleration.ts';
import { type VolumeBindingArgs, volumeBinding } from './volume-binding/volume-binding.ts';
import { volumeRestrictions } from './volume-restrictions.ts';
import { volumeZone } from './volume-zone.ts';

/** The arguments by the plugin's name, like `pluginConfig` of upstream's configuration. */
export interface PluginArgs {
  NodeAffinity?: NodeAffinityArgs;
  NodeResourcesFit?: NodeResourcesFitArgs;
  NodeResourcesBalancedAllocation?: NodeResourcesBalancedAllocationArgs;
  PodTopologySpread?: PodTopologySpreadArgs;
  InterPodAffinity?: InterPodAffinityArgs;
  DefaultPreemption?: DefaultPreemptionArgs;
  VolumeBinding?: VolumeBindingArgs;
}

export const defaultPlugins: readonly PluginChoice[] = [
  { name: 'SchedulingGates' },
  { name: 'PrioritySort' },
  { name: 'NodeUnschedulable' },
  { name: 'NodeName' },
  { name: 'TaintToleration', weight: 3 },
  { name: 'NodeAffinity', weight: 2 },
  { name: 'NodePorts' },
  { name: 'NodeResourcesFit', weight: 1 },
  { name: 'VolumeRestrictions' },
  { name: 'NodeVolumeLimits' },
  { name: 'VolumeBinding' },
  { name: 'VolumeZone' },
  { name: 'PodTopologySpread', weight: 2 },
  { name: 'InterPodAffinity', weight: 2 },
  { name: 'DefaultPreemption' },
  { name: 'NodeResourcesBalancedAllocation', weight: 1 },
  { name: 'ImageLocality', weight: 1 },
  { name: 'DefaultBinder' },
];

/** Creates one instance of each plugin for one profile. */
export function createPlugins(args: PluginArgs, handle: Handle): Map<string, Plugin> {
  const plugins: readonly Plugin[] = [
    schedulingGates,
    prioritySort,
    nodeUnschedulable,
    nodeName,
    taintToleration,
    nodeAffinity(args.NodeAffinity),
    nodePorts,
    nodeResourcesFit(args.NodeResourcesFit),
    volumeRestrictions(handle),
    nodeVolumeLimits(handle),
    volumeBinding(handle, args.VolumeBinding),
    volumeZone(handle),
    podTopologySpread(handle, args.PodTopologySpread),
    interPodAffinity(handle, args.InterPodAffinity),
    defaultPreemption(handle, args.DefaultPreemption),
    nodeResourcesBalancedAllocation(args.NodeResourcesBalancedAllocation),
    imageLocality,
    defaultBinder(handle),
  ];
  return new Map(plugins.map((plugin) => [plugin.name, plugin]));
}
