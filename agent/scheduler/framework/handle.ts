/** What plugins may ask of the scheduler around them; everything that they cannot compute from a pod and the nodes. */
import type { Labels } from '../../api/selectors.ts';
import type { meta, Pod, Service } from '../../api/types.ts';
import type { Framework } from './framework.ts';
import type { PodInfo } from './info.ts';

/** Writes to the API server; each rejects with what the server answered. */
export interface SchedulerApi {
  bind(pod: Pod, nodeName: string, signal: AbortSignal): Promise<void>;
  /** Marks the victim with the condition DisruptionTarget, deletes it, and records the event `Preempted`. */
  preempt(victim: Pod, preemptor: Pod, nodeName: string): Promise<void>;
  /** Takes `status.nominatedNodeName` back. */
  clearNomination(pod: Pod): Promise<void>;
}

/** What of a PodDisruptionBudget counts for preemption. */
export interface DisruptionBudget {
  namespace: string;
  selector?: meta.LabelSelector;
  disruptionsAllowed: number;
  /** Names of pods whose eviction the API server has allowed already. */
  disruptedPods: ReadonlySet<string>;
}

export interface Handle {
  api: SchedulerApi;
  /** The profile that the plugin belongs to. */
  framework(): Pick<Framework, 'filterWithNominated' | 'addPod' | 'removePod'>;
  nominatedOn(nodeName: string): readonly PodInfo[];
  disruptionBudgets(): readonly DisruptionBudget[];
  /** Labels of a namespace by its name. */
  namespaceLabels(namespace: string): Labels;
  servicesIn(namespace: string): readonly Service[];
  /** The selector of a replica set or the like; undefined where it is not there, or not of a kind that selects pods. */
  selectorOfOwner(owner: meta.OwnerReference, namespace: string): meta.LabelSelector | undefined;
  /** Rejects a pod that waits in Permit; false where it does not. */
  rejectWaiting(uid: string, plugin: string, reason: string): boolean;
  /** Victims are on their way out, or could not be evicted: the pod that PreEnqueue has kept out may come in. */
  preemptionEnded(pod: Pod, error?: unknown): void;
  /** For the metrics: room was asked for, at the cost of so many pods. */
  preempted(victims: number): void;
  /** Milliseconds since the epoch. */
  now(): number;
  /** In [0, 1). */
  random(): number;
}
