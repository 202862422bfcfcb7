/**
 * Rolls replica sets until a deployment's template runs. Each reconcile takes one step; its writes trigger the next.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/deployment/deployment_controller.go
 */
import { deployments } from '../../api/apps/deployment.ts';
import { replicaSets } from '../../api/apps/replica-set.ts';
import { pods } from '../../api/core/pod.ts';
import { controllerOf } from '../../api/owner.ts';
import type { apps, Deployment, ReplicaSet } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import { byUid, type Context, index, uidIndex, watch } from '../shared/controller.ts';
import { manageOwned } from '../shared/manage-owned.ts';
import { byController, controllerIndex } from '../shared/owners.ts';
import { defineController } from '../shared/runtime.ts';
import { HashCollision, ReplicaSetCreateError } from './new-replica-set.ts';
import { isScalingEvent, type Rollout } from './plan.ts';
import { findNew, revisionAnnotation, revisionOf } from './replica-sets.ts';
import { countedStatus, countStatus, hasProgressDeadline, progressDeadline, sameStatus } from './status.ts';
import { createSteps, oldAndNew, progressing, type Step, withPauseCondition } from './steps.ts';

/**
 * Sets the revision that `kubectl rollout history` and `undo` read from the deployment. Returns the same object if it
 * is already set.
 */
function withRevision(deployment: Deployment, newSet: ReplicaSet | undefined): Deployment {
  const revision = newSet && revisionOf(newSet);
  if (!revision || revision === revisionOf(deployment)) return deployment;
  const { metadata } = deployment;
  const annotations = { ...metadata.annotations, [revisionAnnotation]: String(revision) };
  return { ...deployment, metadata: { ...metadata, annotations } };
}

/**
 * Writes status and revision together to `status`, because an annotation written to the deployment itself would raise
 * its generation. `present` is the object in the cache.
 */
async function writeStatus(
  { client, informer, signal }: Context,
  present: Deployment,
  revised: Deployment,
  status: apps.DeploymentStatus,
): Promise<void> {
  if (revised === present && sameStatus(present.status, status)) return;
  const counted = { ...revised, status: countedStatus(status) };
  const written = await client.resource(deployments).updateStatus(counted, signal);
  await informer(deployments).caughtUp(written, signal);
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

/** Writes what the status tells about the failure, and rejects with it. */
async function recordFailure(context: Context, deployment: Deployment, error: unknown): Promise<never> {
  const { status } = deployment;
  if (error instanceof HashCollision) {
    const collisionCount = (status?.collisionCount ?? 0) + 1;
    await writeStatus(context, deployment, deployment, { ...status, collisionCount });
  }
  if (error instanceof ReplicaSetCreateError) {
    const { name: reason, message } = error;
    context.recorder.event(deployment, 'Warning', reason, message);
    const failed = progressing(deployment, 'False', reason, message, context.clock.now());
    if (hasProgressDeadline(deployment)) await writeStatus(context, deployment, deployment, { ...failed.status });
  }
  throw error;
}

/** `Recreate` waits until the last old pod is gone. */
const onPod = watch(pods, function* ({ type, object }, { informer }) {
  if (type !== 'deleted') return;
  for (const set of informer(replicaSets).byIndex(uidIndex, controllerOf(object)?.uid ?? '')) {
    for (const owner of informer(deployments).byIndex(uidIndex, controllerOf(set)?.uid ?? '')) yield keyOf(owner);
  }
});

export const deployment = defineController({
  name: 'deployment',
  account: 'deployment-controller',
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
      recordFailure(context, stored, error),
    );
    await writeStatus(context, stored, withRevision(stored, step.newSet), step.status);
    const deadline = progressDeadline(current, step.status);
    return deadline === undefined ? undefined : { after: deadline - clock.now() + 1000 };
  },
});
