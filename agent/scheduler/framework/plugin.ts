/**
 * The extension points, in the order in which an attempt to schedule a pod goes through them. A plugin is an object with a
 * name and the methods of the points that it takes part in.
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

/** A verdict against, and the plugin that gave it. */
export interface Rejection extends Unfit {
  plugin: string;
}

/** What the order of the queue depends on. */
export interface QueueEntry {
  info: PodInfo;
  /** Milliseconds: when it came into the queue, or when its last attempt failed. */
  timestamp: number;
  /** Breaks ties in the order of arrival. */
  serial: number;
}

/** Rejects a pod that must not enter the queue yet. */
export interface PreEnqueue {
  preEnqueue(pod: Pod): Verdict;
}

export interface QueueSort {
  /** Whether `a` is tried before `b`. */
  less(a: QueueEntry, b: QueueEntry): boolean;
}

/** Which events may help a pod that this plugin rejected. A plugin that rejects and names none waits for the flush. */
export interface EventsToRegister {
  eventsToRegister(): readonly EventHint[];
}

/** Only these nodes come into question. */
export interface Narrowed {
  nodes: ReadonlySet<string>;
}

export interface PreFilter {
  /** `skip`: the plugin's Filter has nothing to do in this cycle. */
  preFilter(pod: PodInfo, snapshot: Snapshot, state: CycleState): 'fits' | 'skip' | Narrowed | Unfit;
}

/** Keeps PreFilter's state right while `node` is tried with one pod more or one less. */
export interface PreFilterExtensions {
  addPod(pod: PodInfo, added: PodInfo, node: NodeInfo, state: CycleState): void;
  removePod(pod: PodInfo, removed: PodInfo, node: NodeInfo, state: CycleState): void;
}

export interface Filter {
  filter(pod: PodInfo, node: NodeInfo, state: CycleState): Verdict;
}

/** Why no node was found, by node. Nodes without an entry were ruled out before Filter, for the reason `absent`. */
export interface NodeVerdicts {
  byNode: ReadonlyMap<string, Rejection>;
  absent: Unfit;
}

export interface PostFilterOutcome {
  /** What the message of the failure ends with; empty where the plugin has made room. */
  message: string;
  /** The node on which room is being made; '' takes back an earlier nomination, undefined leaves it. */
  nominate?: string;
}

export interface PostFilter {
  /** Called where no node fits. Undefined: this plugin can do nothing, the next is asked. */
  postFilter(
    pod: PodInfo,
    verdicts: NodeVerdicts,
    snapshot: Snapshot,
    state: CycleState,
  ): PostFilterOutcome | undefined;
}

export interface PreScore {
  /** `skip`: the plugin's Score has nothing to say in this cycle. */
  preScore(pod: PodInfo, nodes: readonly NodeInfo[], snapshot: Snapshot, state: CycleState): 'fits' | 'skip';
}

export interface Score {
  /** Higher is better; between 0 and 100 after `normalize`, or at once where there is none. */
  score(pod: PodInfo, node: NodeInfo, state: CycleState): number;
}

export interface NormalizeScore {
  /** One score per node, in the order of `nodes`. */
  normalize(scores: readonly number[], nodes: readonly NodeInfo[], state: CycleState): number[];
}

export interface Reserve {
  reserve(pod: PodInfo, nodeName: string, state: CycleState): Verdict;
  /** Also called where `reserve` was not, and more than once: it must not mind. */
  unreserve(pod: PodInfo, nodeName: string, state: CycleState): void;
}

/** Until somebody allows it; rejected after `timeout` milliseconds. */
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
  /** `skip`: the next binder is asked. Rejects where the binding could not be written. */
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
