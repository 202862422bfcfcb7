/** What the agent remembers of a pod's resize. */
import { findCondition } from '../../../api/conditions.ts';
import type { core, Pod } from '../../../api/types.ts';
import { type Allocation, allocationKnown, progressType } from './allocation.ts';
import type { Refusal } from './decide.ts';

/** What the pod asks for and does not have. */
export interface PendingResize extends Refusal {
  /** The generation of the pod that asked for it. */
  generation: number;
  /** Milliseconds since the epoch. */
  since: number;
}

/** The pod was given what its containers may not have yet. */
export interface ResizeProgress {
  generation: number;
  /** Why the last attempt failed, and when the next one is due, in milliseconds since the epoch. */
  failure?: { message: string; retryAt: number };
}

export interface ResizeState {
  pending?: PendingResize;
  progress?: ResizeProgress;
}

export interface ResizeMemory extends ResizeState {
  allocation: Allocation;
}

const progressIn = (condition: core.PodCondition | undefined): ResizeState =>
  condition ? { progress: { generation: Number(condition.observedGeneration ?? 0) } } : {};

/** Continues what an earlier process of this agent began. */
export const resizeMemory = (pod: Pod): ResizeMemory => ({
  allocation: allocationKnown(pod),
  ...progressIn(findCondition(pod.status?.conditions, progressType)),
});
