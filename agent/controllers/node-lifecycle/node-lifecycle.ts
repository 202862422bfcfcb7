/**
 * Detects silent nodes and informs the scheduler (by taints) and the services (by pods that are not ready).
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/nodelifecycle/node_lifecycle_controller.go
 */

import { findCondition, isConditionTrue, withCondition } from '../../api/conditions.ts';
import { leases } from '../../api/coordination/lease.ts';
import { nodes } from '../../api/core/node.ts';
import { pods } from '../../api/core/pod.ts';
import { isNotFound } from '../../api/errors.ts';
import { mediaType } from '../../api/media-types.ts';
import { isPodReady } from '../../api/pods.ts';
import type { Node, Pod } from '../../api/types.ts';
import type { InformerChange } from '../../client/informer.ts';
import { timestamp } from '../../clock.ts';
import { type Context, watch } from '../shared/controller.ts';
import { type Controller, defineController } from '../shared/runtime.ts';
import { createHeartbeats } from './heartbeats.ts';
import { planTaints, unknownConditions } from './plan.ts';
import { nodeNameIndex, podsByNode } from './taint-eviction.ts';

const leaseNamespace = 'kube-node-lease';

const heartbeat = (node: Node): string | undefined =>
  findCondition(node.status?.conditions, 'Ready')?.lastHeartbeatTime;
const isReady = (node: Node): boolean => isConditionTrue(node.status?.conditions, 'Ready');

async function markPod({ client, clock, recorder, signal }: Context, pod: Pod): Promise<void> {
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
}

async function markSilent({ client, clock, signal }: Context, node: Node): Promise<Node> {
  const conditions = unknownConditions(node, timestamp(clock.now()));
  if (conditions === node.status?.conditions) return node;
  return client.resource(nodes).updateStatus({ ...node, status: { ...node.status, conditions } }, signal);
}

async function applyTaints({ client, clock, informer, signal }: Context, node: Node): Promise<void> {
  const taints = planTaints(node, timestamp(clock.now()));
  if (!taints) return;
  const { name, resourceVersion } = node.metadata;
  const patch = { metadata: { resourceVersion }, spec: { taints: taints.length > 0 ? taints : null } };
  const written = await client.resource(nodes).patch(name, undefined, mediaType.mergePatch, patch, {}, signal);
  await informer(nodes).caughtUp(written, signal);
}

function recordChange({ recorder }: Context, { type, object, old }: InformerChange<Node>): void {
  const { name } = object.metadata;
  const record = (reason: string, message: string) =>
    recorder.event(object, 'Normal', reason, `Node ${name} ${message}`);
  if (type === 'added') record('RegisteredNode', `event: Registered Node ${name} in Controller`);
  if (type === 'deleted') record('RemovingNode', `event: Removing Node ${name} from Controller`);
  if (old && isReady(old) && !isReady(object)) record('NodeNotReady', 'status is now: NodeNotReady');
}

export function nodeLifecycle(): Controller {
  const heartbeats = createHeartbeats();
  return defineController({
    name: 'node_lifecycle_controller',
    account: 'node-controller',
    component: 'node-controller',
    for: nodes,
    keys(change, context) {
      const { type, object, old } = change;
      recordChange(context, change);
      const { name } = object.metadata;
      if (type !== 'deleted' && heartbeat(object) !== (old && heartbeat(old)))
        heartbeats.record(name, context.clock.now());
      return [name];
    },
    watches: [
      watch(leases, ({ type, object: { metadata } }, { clock }) => {
        if (type !== 'deleted' && metadata.namespace === leaseNamespace) heartbeats.record(metadata.name, clock.now());
        return [];
      }),
    ],
    reads: [pods],
    indices: [podsByNode],
    async reconcile(context, name) {
      const { clock, informer } = context;
      const stored = informer(nodes).get(name);
      if (!stored) {
        heartbeats.forget(name);
        return;
      }
      const left = heartbeats.timeLeft(name, clock.now());
      const node = left > 0 ? stored : await markSilent(context, stored);
      await applyTaints(context, node);
      if (!isReady(node)) {
        const ready = informer(pods).byIndex(nodeNameIndex, name).filter(isPodReady);
        await Promise.all(ready.map((pod) => markPod(context, pod)));
      }
      return left > 0 ? { after: left } : undefined;
    },
  });
}
