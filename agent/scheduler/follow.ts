/**
 * Feeds the cache, the queue and the nominations with the changes in the API.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/eventhandlers.go
 */

import { persistentVolumes } from '../api/core/persistent-volume.ts';
import { persistentVolumeClaims } from '../api/core/persistent-volume-claim.ts';
import { isPodTerminal } from '../api/pods.ts';
import { csiNodes } from '../api/storage/csi-node.ts';
import { storageClasses } from '../api/storage/storage-class.ts';
import type { Node, Pod } from '../api/types.ts';
import type { Informer, InformerChange, Informers } from '../client/informer.ts';
import type { SchedulerCache } from './cache.ts';
import { nodeActions, podActions } from './changes.ts';
import { podInfo } from './framework/info.ts';
import type { Nominator } from './framework/nominator.ts';
import type { SchedulingQueue } from './queue/queue.ts';

export interface FollowDeps {
  pods: Informer<Pod>;
  nodes: Informer<Node>;
  /** For the kinds of storage. */
  informers: Informers;
  cache: SchedulerCache;
  queue: SchedulingQueue;
  nominator: Nominator;
  /** True if the pod waits for a node and names one of our profiles. */
  waits(pod: Pod): boolean;
  /** Rejects a pod that is gone, or no longer ours, while it waits in Permit. */
  rejectWaiting(uid: string): void;
  signal: AbortSignal;
}

function createNodeFollower({ cache, queue }: FollowDeps) {
  return ({ type, object: node, old }: InformerChange<Node>): void => {
    if (type === 'deleted') {
      cache.removeNode(node.metadata.name);
      queue.handleEvent({ resource: 'Node', actions: ['delete'], old: node });
      return;
    }
    cache.setNode(node);
    const actions = old ? nodeActions(old, node) : (['add'] as const);
    if (actions.length > 0) queue.handleEvent({ resource: 'Node', actions, old, object: node });
  };
}

function createAssignedFollower({ cache, queue, nominator }: FollowDeps) {
  /** The pod no longer takes up resources. */
  const left = (pod: Pod): void => {
    cache.removePod(pod.metadata.uid);
    queue.handleEvent({ resource: 'AssignedPod', actions: ['delete'], old: pod });
  };
  return {
    left,
    onAssigned(pod: Pod, nodeName: string, old: Pod | undefined): void {
      const { uid } = pod.metadata;
      queue.delete(uid);
      nominator.withdraw(uid);
      if (isPodTerminal(pod)) {
        if (!old || !isPodTerminal(old)) left(pod);
        return;
      }
      cache.setPod(pod, nodeName);
      const actions = old?.spec.nodeName ? podActions(old, pod) : (['add'] as const);
      if (actions.length > 0) queue.handleEvent({ resource: 'AssignedPod', actions, old, object: pod });
    },
  };
}

function createWaitingFollower({ queue, nominator, cache, waits, rejectWaiting }: FollowDeps) {
  const follow = (pod: Pod, old: Pod | undefined): void => {
    const { uid } = pod.metadata;
    const [was, is] = [old?.status?.nominatedNodeName, pod.status?.nominatedNodeName];
    if (is) nominator.nominate(podInfo(pod), is);
    else if (was) nominator.withdraw(uid);
    if (!old || !waits(old)) {
      queue.add(pod);
      return;
    }
    const actions = podActions(old, pod);
    if (actions.length > 0) queue.update(pod, { resource: 'UnscheduledPod', actions, old, object: pod });
    else queue.refresh(pod);
  };
  const gone = ({ metadata }: Pod): void => {
    queue.delete(metadata.uid);
    nominator.withdraw(metadata.uid);
    if (cache.isAssumed(metadata.uid)) rejectWaiting(metadata.uid);
  };
  return { follow, gone };
}

const objectActions = { added: ['add'], updated: ['update'], deleted: ['delete'] } as const;

const changeOf = <T>({ type, object, old }: InformerChange<T>) => ({
  actions: objectActions[type],
  ...(type === 'deleted' ? { old: object } : { old, object }),
});

/** Storage is looked up when a pod is placed; its changes only wake pods that wait. */
const followStorage = ({ informers, queue }: FollowDeps): (() => void)[] => [
  informers
    .for(persistentVolumeClaims)
    .onChange((change) => queue.handleEvent({ resource: 'PersistentVolumeClaim', ...changeOf(change) })),
  informers
    .for(persistentVolumes)
    .onChange((change) => queue.handleEvent({ resource: 'PersistentVolume', ...changeOf(change) })),
  informers
    .for(storageClasses)
    .onChange((change) => queue.handleEvent({ resource: 'StorageClass', ...changeOf(change) })),
  informers.for(csiNodes).onChange((change) => queue.handleEvent({ resource: 'CSINode', ...changeOf(change) })),
];

/** Adds the existing objects, then follows every change until the signal aborts. */
export function follow(deps: FollowDeps): void {
  const onNode = createNodeFollower(deps);
  const assigned = createAssignedFollower(deps);
  const waiting = createWaitingFollower(deps);
  const onPod = ({ type, object: pod, old }: InformerChange<Pod>): void => {
    const { nodeName } = pod.spec;
    if (type === 'deleted') {
      waiting.gone(pod);
      if (nodeName) assigned.left(pod);
    } else if (nodeName) assigned.onAssigned(pod, nodeName, old);
    else if (deps.waits(pod)) waiting.follow(pod, old);
    else waiting.gone(pod);
  };
  for (const object of deps.nodes.list()) onNode({ type: 'added', object });
  for (const object of deps.pods.list()) onPod({ type: 'added', object });
  const stop = [deps.nodes.onChange(onNode), deps.pods.onChange(onPod), ...followStorage(deps)];
  deps.signal.addEventListener('abort', () => {
    for (const unsubscribe of stop) unsubscribe();
  });
}
