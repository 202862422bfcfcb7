import { qosClass } from '../../api/pods.ts';
import type { Pod } from '../../api/types.ts';

/** https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#node-out-of-memory-behavior */
export function oomScoreAdj(pod: Pod, memoryRequest: number, nodeMemory: number): number {
  const qos = qosClass(pod);
  if (qos === 'Guaranteed') return -997;
  if (qos === 'BestEffort') return 1000;
  const score = 1000 - Math.floor((1000 * memoryRequest) / nodeMemory);
  return Math.min(999, Math.max(3, score));
}
