/**
 * The nodes and their pods, updated by every change. A pod counts on its node as soon as its binding is decided
 * ("assumed"), so that the next placement sees it.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/backend/cache/cache.go
 */
import type { Node, Pod } from '../api/types.ts';
import { type PodInfo, podInfo, type Snapshot } from './framework/info.ts';
import { addPod, emptyNode, type NodeState, removePod, replacePod, setNode } from './framework/node-state.ts';
import { createSnapshots } from './snapshot.ts';

export interface SchedulerCache {
  /** The current state. The next call updates the same object, at a cost that grows with the changes in between. */
  snapshot(): Snapshot;
  setNode(node: Node): void;
  removeNode(name: string): void;
  /** Counts the pod on its node. Replaces an earlier entry of the same uid, also an assumed one on another node. */
  setPod(pod: Pod, nodeName: string): void;
  removePod(uid: string): void;
  /** Counts the pod on a node before it is bound there. */
  assume(info: PodInfo, nodeName: string): void;
  /** Drops an assumed pod that could not be bound. False if the pod was seen on a node, or is gone. */
  forget(uid: string): boolean;
  isAssumed(uid: string): boolean;
}

export function createCache(): SchedulerCache {
  const nodes = new Map<string, NodeState>();
  const nodeOfPod = new Map<string, string>();
  const assumed = new Set<string>();
  const snapshots = createSnapshots();
  let generation = 0;

  const stateOf = (name: string): NodeState => {
    const known = nodes.get(name);
    if (known) return known;
    const state = emptyNode(name);
    nodes.set(name, state);
    return state;
  };
  const touch = (state: NodeState): void => {
    generation += 1;
    state.generation = generation;
    snapshots.changed(state);
  };
  const dropIfEmpty = (state: NodeState): void => {
    if (!state.node && state.pods.size === 0) nodes.delete(state.name);
  };
  const remove = (uid: string): void => {
    const state = nodes.get(nodeOfPod.get(uid) ?? '');
    nodeOfPod.delete(uid);
    assumed.delete(uid);
    if (!state || !removePod(state, uid)) return;
    touch(state);
    dropIfEmpty(state);
  };
  const put = (info: PodInfo, nodeName: string): void => {
    const { uid } = info.pod.metadata;
    remove(uid);
    const state = stateOf(nodeName);
    addPod(state, info);
    nodeOfPod.set(uid, nodeName);
    touch(state);
  };

  return {
    snapshot: snapshots.current,
    setNode(node) {
      const state = stateOf(node.metadata.name);
      setNode(state, node);
      touch(state);
    },
    removeNode(name) {
      const state = nodes.get(name);
      if (!state) return;
      state.node = undefined;
      touch(state);
      dropIfEmpty(state);
    },
    setPod(pod, nodeName) {
      const { uid, generation: spec } = pod.metadata;
      const state = nodes.get(nodeName);
      const known = state?.pods.get(uid);
      if (!state || !known || known.pod.metadata.generation !== spec) {
        put(podInfo(pod), nodeName);
        return;
      }
      // Only the status or the labels changed, which is by far the most frequent case.
      assumed.delete(uid);
      replacePod(state, { ...known, pod });
      touch(state);
    },
    removePod: remove,
    assume(info, nodeName) {
      put(info, nodeName);
      assumed.add(info.pod.metadata.uid);
    },
    forget(uid) {
      if (!assumed.has(uid)) return false;
      remove(uid);
      return true;
    },
    isAssumed: (uid) => assumed.has(uid),
  };
}
