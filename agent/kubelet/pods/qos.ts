/** https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/ */
import { compareQuantities } from '../../api/quantity.ts';
import type { core, Pod } from '../../api/types.ts';
import { allContainersOf } from './model.ts';

type Amounts = Record<string, string | number>;
const resources = ['cpu', 'memory'] as const;

const positive = (value: string | number | undefined): value is string | number =>
  value !== undefined && compareQuantities(value, 0) > 0;

function isGuaranteed(container: core.Container): boolean {
  const limits: Amounts = container.resources?.limits ?? {};
  const requests: Amounts = container.resources?.requests ?? limits;
  return resources.every((name) => {
    const limit = limits[name];
    const request = requests[name] ?? limit;
    return positive(limit) && request !== undefined && compareQuantities(limit, request) === 0;
  });
}

function asksForAny(container: core.Container): boolean {
  const { limits = {}, requests = {} } = container.resources ?? {};
  return resources.some((name) => positive((limits as Amounts)[name]) || positive((requests as Amounts)[name]));
}

export function qosClass(pod: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = allContainersOf(pod);
  if (!containers.some(asksForAny)) return 'BestEffort';
  return containers.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#node-out-of-memory-behavior */
export function oomScoreAdj(pod: Pod, memoryRequest: number, nodeMemory: number): number {
  const qos = qosClass(pod);
  if (qos === 'Guaranteed') return -997;
  if (qos === 'BestEffort') return 1000;
  const score = 1000 - Math.floor((1000 * memoryRequest) / nodeMemory);
  return Math.min(999, Math.max(3, score));
}
