/**
 * Deletes pods from nodes with `NoExecute` taints when their tolerations expire.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/tainteviction/taint_eviction.go
 */
import { nodes } from '../../api/core/node.ts';
import { pods } from '../../api/core/pod.ts';
import { isNotFound } from '../../api/errors.ts';
import { canonicalJson } from '../../api/hash.ts';
import { isPodTerminal } from '../../api/pods.ts';
import type { Pod } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import { type Context, index, watch } from '../shared/controller.ts';
import { withDisruption } from '../shared/pods.ts';
import { type Controller, defineController } from '../shared/runtime.ts';
import { toleratedFor } from './plan.ts';

/** Pods by their node. */
export const nodeNameIndex = 'nodeName';
export const podsByNode = index(pods, nodeNameIndex, ({ spec }) => (spec.nodeName ? [spec.nodeName] : []));

const reason = 'TaintManagerEviction';

async function evict({ client, clock, recorder, signal }: Context, pod: Pod): Promise<void> {
  const { name, namespace, uid } = pod.metadata;
  const message = 'Taint manager: deleting due to NoExecute taint';
  const conditions = withDisruption(pod, 'DeletionByTaintManager', message, clock.now());
  recorder.event(pod, 'Normal', reason, `Marking for deletion Pod ${namespace}/${name}`);
  const resource = client.resource(pods);
  try {
    await resource.updateStatus({ ...pod, status: { ...pod.status, conditions } }, signal);
    await resource.delete(name, namespace, { preconditions: { uid } }, signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

const onNode = watch(nodes, ({ type, object, old }, { informer }) => {
  if (type === 'deleted' || canonicalJson(old?.spec.taints) === canonicalJson(object.spec.taints)) return [];
  return informer(pods).byIndex(nodeNameIndex, object.metadata.name).map(keyOf);
});

export function taintEviction(): Controller {
  /**
   * When the toleration time of each affected pod began, by uid. `timeAdded` of a taint does not tell: kubectl writes
   * none, and a pod may arrive long after the taint.
   */
  const since = new Map<string, number>();
  return defineController({
    name: 'noexec_taint_pod',
    account: 'node-controller',
    component: 'taint-eviction-controller',
    for: pods,
    keys({ type, object, old }) {
      if (type === 'deleted') since.delete(object.metadata.uid);
      const changed =
        object.metadata.generation !== old?.metadata.generation || object.spec.nodeName !== old?.spec.nodeName;
      return type !== 'deleted' && object.spec.nodeName && changed ? [keyOf(object)] : [];
    },
    watches: [onNode],
    indices: [podsByNode],
    concurrency: 8,
    async reconcile(context, key) {
      const { clock, informer, recorder } = context;
      const pod = informer(pods).get(key);
      const node = informer(nodes).get(pod?.spec.nodeName ?? '');
      if (!pod || !node || pod.metadata.deletionTimestamp || isPodTerminal(pod)) return;
      const { uid, namespace, name } = pod.metadata;
      const tolerated = toleratedFor(pod, node);
      if (tolerated === undefined) {
        if (since.delete(uid)) recorder.event(pod, 'Normal', reason, `Cancelling deletion of Pod ${namespace}/${name}`);
        return;
      }
      const now = clock.now();
      const began = since.get(uid) ?? now;
      since.set(uid, began);
      const left = began + tolerated - now;
      if (left > 0) return { after: left };
      await evict(context, pod);
    },
  });
}
