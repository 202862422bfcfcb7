/**
 * Events in the cluster that may help waiting pods. Each plugin registers the events that it wants, with a hint that
 * tells whether an event may help a pod.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/events.go
 * https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/#queueinghint
 */
import type { CSINode, Node, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '../../api/types.ts';

export type NodeAction = 'add' | 'delete' | 'allocatable' | 'labels' | 'taints' | 'conditions' | 'annotations';
export type ObjectAction = 'add' | 'delete' | 'update';
export type PodAction = 'add' | 'delete' | 'labels' | 'scale-down' | 'tolerations' | 'gates-eliminated';

interface Change<Resource extends string, Action extends string, T> {
  resource: Resource;
  /** All actions of this one change. */
  actions: readonly Action[];
  /** The object before and after. `old` is absent on `add`, `object` on `delete`. */
  old?: T;
  object?: T;
}

/** `AssignedPod` has a node. `UnscheduledPod` is the waiting pod itself; only that pod receives the event. */
export type ClusterEvent =
  | Change<'Node', NodeAction, Node>
  | Change<'AssignedPod', PodAction, Pod>
  | Change<'UnscheduledPod', PodAction, Pod>
  | Change<'PersistentVolumeClaim', ObjectAction, PersistentVolumeClaim>
  | Change<'PersistentVolume', ObjectAction, PersistentVolume>
  | Change<'StorageClass', ObjectAction, StorageClass>
  | Change<'CSINode', ObjectAction, CSINode>;

export type Hint = 'queue' | 'skip';

type HintFor<E extends ClusterEvent> = E extends ClusterEvent
  ? {
      resource: E['resource'];
      actions: readonly E['actions'][number][];
      /**
       * Tells whether the event may help a pod that this plugin rejected. Without a hint every registered event may.
       */
      hint?(pod: Pod, event: E): Hint;
    }
  : never;

export type EventHint = HintFor<ClusterEvent>;

/** The hint of an event for the pod; undefined if the registration is for other events. */
export function hintFor(registered: EventHint, pod: Pod, event: ClusterEvent): Hint | undefined {
  const asks = (actions: readonly string[]): boolean =>
    actions.some((action) => actionsOf(registered).includes(action));
  if (registered.resource !== event.resource || !asks(event.actions)) return undefined;
  if (event.resource === 'UnscheduledPod' && event.object?.metadata.uid !== pod.metadata.uid) return undefined;
  // The resources are the same, so the hint is one for this event.
  const hint = registered.hint as ((pod: Pod, event: ClusterEvent) => Hint) | undefined;
  return hint?.(pod, event) ?? 'queue';
}

const actionsOf = ({ actions }: EventHint): readonly string[] => actions;
