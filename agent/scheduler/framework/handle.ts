/** What plugins may ask of the scheduler: everything that they cannot compute from a pod and the nodes. */
import type { Labels } from '../../api/selectors.ts';
import type {
  CSINode,
  meta,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Service,
  StorageClass,
} from '../../api/types.ts';
import type { Framework } from './framework.ts';
import type { PodInfo } from './info.ts';

/** Writes to the API server. Each rejects with the server's answer. */
export interface SchedulerApi {
  bind(pod: Pod, nodeName: string, signal: AbortSignal): Promise<void>;
  /** Marks the victim with the condition DisruptionTarget, deletes it, and records the event `Preempted`. */
  preempt(victim: Pod, preemptor: Pod, nodeName: string): Promise<void>;
  updateVolume(volume: PersistentVolume, signal: AbortSignal): Promise<void>;
  updateClaim(claim: PersistentVolumeClaim, signal: AbortSignal): Promise<void>;
  /** Removes `status.nominatedNodeName`. */
  clearNomination(pod: Pod): Promise<void>;
}

/** The facts about a PodDisruptionBudget that preemption needs. */
export interface DisruptionBudget {
  namespace: string;
  selector?: meta.LabelSelector;
  disruptionsAllowed: number;
  /** Names of pods whose eviction the API server has already allowed. */
  disruptedPods: ReadonlySet<string>;
}

/** What the scheduler knows of storage. The objects are shared: do not modify them. */
export interface StorageLister {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  volumes(): readonly PersistentVolume[];
  storageClass(name: string): StorageClass | undefined;
  /** What the CSI drivers on a node say of it. */
  csiNode(nodeName: string): CSINode | undefined;
  /**
   * Asks again after each change of claims, volumes and pods, and resolves once `check` returns true. Rejects with what
   * `check` throws, and after `timeout` milliseconds.
   */
  until(check: () => boolean, timeout: number, signal: AbortSignal): Promise<void>;
  /** False once the pod is gone. */
  hasPod(pod: Pod): boolean;
}

export interface Handle {
  api: SchedulerApi;
  storage: StorageLister;
  /** The profile of the plugin. */
  framework(): Pick<Framework, 'filterWithNominated' | 'addPod' | 'removePod'>;
  nominatedOn(nodeName: string): readonly PodInfo[];
  disruptionBudgets(): readonly DisruptionBudget[];
  /** The labels of a namespace, by its name. */
  namespaceLabels(namespace: string): Labels;
  servicesIn(namespace: string): readonly Service[];
  /**
   * The selector of a replica set or similar owner; undefined if it does not exist, or its kind does not select pods.
   */
  selectorOfOwner(owner: meta.OwnerReference, namespace: string): meta.LabelSelector | undefined;
  /** Rejects a pod that waits in Permit. False if the pod does not wait. */
  rejectWaiting(uid: string, plugin: string, reason: string): boolean;
  /** Called when the victims are being deleted, or could not be evicted: the pod may enter the queue again. */
  preemptionEnded(pod: Pod, error?: unknown): void;
  /** Reports to the metrics how many victims a preemption had. */
  preempted(victims: number): void;
  /** Milliseconds since the epoch. */
  now(): number;
  /** A random number in [0, 1). */
  random(): number;
}
