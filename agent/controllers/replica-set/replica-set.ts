/**
 * Maintains the number of a replica set's pods.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/replicaset/replica_set.go
 */
import { replicaSets } from '../../api/apps/replica-set.ts';
import { pods } from '../../api/core/pod.ts';
import { controllerOf, ownerReference } from '../../api/owner.ts';
import { isPodActive } from '../../api/pods.ts';
import type { Pod, ReplicaSet } from '../../api/types.ts';
import { gatherDelay } from '../../client/work-queue.ts';
import { type Context, index } from '../shared/controller.ts';
import { withoutZeros } from '../shared/counts.ts';
import { type Failure, manageOwned } from '../shared/manage-owned.ts';
import { byController, controllerIndex } from '../shared/owners.ts';
import { defineController } from '../shared/runtime.ts';
import { nextAvailability, planReplicas, planStatus, podFromTemplate, replacementDelay, sameStatus } from './plan.ts';

/** The active pods of all replica sets with the same controller, e.g. of one deployment. */
function relatedPods({ informer }: Context, set: ReplicaSet, own: readonly Pod[]): readonly Pod[] {
  const controller = controllerOf(set);
  if (!controller) return own;
  const siblings = informer(replicaSets).byIndex(controllerIndex, controller.uid);
  return siblings.flatMap(({ metadata }) => informer(pods).byIndex(controllerIndex, metadata.uid)).filter(isPodActive);
}

/** `wait`: milliseconds until failed pods may be replaced. */
interface Scaled {
  failure?: Failure;
  wait?: number;
}

async function scale(context: Context, set: ReplicaSet, owned: readonly Pod[]): Promise<Scaled> {
  if (set.metadata.deletionTimestamp) return {};
  const managed = manageOwned(context, replicaSets, pods);
  const now = context.clock.now();
  const active = owned.filter(isPodActive);
  const plan = planReplicas(set.spec.replicas ?? 1, active, relatedPods(context, set, active), now);
  if (plan.kind === 'none') return {};
  if (plan.kind === 'delete') return { failure: await managed.remove(set, plan.pods) };
  const wait = replacementDelay(owned, now);
  if (wait > 0) return { wait };
  const draft = podFromTemplate(set, ownerReference(set));
  return {
    failure: await managed.create(
      set,
      Array.from({ length: plan.count }, () => draft),
    ),
  };
}

async function writeStatus({ client, informer, signal }: Context, set: ReplicaSet, status: ReplicaSet['status']) {
  if (!status || sameStatus(set.status, status)) return;
  const counted = { ...set, status: withoutZeros(status, ['replicas', 'terminatingReplicas']) };
  await informer(replicaSets).caughtUp(await client.resource(replicaSets).updateStatus(counted, signal), signal);
}

export const replicaSet = defineController({
  name: 'replicaset',
  account: 'replicaset-controller',
  component: 'replicaset-controller',
  for: replicaSets,
  owns: [
    {
      kind: pods,
      selectorOf: ({ spec }) => spec.selector,
      delay: ({ status }) => gatherDelay(status?.replicas ?? 0),
    },
  ],
  indices: [index(replicaSets, controllerIndex, byController)],
  async reconcile(context, key) {
    const set = context.informer(replicaSets).get(key);
    if (!set) return;
    const managed = manageOwned(context, replicaSets, pods);
    const { failure, wait } = await scale(context, set, await managed.claim(set, set.spec.selector));
    const now = context.clock.now();
    const owned = managed.of(set);
    await writeStatus(context, set, planStatus(set, owned, now, failure));
    if (failure) throw failure.error;
    const waits = [wait, nextAvailability(set, owned, now)].filter((each) => each !== undefined);
    return waits.length > 0 ? { after: Math.min(...waits) } : undefined;
  },
});
