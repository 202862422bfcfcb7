/**
 * Deletes pods from nodes with `NoExecute` taints, when their tolerations have run out.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/tainteviction/taint_eviction.go
 */
import { nodes } from '../../api/core/node.ts';
import { pods } from '../../api/core/pod.ts';
import { isNotFound } from '../../api/errors.ts';
import { canonicalJson } from '../../api/hash.ts';
import { isPodTerminal } from '../../api/pods.ts';
import type { Pod } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import type { ControllerDeps } from '../shared/controller.ts';
import { withDisruption } from '../shared/pods.ts';
import { toleratedFor } from './plan.ts';

/** Pods by the node that they are on. */
export const nodeNameIndex = 'nodeName';

/** The informers of nodes and pods must have synced, with the index above. */
export function startTaintEviction(deps: ControllerDeps): void {
  const { client, informers, clock, log, signal } = deps;
  const recorder = deps.recorderFor('taint-eviction-controller');
  const podInformer = informers.for(pods);
  const nodeInformer = informers.for(nodes);
  const resource = client.resource(pods);

  const evict = async (pod: Pod): Promise<void> => {
    const { name, namespace, uid } = pod.metadata;
    const message = 'Taint manager: deleting due to NoExecute taint';
    const conditions = withDisruption(pod, 'DeletionByTaintManager', message, clock.now());
    recorder.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`);
    try {
      await resource.updateStatus({ ...pod, status: { ...pod.status, conditions } }, signal);
      await resource.delete(name, namespace, { preconditions: { uid } }, signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  };

  /**
   * When the time of each pod that has to leave began, by its UID. A taint's own `timeAdded` does not say: kubectl
   * writes none, and a pod may come to a node that was tainted long ago.
   */
  const since = new Map<string, number>();

  const cancel = (pod: Pod): void => {
    if (!since.delete(pod.metadata.uid)) return;
    const { name, namespace } = pod.metadata;
    recorder.event(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${namespace}/${name}`);
  };

  const reconcile = async (key: string): Promise<void> => {
    const pod = podInformer.get(key);
    const node = nodeInformer.get(pod?.spec.nodeName ?? '');
    if (!pod || !node || pod.metadata.deletionTimestamp || isPodTerminal(pod)) return;
    const tolerated = toleratedFor(pod, node);
    if (tolerated === undefined) {
      cancel(pod);
      return;
    }
    const now = clock.now();
    const began = since.get(pod.metadata.uid) ?? now;
    since.set(pod.metadata.uid, began);
    const left = began + tolerated - now;
    if (left <= 0) await evict(pod);
    else queue.addAfter(key, left);
  };
  const queue = createWorkQueue({ name: 'taint-eviction', clock, log, signal, concurrency: 8, reconcile });

  const enqueueNode = (name: string): void => {
    for (const pod of podInformer.byIndex(nodeNameIndex, name)) queue.add(keyOf(pod));
  };
  nodeInformer.onChange(({ type, object, old }) => {
    if (type === 'deleted') return;
    if (canonicalJson(old?.spec.taints) !== canonicalJson(object.spec.taints)) enqueueNode(object.metadata.name);
  });
  podInformer.onChange(({ type, object, old }) => {
    if (type === 'deleted') since.delete(object.metadata.uid);
    const changed =
      object.metadata.generation !== old?.metadata.generation || object.spec.nodeName !== old?.spec.nodeName;
    if (type !== 'deleted' && object.spec.nodeName && changed) queue.add(keyOf(object));
  });
  for (const node of nodeInformer.list()) if (node.spec.taints) enqueueNode(node.metadata.name);
}
