/**
 * The events about a node.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/kubelet_node_status.go (recordNodeStatusEvent)
 */
import { findCondition } from '../../api/conditions.ts';
import type { core, Node } from '../../api/types.ts';
import type { Informer } from '../../client/informer.ts';
import type { Recorder } from '../../client/recorder.ts';

/** Events about a node carry the node's name as uid, like upstream's. */
const nodeReference = (name: string): core.ObjectReference => ({ kind: 'Node', name, uid: name, namespace: '' });

export const readyStatus = (node: Node): string | undefined => findCondition(node.status?.conditions, 'Ready')?.status;

function record(recorder: Recorder, { metadata: { name } }: Node, reason: string, message: string): void {
  recorder.event(nodeReference(name), 'Normal', reason, message);
}

const recordState = (recorder: Recorder, node: Node, state: string): void =>
  record(recorder, node, state, `Node ${node.metadata.name} status is now: ${state}`);

const states: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  MemoryPressure: { True: 'NodeHasInsufficientMemory', False: 'NodeHasSufficientMemory' },
  DiskPressure: { True: 'NodeHasDiskPressure', False: 'NodeHasNoDiskPressure' },
  PIDPressure: { True: 'NodeHasInsufficientPID', False: 'NodeHasSufficientPID' },
  Ready: { True: 'NodeReady', False: 'NodeNotReady' },
};

/** Records an event for each condition that changed between the two versions of the node. */
export function recordConditions(recorder: Recorder, before: Node, after: Node): void {
  for (const [type, names] of Object.entries(states)) {
    const now = findCondition(after.status?.conditions, type)?.status;
    if (now === findCondition(before.status?.conditions, type)?.status) continue;
    const state = names[now ?? ''] ?? names.False;
    if (state) recordState(recorder, after, state);
  }
}

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/events/event.go (NodeShutdown) */
export const recordShutdown = (recorder: Recorder, nodeName: string): void =>
  recorder.event(nodeReference(nodeName), 'Normal', 'Shutdown', 'Shutdown manager detected shutdown event');

/**
 * Records that the node has too little of something.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/eviction/eviction_manager.go
 */
export function recordShortage(recorder: Recorder, name: string, resource: string): void {
  recorder.event(nodeReference(name), 'Warning', 'EvictionThresholdMet', `Attempting to reclaim ${resource}`);
}

/** Records what goes wrong with the node as a whole. */
export function recordNodeWarning(recorder: Recorder, name: string, reason: string, message: string): void {
  recorder.event(nodeReference(name), 'Warning', reason, message);
}

/** Records an event when `kubectl cordon` closes the node of this name, and when the node is open again. */
export function recordSchedulability(recorder: Recorder, nodes: Informer<Node>, name: string): void {
  nodes.onChange(({ type, object, old }) => {
    if (type !== 'updated' || object.metadata.name !== name) return;
    const closed = object.spec.unschedulable ?? false;
    if (closed === (old?.spec.unschedulable ?? false)) return;
    recordState(recorder, object, closed ? 'NodeNotSchedulable' : 'NodeSchedulable');
  });
}

/** Records the start of the kubelet. `before` is the node as registered, perhaps by an earlier process. */
export function recordStart(recorder: Recorder, before: Node, after: Node): void {
  record(recorder, after, 'Starting', 'Starting kubelet.');
  recordConditions(recorder, before, after);
}
