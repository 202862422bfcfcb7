/**
 * Notices nodes that have fallen silent, and tells the scheduler (taints) and the services (pods not ready).
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/nodelifecycle/node_lifecycle_controller.go
 */
import { findCondition, isConditionTrue, withCondition } from '../../api/conditions.ts';
import { leases } from '../../api/coordination/lease.ts';
import { nodes } from '../../api/core/node.ts';
import { pods } from '../../api/core/pod.ts';
import { isNotFound } from '../../api/errors.ts';
import { isPodReady } from '../../api/pods.ts';
import type { Node, Pod } from '../../api/types.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import { timestamp } from '../../clock.ts';
import type { ControllerDeps } from '../shared/controller.ts';
import { gracePeriod, planTaints, unknownConditions } from './plan.ts';
import { nodeNameIndex, startTaintEviction } from './taint-eviction.ts';

const leaseNamespace = 'kube-node-lease';
/** A check that comes this much too late means that the machine was asleep: nobody could have renewed. Milliseconds. */
const asleep = 10_000;

const heartbeat = (node: Node): string | undefined =>
  findCondition(node.status?.conditions, 'Ready')?.lastHeartbeatTime;

/** When we last heard of each node, by our own clock. */
function createHeard(deps: ControllerDeps) {
  const heard = new Map<string, number>();
  const due = new Map<string, number>();
  const { clock } = deps;
  const note = (name: string): void => {
    heard.set(name, clock.now());
  };
  return {
    note,
    forget: (name: string): void => {
      heard.delete(name);
      due.delete(name);
    },
    /** Milliseconds until the node counts as silent; not above zero where it does now. */
    left(name: string): number {
      const now = clock.now();
      const expected = due.get(name);
      if (!heard.has(name) || (expected !== undefined && now - expected > asleep)) note(name);
      const left = (heard.get(name) ?? now) + gracePeriod - now;
      if (left > 0) due.set(name, now + left);
      else due.delete(name);
      return left;
    },
  };
}

export function startNodeLifecycleController(deps: ControllerDeps): void {
  const { client, informers, clock, log, signal } = deps;
  const recorder = deps.recorderFor('node-controller');
  const nodeInformer = informers.for(nodes);
  const leaseInformer = informers.for(leases);
  const podInformer = informers.for(pods);
  podInformer.index(nodeNameIndex, ({ spec }) => (spec.nodeName ? [spec.nodeName] : []));
  const resource = client.resource(nodes);
  const heard = createHeard(deps);

  const markPod = async (pod: Pod): Promise<void> => {
    const known = findCondition(pod.status?.conditions, 'Ready');
    if (!known) return;
    const ready = { ...known, status: 'False', lastTransitionTime: timestamp(clock.now()) };
    const conditions = withCondition(pod.status?.conditions, ready);
    try {
      await client.resource(pods).updateStatus({ ...pod, status: { ...pod.status, conditions } }, signal);
      recorder.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  };

  const markSilent = async (node: Node): Promise<Node> => {
    const conditions = unknownConditions(node, timestamp(clock.now()));
    if (conditions === node.status?.conditions) return node;
    return resource.updateStatus({ ...node, status: { ...node.status, conditions } }, signal);
  };

  const applyTaints = async (node: Node): Promise<void> => {
    const taints = planTaints(node, timestamp(clock.now()));
    if (!taints) return;
    const { name, resourceVersion } = node.metadata;
    const patch = { metadata: { resourceVersion }, spec: { taints: taints.length > 0 ? taints : null } };
    const written = await resource.patch(name, undefined, 'application/merge-patch+json', patch, {}, signal);
    await nodeInformer.caughtUp(written, signal);
  };

  const reconcile = async (name: string): Promise<void> => {
    const stored = nodeInformer.get(name);
    if (!stored) {
      heard.forget(name);
      return;
    }
    const left = heard.left(name);
    const node = left > 0 ? stored : await markSilent(stored);
    await applyTaints(node);
    if (left > 0) queue.addAfter(name, left);
    if (isConditionTrue(node.status?.conditions, 'Ready')) return;
    await Promise.all(podInformer.byIndex(nodeNameIndex, name).filter(isPodReady).map(markPod));
  };
  const queue = createWorkQueue({ name: 'node', clock, log, signal, concurrency: 5, reconcile });

  const tell = (node: Node, reason: string, message: string): void =>
    recorder.event(node, 'Normal', reason, `Node ${node.metadata.name} ${message}`);

  void Promise.all([nodeInformer.synced, leaseInformer.synced, podInformer.synced]).then(() => {
    nodeInformer.onChange(({ type, object, old }) => {
      const { name } = object.metadata;
      const ready = (node: Node | undefined) => isConditionTrue(node?.status?.conditions, 'Ready');
      if (type === 'added') tell(object, 'RegisteredNode', `event: Registered Node ${name} in Controller`);
      if (type === 'deleted') tell(object, 'RemovingNode', `event: Removing Node ${name} from Controller`);
      if (old && ready(old) && !ready(object)) tell(object, 'NodeNotReady', 'status is now: NodeNotReady');
      if (type !== 'deleted' && heartbeat(object) !== (old && heartbeat(old))) heard.note(name);
      queue.add(name);
    });
    leaseInformer.onChange(({ type, object }) => {
      if (type !== 'deleted' && object.metadata.namespace === leaseNamespace) heard.note(object.metadata.name);
    });
    for (const node of nodeInformer.list()) {
      tell(node, 'RegisteredNode', `event: Registered Node ${node.metadata.name} in Controller`);
      queue.add(node.metadata.name);
    }
    startTaintEviction(deps);
  });
}
