/**
 * The operations of a rollout: scale, create the new replica set, clean up old ones.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/deployment/sync.go
 */
import { replicaSets } from '../../api/apps/replica-set.ts';
import { pods } from '../../api/core/pod.ts';
import { isNotFound } from '../../api/errors.ts';
import { canonicalJson } from '../../api/hash.ts';
import { isPodTerminal } from '../../api/pods.ts';
import type { apps, Deployment, Pod, ReplicaSet } from '../../api/types.ts';
import type { Context } from '../shared/controller.ts';
import { controllerIndex } from '../shared/owners.ts';
import { createNewSet, refreshNewSet, sizeAnnotations, type Writer, writeSet } from './new-replica-set.ts';
import { planCleanup, planRolling, planScale, type Rollout, type Scaling } from './plan.ts';
import { replicasOf } from './replica-sets.ts';
import { conditionOf, countStatus, hasProgressDeadline, isComplete, rolloutStatus, withCondition } from './status.ts';

export type Step = Rollout & { status: apps.DeploymentStatus };

export const oldAndNew = (rollout: Rollout): ReplicaSet[] =>
  rollout.newSet ? [...rollout.oldSets, rollout.newSet] : [...rollout.oldSets];

/** The deployment with this condition Progressing. */
export function progressing(
  deployment: Deployment,
  status: string,
  reason: string,
  message: string,
  now: number,
): Deployment {
  const condition = { type: 'Progressing', status, reason, message };
  const conditions = withCondition(deployment.status?.conditions ?? [], condition, now);
  return { ...deployment, status: { ...deployment.status, conditions } };
}

/** Marks a paused rollout, so that it does not run into its deadline. Upstream's checkPausedConditions. */
export function withPauseCondition(deployment: Deployment, now: number): Deployment {
  const current = conditionOf(deployment.status, 'Progressing');
  if (!hasProgressDeadline(deployment) || current?.reason === 'ProgressDeadlineExceeded') return deployment;
  const wasPaused = current?.reason === 'DeploymentPaused';
  const { paused = false } = deployment.spec;
  if (paused && !wasPaused) return progressing(deployment, 'Unknown', 'DeploymentPaused', 'Deployment is paused', now);
  if (!paused && wasPaused)
    return progressing(deployment, 'Unknown', 'DeploymentResumed', 'Deployment is resumed', now);
  return deployment;
}

/** Each operation resolves with the rollout as it is after the writes. */
export function createSteps(context: Context) {
  const { client, clock, signal, recorder } = context;
  const informer = context.informer(replicaSets);
  const podInformer = context.informer(pods);
  const writer: Writer = { client, informer, signal };

  const scaleOne = async (deployment: Deployment, { set, replicas }: Scaling): Promise<ReplicaSet> => {
    const annotations = { ...set.metadata.annotations, ...sizeAnnotations(deployment) };
    const before = replicasOf(set);
    if (before === replicas && canonicalJson(annotations) === canonicalJson(set.metadata.annotations ?? {})) return set;
    const spec = { ...set.spec, replicas };
    const written = await writeSet(writer, { ...set, metadata: { ...set.metadata, annotations }, spec });
    if (before !== replicas) {
      const message = `Scaled ${replicas > before ? 'up' : 'down'} replica set ${set.metadata.name} from ${before} to ${replicas}`;
      recorder.event(deployment, 'Normal', 'ScalingReplicaSet', message);
    }
    return written;
  };

  const scale = async (rollout: Rollout, plan: readonly Scaling[]): Promise<Rollout> => {
    const written = await Promise.all(plan.map((each) => scaleOne(rollout.deployment, each)));
    const latest = new Map(written.map((set) => [set.metadata.uid, set]));
    const current = (set: ReplicaSet) => latest.get(set.metadata.uid) ?? set;
    return { ...rollout, newSet: rollout.newSet && current(rollout.newSet), oldSets: rollout.oldSets.map(current) };
  };

  const create = async (rollout: Rollout): Promise<Rollout & { newSet: ReplicaSet }> => {
    const { deployment } = rollout;
    const newSet = await createNewSet(writer, rollout);
    const { name } = newSet.metadata;
    if (replicasOf(newSet) > 0) {
      const message = `Scaled up replica set ${name} from 0 to ${replicasOf(newSet)}`;
      recorder.event(deployment, 'Normal', 'ScalingReplicaSet', message);
    }
    const message = `Created new replica set "${name}"`;
    const marked = progressing(deployment, 'True', 'NewReplicaSetCreated', message, clock.now());
    return { ...rollout, newSet, deployment: hasProgressDeadline(deployment) ? marked : deployment };
  };

  const refresh = async (rollout: Rollout & { newSet: ReplicaSet }): Promise<Rollout & { newSet: ReplicaSet }> => {
    const newSet = await refreshNewSet(writer, rollout);
    const { deployment } = rollout;
    if (!hasProgressDeadline(deployment) || conditionOf(deployment.status, 'Progressing'))
      return { ...rollout, newSet };
    const message = `Found new replica set "${newSet.metadata.name}"`;
    return {
      ...rollout,
      newSet,
      deployment: progressing(deployment, 'True', 'FoundNewReplicaSet', message, clock.now()),
    };
  };

  const withNewSet = (rollout: Rollout): Promise<Rollout & { newSet: ReplicaSet }> =>
    rollout.newSet ? refresh({ ...rollout, newSet: rollout.newSet }) : create(rollout);

  const cleanUp = async (rollout: Rollout): Promise<void> => {
    for (const set of planCleanup(rollout.deployment, rollout.oldSets)) {
      const { name, namespace, uid } = set.metadata;
      try {
        await client.resource(replicaSets).delete(name, namespace, { preconditions: { uid } }, signal);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
  };

  const finish = async (rollout: Rollout): Promise<Step> => {
    const status = rolloutStatus(rollout.deployment, oldAndNew(rollout), rollout.newSet, clock.now());
    if (isComplete(rollout.deployment, status)) await cleanUp(rollout);
    return { ...rollout, status };
  };

  const isRunning = (pod: Pod): boolean => !isPodTerminal(pod);
  const podsOf = (set: ReplicaSet): Pod[] => podInformer.byIndex(controllerIndex, set.metadata.uid);

  return {
    async rolling(rollout: Rollout): Promise<Step> {
      const ready = await withNewSet(rollout);
      return finish(await scale(ready, planRolling(ready)));
    },
    /** Deletes all old pods before it creates the first new one. */
    async recreate(rollout: Rollout): Promise<Step> {
      const running = rollout.oldSets.filter((set) => replicasOf(set) > 0);
      if (running.length > 0)
        return finish(
          await scale(
            rollout,
            running.map((set) => ({ set, replicas: 0 })),
          ),
        );
      if (rollout.oldSets.some((set) => podsOf(set).some(isRunning))) return finish(rollout);
      const ready = await withNewSet(rollout);
      const replicas = replicasOf(ready.deployment);
      return finish(await scale(ready, [{ set: ready.newSet, replicas }]));
    },
    /** Changes only the size, and cleans up the history while paused. */
    async resize(rollout: Rollout): Promise<Step> {
      const { newSet } = rollout;
      const current = newSet ? await refresh({ ...rollout, newSet }) : rollout;
      const scaled = await scale(current, planScale(current));
      if (scaled.deployment.spec.paused) await cleanUp(scaled);
      return { ...scaled, status: countStatus(scaled.deployment, oldAndNew(scaled), scaled.newSet, clock.now()) };
    },
  };
}
