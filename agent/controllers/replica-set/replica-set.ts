/**
 * Keeps the number of a replica set's pods.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/replicaset/replica_set.go
 */

import { replicaSets } from '../../api/apps/replica-set.ts';
import { pods } from '../../api/core/pod.ts';
import { isNotFound } from '../../api/errors.ts';
import { controllerOf, ownerReference } from '../../api/owner.ts';
import { isPodActive } from '../../api/pods.ts';
import { selects } from '../../api/selectors.ts';
import type { Pod, ReplicaSet } from '../../api/types.ts';
import type { InformerChange } from '../../client/informer.ts';
import { keyOf } from '../../client/informer.ts';
import { createWorkQueue, gatherDelay } from '../../client/work-queue.ts';
import type { ControllerDeps } from '../shared/controller.ts';
import { withoutZeros } from '../shared/counts.ts';
import { byController, claim, controllerIndex } from '../shared/owners.ts';
import { nextAvailability, planReplicas, planStatus, podFromTemplate, replacementDelay, sameStatus } from './plan.ts';

const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * 1, 2, 4, ... calls at a time, stopping at the first failure: a quota or a broken template costs one attempt.
 * Resolves with what succeeded; `failure` is the first rejection.
 */
export async function slowStart<T>(count: number, call: () => Promise<T>): Promise<{ done: T[]; failure?: unknown }> {
  const done: T[] = [];
  for (let batch = 1; done.length < count; batch *= 2) {
    const size = Math.min(batch, count - done.length);
    const results = await Promise.allSettled(Array.from({ length: size }, call));
    for (const result of results) if (result.status === 'fulfilled') done.push(result.value);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) return { done, failure: failed.reason };
  }
  return { done };
}

type Failure = { reason: 'FailedCreate' | 'FailedDelete'; message: string; error: unknown };

export function startReplicaSetController(deps: ControllerDeps): void {
  const { client, informers, clock, log, signal } = deps;
  const recorder = deps.recorderFor('replicaset-controller');
  const setInformer = informers.for(replicaSets);
  const podInformer = informers.for(pods);
  podInformer.index(controllerIndex, byController);
  setInformer.index(controllerIndex, byController);
  setInformer.index('uid', (set) => [set.metadata.uid]);
  setInformer.index('namespace', (set) => [set.metadata.namespace ?? '']);

  const createPods = async (set: ReplicaSet, count: number): Promise<Failure | undefined> => {
    const draft = podFromTemplate(set, ownerReference(set));
    const { done, failure } = await slowStart(count, async () => {
      const pod = await client.resource(pods).create(draft, signal);
      recorder.event(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
      return pod;
    });
    await Promise.all(done.map((pod) => podInformer.caughtUp(pod, signal)));
    if (failure === undefined) return undefined;
    recorder.event(set, 'Warning', 'FailedCreate', `Error creating: ${errorMessage(failure)}`);
    return { reason: 'FailedCreate', message: errorMessage(failure), error: failure };
  };

  const deletePod = async (set: ReplicaSet, pod: Pod): Promise<void> => {
    const { name, namespace, uid } = pod.metadata;
    try {
      await client.resource(pods).delete(name, namespace, { preconditions: { uid } }, signal);
      recorder.event(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    await podInformer.seenDeleted(pod, signal);
  };

  const deletePods = async (set: ReplicaSet, doomed: readonly Pod[]): Promise<Failure | undefined> => {
    const results = await Promise.allSettled(doomed.map((pod) => deletePod(set, pod)));
    const failed = results.find((result) => result.status === 'rejected');
    if (!failed) return undefined;
    const message = errorMessage(failed.reason);
    recorder.event(set, 'Warning', 'FailedDelete', `Error deleting: ${message}`);
    return { reason: 'FailedDelete', message, error: failed.reason };
  };

  /** Active pods of all replica sets with the same controller, e.g. of one deployment. */
  const relatedPods = (set: ReplicaSet, own: readonly Pod[]): readonly Pod[] => {
    const controller = controllerOf(set);
    if (!controller) return own;
    const siblings = setInformer.byIndex(controllerIndex, controller.uid);
    return siblings.flatMap((each) => podInformer.byIndex(controllerIndex, each.metadata.uid)).filter(isPodActive);
  };

  const manage = async (set: ReplicaSet, owned: readonly Pod[]): Promise<Failure | undefined> => {
    if (set.metadata.deletionTimestamp) return undefined;
    const active = owned.filter(isPodActive);
    const plan = planReplicas(set.spec.replicas ?? 1, active, relatedPods(set, active), clock.now());
    if (plan.kind === 'create') {
      const wait = replacementDelay(owned, clock.now());
      if (wait === 0) return createPods(set, plan.count);
      queue.addAfter(keyOf(set), wait);
    }
    if (plan.kind === 'delete') return deletePods(set, plan.pods);
    return undefined;
  };

  const reconcile = async (key: string): Promise<void> => {
    const set = setInformer.get(key);
    if (!set) return;
    const owned = await claim({ client, informer: podInformer, kind: pods }, set, set.spec.selector, signal);
    const failure = await manage(set, owned);
    const now = clock.now();
    const current = podInformer.byIndex(controllerIndex, set.metadata.uid);
    const status = planStatus(set, current, now, failure && { reason: failure.reason, message: failure.message });
    if (!sameStatus(set.status, status)) {
      const counted = { ...set, status: withoutZeros(status, ['replicas']) };
      const written = await client.resource(replicaSets).updateStatus(counted, signal);
      await setInformer.caughtUp(written, signal);
    }
    if (failure) throw failure.error;
    const wait = nextAvailability(set, current, now);
    if (wait !== undefined) queue.addAfter(key, wait);
  };

  const queue = createWorkQueue({ name: 'replicaset', clock, log, signal, concurrency: 5, reconcile });

  const enqueueFor = (pod: Pod): void => {
    const controller = controllerOf(pod);
    if (controller) {
      for (const set of setInformer.byIndex('uid', controller.uid)) {
        queue.addAfter(keyOf(set), gatherDelay(set.status?.replicas ?? 0));
      }
      return;
    }
    for (const set of setInformer.byIndex('namespace', pod.metadata.namespace ?? '')) {
      if (selects(set.spec.selector, pod.metadata.labels)) queue.add(keyOf(set));
    }
  };
  const onPod = ({ object, old }: InformerChange<Pod>): void => {
    enqueueFor(object);
    if (old && controllerOf(old)?.uid !== controllerOf(object)?.uid) enqueueFor(old);
  };

  void Promise.all([setInformer.synced, podInformer.synced]).then(() => {
    setInformer.onChange(({ object }) => queue.add(keyOf(object)));
    podInformer.onChange(onPod);
    for (const set of setInformer.list()) queue.add(keyOf(set));
  });
}
