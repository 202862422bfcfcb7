/**
 * Every score, with upstream's weights.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/scheduler/apis/config/v1/default_plugins.go
 */
import type { ScorePlugin } from '../framework.ts';
import { balancedAllocation } from './balanced-allocation.ts';
import { imageLocality } from './image-locality.ts';
import { leastAllocated } from './least-allocated.ts';
import { nodeAffinity } from './node-affinity.ts';
import { spreading } from './spreading.ts';
import { taintToleration } from './taint-toleration.ts';

export const scores: readonly ScorePlugin[] = [
  taintToleration,
  nodeAffinity,
  spreading,
  leastAllocated,
  balancedAllocation,
  imageLocality,
];
