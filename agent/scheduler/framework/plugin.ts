/**
 * The extension points, in the order in which an attempt to schedule a pod passes them. A plugin is an object with a
 * name and the methods of the points that it implements.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/
 */
import type { Pod } from '../../api/types.ts';
import type { CycleState } from './cycle-state.ts';
import type { EventHint } from './events.ts';
import type { NodeInfo, PodInfo, Snapshot } from './info.ts';

export type Verdict = 'fits' | Unfit;
export interface Unfit {
  reasons: readonly string[];
  /** Removing pods from the node would not help (upstream's UnschedulableAndUnresolvable). */
  unresolvable: boolean;
}

export const fits: Verdict = 'fits';
export const unfit = (...reasons: string[]): Unfit => ({ reasons, unresolvable: false });
export const neverFit = (...reasons: string[]): Unfit => ({ reasons, unresolvable: true });

/** A rejecting verdict and its plugin. */
export interface Rejection extends Unfit {
  plugin: string;
}

/** What the order of the queue depends on. */
export interface QueueEntry {
  info: PodInfo;
  /** When the pod entered the queue, or its last attempt failed, in milliseconds since the epoch. */
  timestamp: number;
  /** Breaks ties by the order of arrival. */
  serial: number;
}

/** Rejects a pod that must not enter the queue yet. */
export interface PreEnqueue {
  preEnqueue(pod: Pod): Verdict;
}

export interface QueueSort {
  /** True if `a` is tried before `b`. */
  less(a: QueueEntry, b: QueueEntry): boolean;
}

/**
 * The events that may help a pod that this plugin rejected. A pod that a plugin without events rejects waits for the
 * flush.
 */
export interface EventsToRegister {
  eventsToRegister(): readonly EventHint[];
}

/** Restricts the search to these nodes. */
export interface PreFilterResult {
  nodes: ReadonlySet<string>;
}

export interface PreFilter {
  /** `skip`: the plugin's Filter is not needed in this cycle. */
  preFilter(pod: PodInfo, snapshot: Snapshot, state: CycleState): 'fits' | 'skip' | PreFilterResult | Unfit;
}

/** Updates PreFilter's state while a node is tried with one pod more or one pod less. */
export interface PreFilterExtensions {
  addPod(pod: PodInfo, added: PodInfo, node: NodeInfo, state: CycleState): void;
  removePod(pod: PodInfo, removed: PodInfo, node: NodeInfo, state: CycleState): void;
}

export interface Filter {
  filter(pod: PodInfo, node: NodeInfo, state: CycleState): Verdict;
}

/** Why no node was found, by node. Nodes without an entry were excluded before Filter, for the reason `absent`. */
export interface NodeVerdicts {
  byNode: ReadonlyMap<string, Rejection>;
  absent: Unfit;
}

export interface PostFilterOutcome {
  /** The end of the failure message; empty if the plugin made room. */
  message: string;
  /** The node on which room is being made. '' removes an earlier nomination, undefined leaves it. */
  nominate?: string;
}

export interface PostFilter {
  /** Called if no node fits. Undefined if this plugin cannot help; the next one is asked. */
  postFilter(
    pod: PodInfo,
    verdicts: NodeVerdicts,
    snapshot: Snapshot,
    state: CycleState,
  ): PostFilterOutcome | undefined;
}

export interface PreScore {
  /** `skip`: the plugin's Score is not needed in this cycle. */
  preScore(pod: PodInfo, nodes: readonly NodeInfo[], snapshot: Snapshot, state: CycleState): 'fits' | 'skip';
}

export interface Score {
  /**
   * Higher is better. The score is between 0 and 100 after `normalize`, or at once if the plugin has no `normalize`.
   */
  score(pod: PodInfo, node: NodeInfo, state: CycleState): number;
}

export interface NormalizeScore {
  /** Returns one score per node, in the order of `nodes`. */
  normalize(scores: readonly number[], nodes: readonly NodeInfo[], state: CycleState): number[];
}

export interface Reserve {
  reserve(pod: PodInfo, nodeName: string, state: CycleState): Verdict;
  /** Idempotent: it may be called repeatedly, and without a preceding `reserve`. */
  unreserve(pod: PodInfo, nodeName: string, state: CycleState): void;
}

/** The pod waits until some code allows it, and is rejected after `timeout` milliseconds. */
export interface Wait {
  wait: number;
}

export interface Permit {
  permit(pod: PodInfo, nodeName: string, state: CycleState): 'fits' | Wait | Unfit;
}

export interface PreBind {
  preBind(pod: PodInfo, nodeName: string, state: CycleState, signal: AbortSignal): Promise<Verdict>;
}

export interface Bind {
  /** `skip`: the next binder is asked. Rejects if the binding could not be written. */
  bind(pod: PodInfo, nodeName: string, signal: AbortSignal): Promise<'bound' | 'skip'>;
}

export interface PostBind {
  postBind(pod: PodInfo, nodeName: string, state: CycleState): void;
}

interface Points
  extends PreEnqueue,
    QueueSort,
    EventsToRegister,
    PreFilter,
    PreFilterExtensions,
    Filter,
    PostFilter,
    PreScore,
    Score,
    NormalizeScore,
    Reserve,
    Permit,
    PreBind,
    Bind,
    PostBind {}

export interface Plugin extends Partial<Points> {
  readonly name: string;
}

export type FilterPlugin = Plugin & Filter;
export type ScorePlugin = Plugin & Score;
