/**
 * Maintains a number of pods. Replica sets and replication controllers differ in the form of selector and status only,
 * so each declares how it reads as a replica set. Upstream's replication controller is the same adapter.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/replication/conversion.go
 */
import { pods } from '../../api/core/pod.ts';
import type { Kind } from '../../api/kind.ts';
import { controllerOf } from '../../api/owner.ts';
import { isPodActive } from '../../api/pods.ts';
import type { apps, KubeObject, Pod, ReplicaSet } from '../../api/types.ts';
import { gatherDelay } from '../../client/work-queue.ts';
import { type Context, index } from '../shared/controller.ts';
import { withoutZeros } from '../shared/counts.ts';
import { type Failure, manageOwned } from '../shared/manage-owned.ts';
import { byController, controllerIndex } from '../shared/owners.ts';
import { podFromTemplate } from '../shared/pod-from-template.ts';
import { nextAvailability } from '../shared/pods.ts';
import { type Controller, defineController } from '../shared/runtime.ts';
import { planReplicas, planStatus, replacementDelay, sameStatus } from './plan.ts';

export interface Replicated<T extends KubeObject> {
  kind: Kind<T>;
  /** Upstream's name of the queue. */
  name: string;
  account: string;
  component: string;
  /** The object as a replica set, with its own `apiVersion` and `kind`. */
  asReplicaSet(object: T): ReplicaSet;
  withStatus(object: T, status: apps.ReplicaSetStatus): T;
}

/** An object of the declared kind, and the same one as a replica set. */
interface Subject<T extends KubeObject> {
  object: T;
  set: ReplicaSet;
}

/** The active pods of all objects of the kind with the same controller, e.g. of one deployment. */
function relatedPods<T extends KubeObject>(
  { informer }: Context,
  kind: Kind<T>,
  object: T,
  own: readonly Pod[],
): readonly Pod[] {
  const controller = controllerOf(object);
  if (!controller) return own;
  const siblings = informer(kind).byIndex(controllerIndex, controller.uid);
  return siblings.flatMap(({ metadata }) => informer(pods).byIndex(controllerIndex, metadata.uid)).filter(isPodActive);
}

/** `wait`: milliseconds until failed pods may be replaced. */
interface Scaled {
  failure?: Failure | undefined;
  wait?: number;
}

async function scale<T extends KubeObject>(
  context: Context,
  { kind }: Replicated<T>,
  { object, set }: Subject<T>,
  owned: readonly Pod[],
): Promise<Scaled> {
  if (object.metadata.deletionTimestamp) return {};
  const managed = manageOwned(context, kind, pods);
  const now = context.clock.now();
  const active = owned.filter(isPodActive);
  const plan = planReplicas(set.spec.replicas ?? 1, active, relatedPods(context, kind, object, active), now);
  if (plan.kind === 'none') return {};
  if (plan.kind === 'delete') return { failure: await managed.remove(object, plan.pods) };
  const wait = replacementDelay(owned, now);
  if (wait > 0) return { wait };
  const draft = podFromTemplate(object, set.spec.template);
  const drafts = Array.from({ length: plan.count }, () => draft);
  return { failure: await managed.create(object, drafts) };
}

/** Counts of zero are left out, except those that are always present. A status without the last one stays so. */
const alwaysCounted = ['replicas', 'terminatingReplicas'] as const;

async function writeStatus<T extends KubeObject>(
  { client, informer, signal }: Context,
  { kind, asReplicaSet, withStatus }: Replicated<T>,
  { object, set }: Subject<T>,
  status: apps.ReplicaSetStatus,
) {
  const changed = withStatus(object, withoutZeros(status, alwaysCounted));
  const next = asReplicaSet(changed).status;
  if (next && sameStatus(set.status, next)) return;
  await informer(kind).caughtUp(await client.resource(kind).updateStatus(changed, signal), signal);
}

export function defineReplicaController<T extends KubeObject>(declared: Replicated<T>): Controller {
  const { kind, name, account, component, asReplicaSet } = declared;
  return defineController({
    name,
    account,
    component,
    for: kind,
    owns: [
      {
        kind: pods,
        selectorOf: (object) => asReplicaSet(object).spec.selector,
        delay: (object) => gatherDelay(asReplicaSet(object).status?.replicas ?? 0),
      },
    ],
    indices: [index(kind, controllerIndex, byController)],
    async reconcile(context, key) {
      const object = context.informer(kind).get(key);
      if (!object) return;
      const subject = { object, set: asReplicaSet(object) };
      const managed = manageOwned(context, kind, pods);
      const claimed = await managed.claim(object, subject.set.spec.selector);
      const { failure, wait } = await scale(context, declared, subject, claimed);
      const now = context.clock.now();
      const owned = managed.of(object);
      await writeStatus(context, declared, subject, planStatus(subject.set, owned, now, failure));
      if (failure) throw failure.error;
      const { minReadySeconds = 0 } = subject.set.spec;
      const waits = [wait, nextAvailability(owned, minReadySeconds, now)].filter((each) => each !== undefined);
      return waits.length > 0 ? { after: Math.min(...waits) } : undefined;
    },
  });
}
