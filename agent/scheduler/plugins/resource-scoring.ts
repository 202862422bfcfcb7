/**
 * Scores how full a node would be: the strategies of NodeResourcesFit.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/resource-bin-packing/
 */
import type { NodeInfo, PodInfo } from '../framework/info.ts';
import { maxScore } from '../framework/scores.ts';

export interface WeightedResource {
  name: string;
  weight: number;
}

/** Utilization in percent, score between 0 and 10; points in ascending utilization. */
export interface ShapePoint {
  utilization: number;
  score: number;
}

interface Strategy<Type extends string> {
  type: Type;
  resources?: readonly WeightedResource[];
}

export type ScoringStrategy =
  | Strategy<'LeastAllocated'>
  | Strategy<'MostAllocated'>
  | (Strategy<'RequestedToCapacityRatio'> & { requestedToCapacityRatio: { shape: readonly ShapePoint[] } });

export const defaultResources: readonly WeightedResource[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

/**
 * The amount of the resource that would be requested on the node, and the node's capacity. Extended resources count
 * only for pods that request them.
 */
function load(name: string, pod: PodInfo, node: NodeInfo): { requested: number; capacity: number } | undefined {
  const capacity = node.allocatable[name] ?? 0;
  if (capacity === 0) return undefined;
  if (name === 'cpu' || name === 'memory')
    return { requested: node.nonZeroRequests[name] + pod.nonZeroRequests[name], capacity };
  const wanted = pod.requests[name] ?? 0;
  if (wanted === 0 && name.includes('/')) return undefined;
  return { requested: (node.requested[name] ?? 0) + wanted, capacity };
}

type Scored = (requested: number, capacity: number) => number;

/** The score of a resource, between 0 and 100, according to the strategy. */
function curveOf(strategy: ScoringStrategy): Scored {
  if (strategy.type === 'LeastAllocated') {
    return (requested, capacity) => (requested > capacity ? 0 : ((capacity - requested) / capacity) * maxScore);
  }
  if (strategy.type === 'MostAllocated') {
    return (requested, capacity) => (Math.min(requested, capacity) / capacity) * maxScore;
  }
  const points = strategy.requestedToCapacityRatio.shape.map(({ utilization, score }) => ({
    utilization,
    score: score * 10,
  }));
  return (requested, capacity) =>
    between(points, requested > capacity ? 100 : Math.trunc((requested * 100) / capacity));
}

/** Linear interpolation between the points, constant before the first and after the last. */
function between(points: readonly ShapePoint[], utilization: number): number {
  const next = points.findIndex((point) => utilization <= point.utilization);
  const [left, right] = [points[next - 1], points[next]];
  if (!right) return points.at(-1)?.score ?? 0;
  if (!left) return right.score;
  const share = (utilization - left.utilization) / (right.utilization - left.utilization);
  return Math.trunc(left.score + (right.score - left.score) * share);
}

/** The weighted mean over the resources. */
export function scorer(strategy: ScoringStrategy): (pod: PodInfo, node: NodeInfo) => number {
  const resources = strategy.resources?.length ? strategy.resources : defaultResources;
  const curve = curveOf(strategy);
  // Upstream's RequestedToCapacityRatio leaves out resources that score 0.
  const counts = (score: number): boolean => strategy.type !== 'RequestedToCapacityRatio' || score > 0;
  return (pod, node) => {
    let sum = 0;
    let weights = 0;
    for (const { name, weight } of resources) {
      const found = load(name, pod, node);
      if (!found) continue;
      const score = curve(found.requested, found.capacity);
      if (!counts(score)) continue;
      sum += score * weight;
      weights += weight;
    }
    return weights === 0 ? 0 : sum / weights;
  };
}
