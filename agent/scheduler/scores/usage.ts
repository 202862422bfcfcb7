import type { NodeInfo, PodInfo } from '../framework.ts';

/** The shares of CPU and memory that would be requested with the pod on the node, capped at 1. */
export function usageWith({ usual }: PodInfo, node: NodeInfo): { cpu: number; memory: number } {
  const share = (name: 'cpu' | 'memory'): number => {
    const most = node.allocatable[name] ?? 0;
    return most === 0 ? 1 : Math.min(1, (node.usual[name] + usual[name]) / most);
  };
  return { cpu: share('cpu'), memory: share('memory') };
}
