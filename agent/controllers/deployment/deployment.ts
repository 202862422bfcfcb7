/**
 * Rolls replica sets so that a deployment's template runs. One reconcile is one step; its writes bring the next.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/deployment/deployment_controller.go
 */
import { deployments } from '../../api/apps/deployment.ts';
import { replicaSets } from '../../api/apps/replica-set.ts';
import { pods } from '../../api/core/pod.ts';
import { controllerOf } from '../../api/owner.ts';
import type { apps, Deployment, ReplicaSet } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import { byUid, type Context, index, uidIndex, watch } from '../shared/controller.ts';
import { withoutZeros } from '../shared/counts.ts';
import { manageOwned } from '../shared/manage-owned.ts';
import { byController, controllerIndex } from '../shared/owners.ts';
import { defineController } from '../shared/runtime.ts';
import { HashCollision } from './new-replica-set.ts';
import { isScalingEvent, type Rollout } from './plan.ts';
import { findNew, revisionAnnotation, revisionOf } from './replica-sets.ts';
import { countStatus, progressDeadline, sameStatus } from './status.ts';
import { createSteps, oldAndNew, type Step, withPauseCondition } from './steps.ts';

async function writeStatus(context: Context, deployment: Deployment, status: apps.DeploymentStatus): Promise<void> {
  if (sameStatus(deployment.status, status)) return;
  const counted = { ...deployment, status: withoutZeros(status) };
  const written = await context.client.resource(deployments).updateStatus(counted, context.signal);
  await context.informer(deployments).caughtUp(written, context.signal);
}

/** `kubectl rollout history` and `undo` read the revision off the deployment. */
async function writeRevision({ client, signal }: Context, deployment: Deployment, newSet: ReplicaSet | undefined) {
  const revision = newSet && revisionOf(newSet);
  if (!revision || revision === revisionOf(deployment)) return deployment;
  const { name, namespace } = deployment.metadata;
  const patch = { metadata: { annotations: { [revisionAnnotation]: String(revision) } } };
  return client.resource(deployments).patch(name, namespace, 'application/merge-patch+json', patch, {}, signal);
}

async function takeStep(context: Context, rollout: Rollout): Promise<Step> {
  const { deployment } = rollout;
  if (deployment.metadata.deletionTimestamp) {
    return { ...rollout, status: countStatus(deployment, oldAndNew(rollout), rollout.newSet, context.clock.now()) };
  }
  const steps = createSteps(context);
  if (deployment.spec.paused || isScalingEvent(rollout)) return steps.resize(rollout);
  return deployment.spec.strategy?.type === 'Recreate' ? steps.recreate(rollout) : steps.rolling(rollout);
}

async function countCollision(context: Context, deployment: Deployment, error: unknown): Promise<never> {
  if (error instanceof HashCollision) {
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    await writeStatus(context, deployment, { ...deployment.status, collisionCount });
  }
  throw error;
}

/** `Recreate` waits for the last old pod to go. */
const onPod = watch(pods, function* ({ type, object }, { informer }) {
  if (type !== 'deleted') return;
  for (const set of informer(replicaSets).byIndex(uidIndex, controllerOf(object)?.uid ?? '')) {
    for (const owner of informer(deployments).byIndex(uidIndex, controllerOf(set)?.uid ?? '')) yield keyOf(owner);
  }
});

export const deployment = defineController({
  name: 'deployment',
  component: 'deployment-controller',
  for: deployments,
  owns: [{ kind: replicaSets, selectorOf: ({ spec }) => spec.selector }],
  watches: [onPod],
  indices: [byUid(replicaSets), index(pods, controllerIndex, byController)],
  async reconcile(context, key) {
    const stored = context.informer(deployments).get(key);
    if (!stored) return;
    const { clock } = context;
    const sets = await manageOwned(context, deployments, replicaSets).claim(stored, stored.spec.selector);
    const current = withPauseCondition(stored, clock.now());
    const newSet = findNew(current, sets);
    const oldSets = sets.filter((set) => set !== newSet);
    const step = await takeStep(context, { deployment: current, newSet, oldSets }).catch((error: unknown) =>
      countCollision(context, stored, error),
    );
    const revised = await writeRevision(context, stored, step.newSet);
    await writeStatus(context, revised, step.status);
    const deadline = progressDeadline(current, step.status);
    return deadline === undefined ? undefined : { after: deadline - clock.now() + 1000 };
  },
});
