/**
 * Rolls replica sets so that a deployment's template runs. One reconcile is one step; its writes bring the next.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/deployment/deployment_controller.go
 */
import { deployments } from '../../api/apps/deployment.ts';
import { replicaSets } from '../../api/apps/replica-set.ts';
import { pods } from '../../api/core/pod.ts';
import { controllerOf } from '../../api/owner.ts';
import { selects } from '../../api/selectors.ts';
import type { apps, Deployment, ReplicaSet } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import type { ControllerDeps } from '../shared/controller.ts';
import { withoutZeros } from '../shared/counts.ts';
import { byController, claim, controllerIndex } from '../shared/owners.ts';
import { HashCollision } from './new-replica-set.ts';
import { isScalingEvent, type Rollout } from './plan.ts';
import { findNew, revisionAnnotation, revisionOf } from './replica-sets.ts';
import { countStatus, progressDeadline, sameStatus } from './status.ts';
import { createSteps, oldAndNew, type Step, withPauseCondition } from './steps.ts';

export function startDeploymentController(deps: ControllerDeps): void {
  const { client, informers, clock, log, signal } = deps;
  const deploymentInformer = informers.for(deployments);
  const setInformer = informers.for(replicaSets);
  const podInformer = informers.for(pods);
  setInformer.index(controllerIndex, byController);
  podInformer.index(controllerIndex, byController);
  deploymentInformer.index('uid', (deployment) => [deployment.metadata.uid]);
  deploymentInformer.index('namespace', (deployment) => [deployment.metadata.namespace ?? '']);
  const resource = client.resource(deployments);
  const steps = createSteps(deps);

  const writeStatus = async (deployment: Deployment, status: apps.DeploymentStatus): Promise<void> => {
    if (sameStatus(deployment.status, status)) return;
    const written = await resource.updateStatus({ ...deployment, status: withoutZeros(status) }, signal);
    await deploymentInformer.caughtUp(written, signal);
  };

  /** `kubectl rollout history` and `undo` read the revision off the deployment. */
  const writeRevision = async (deployment: Deployment, newSet: ReplicaSet | undefined): Promise<Deployment> => {
    const revision = newSet && revisionOf(newSet);
    if (!revision || revision === revisionOf(deployment)) return deployment;
    const { name, namespace } = deployment.metadata;
    const patch = { metadata: { annotations: { [revisionAnnotation]: String(revision) } } };
    return resource.patch(name, namespace, 'application/merge-patch+json', patch, {}, signal);
  };

  const stepFor = async (rollout: Rollout): Promise<Step> => {
    const { deployment } = rollout;
    if (deployment.metadata.deletionTimestamp) {
      return { ...rollout, status: countStatus(deployment, oldAndNew(rollout), rollout.newSet, clock.now()) };
    }
    if (deployment.spec.paused || isScalingEvent(rollout)) return steps.resize(rollout);
    return deployment.spec.strategy?.type === 'Recreate' ? steps.recreate(rollout) : steps.rolling(rollout);
  };

  const countCollision = async (deployment: Deployment, error: unknown): Promise<never> => {
    if (error instanceof HashCollision) {
      const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
      await writeStatus(deployment, { ...deployment.status, collisionCount });
    }
    throw error;
  };

  const reconcile = async (key: string): Promise<void> => {
    const stored = deploymentInformer.get(key);
    if (!stored) return;
    const sets = await claim(
      { client, informer: setInformer, kind: replicaSets },
      stored,
      stored.spec.selector,
      signal,
    );
    const deployment = withPauseCondition(stored, clock.now());
    const newSet = findNew(deployment, sets);
    const oldSets = sets.filter((set) => set !== newSet);
    const step = await stepFor({ deployment, newSet, oldSets }).catch((error) => countCollision(stored, error));
    const revised = await writeRevision(stored, step.newSet);
    await writeStatus(revised, step.status);
    const deadline = progressDeadline(deployment, step.status);
    if (deadline !== undefined) queue.addAfter(key, deadline - clock.now() + 1000);
  };

  const queue = createWorkQueue({ name: 'deployment', clock, log, signal, concurrency: 5, reconcile });

  const enqueueOwner = (set: ReplicaSet): void => {
    const controller = controllerOf(set);
    const owners = controller
      ? deploymentInformer.byIndex('uid', controller.uid)
      : deploymentInformer
          .byIndex('namespace', set.metadata.namespace ?? '')
          .filter(({ spec }) => selects(spec.selector, set.metadata.labels));
    for (const deployment of owners) queue.add(keyOf(deployment));
  };
  setInformer.index('uid', (set) => [set.metadata.uid]);

  void Promise.all([deploymentInformer.synced, setInformer.synced, podInformer.synced]).then(() => {
    deploymentInformer.onChange(({ object }) => queue.add(keyOf(object)));
    setInformer.onChange(({ object, old }) => {
      enqueueOwner(object);
      if (old && controllerOf(old)?.uid !== controllerOf(object)?.uid) enqueueOwner(old);
    });
    podInformer.onChange(({ type, object }) => {
      // Recreate waits for the last old pod to go.
      if (type !== 'deleted') return;
      for (const set of setInformer.byIndex('uid', controllerOf(object)?.uid ?? '')) enqueueOwner(set);
    });
    for (const deployment of deploymentInformer.list()) queue.add(keyOf(deployment));
  });
}
