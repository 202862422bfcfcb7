/**
 * Keeps the pods of a stateful set, each with its name and its claims.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/statefulset/stateful_set.go
 */
import { controllerRevisions } from '../../api/apps/controller-revision.ts';
import { statefulSets } from '../../api/apps/stateful-set.ts';
import { persistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts';
import { pods } from '../../api/core/pod.ts';
import type { ControllerRevision, Pod, StatefulSet } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import { gatherDelay } from '../../client/work-queue.ts';
import { type Context, index, namespaceIndex, watch } from '../shared/controller.ts';
import { type History, manageHistory, templateOf, templatePatch } from '../shared/history.ts';
import { manageOwned } from '../shared/manage-owned.ts';
import { byController, controllerIndex } from '../shared/owners.ts';
import { nextAvailability } from '../shared/pods.ts';
import { defineController } from '../shared/runtime.ts';
import { runActions } from './execute.ts';
import { claimKeys, ordinalOf, type Revision, revisionOf } from './identity.ts';
import { nextReplacement, planPods } from './plan.ts';
import { countedStatus, type Names, planStatus, sameStatus } from './status.ts';

const revision = (stored: ControllerRevision): Revision => ({
  name: stored.metadata.name,
  template: templateOf(stored),
});

interface Recorded {
  known: readonly ControllerRevision[];
  current: Revision;
  update: Revision;
  collisionCount: number;
}

/** Records the set's template. The current revision is that of the status; the first is both. */
async function recordRevisions(history: History<StatefulSet>, set: StatefulSet): Promise<Recorded> {
  const known = await history.claim(set, set.spec.selector);
  const { template } = set.spec;
  const snapshot = {
    data: templatePatch(template),
    labels: template.metadata?.labels ?? {},
    annotations: set.metadata.annotations ?? {},
    hashLabel: 'controller.kubernetes.io/hash',
  };
  const newest = await history.record(set, known, snapshot, set.status?.collisionCount ?? 0);
  const current = known.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? newest.revision;
  const { collisionCount } = newest;
  return { known, current: revision(current), update: revision(newest.revision), collisionCount };
}

async function writeStatus(context: Context, set: StatefulSet, owned: readonly Pod[], names: Names): Promise<void> {
  const { client, clock, informer, signal } = context;
  const status = countedStatus(set.status, planStatus(set, owned, names, clock.now()));
  if (sameStatus(set.status, status)) return;
  const written = await client.resource(statefulSets).updateStatus({ ...set, status }, signal);
  await informer(statefulSets).caughtUp(written, signal);
}

/** Resolves with the first failure of an action, after the status is written. */
async function sync(context: Context, set: StatefulSet): Promise<{ error: unknown } | undefined> {
  const managed = manageOwned(context, statefulSets, pods);
  const history = manageHistory(context, statefulSets);
  const owned = await managed.claim(set, set.spec.selector, (pod) => ordinalOf(set, pod) !== undefined);
  if (set.metadata.deletionTimestamp) {
    const { currentRevision = '', updateRevision = '', collisionCount = 0 } = set.status ?? {};
    await writeStatus(context, set, owned, { currentRevision, updateRevision, collisionCount });
    return undefined;
  }
  const { known, current, update, collisionCount } = await recordRevisions(history, set);
  const claims = context.informer(persistentVolumeClaims);
  const facts = { set, current, update, pods: owned, claim: claims.get, now: context.clock.now() };
  const failure = await runActions(context, set, planPods(facts));
  const names = { currentRevision: current.name, updateRevision: update.name, collisionCount };
  await writeStatus(context, set, managed.of(set), names);
  const live = new Set([current.name, update.name, ...owned.map(revisionOf)]);
  await history.truncate(known, live, set.spec.revisionHistoryLimit ?? 10);
  return failure;
}

/** A pod that could not be made before its old claim was gone is made once it is; a claim that is missed, as well. */
const onClaim = watch(persistentVolumeClaims, function* ({ type, object }, { informer }) {
  if (type !== 'deleted') return;
  const ordinal = Number(/\d{1,10}$/.exec(object.metadata.name)?.[0] ?? -1);
  for (const set of informer(statefulSets).byIndex(namespaceIndex, object.metadata.namespace ?? '')) {
    if (claimKeys(set, ordinal).includes(keyOf(object))) yield keyOf(set);
  }
});

export const statefulSet = defineController({
  name: 'statefulset',
  account: 'statefulset-controller',
  component: 'statefulset-controller',
  for: statefulSets,
  owns: [
    {
      kind: pods,
      selectorOf: ({ spec }) => spec.selector,
      delay: ({ status }) => gatherDelay(status?.replicas ?? 0),
    },
  ],
  watches: [onClaim],
  reads: [controllerRevisions],
  indices: [index(controllerRevisions, controllerIndex, byController)],
  async reconcile(context, key) {
    const set = context.informer(statefulSets).get(key);
    if (!set) return;
    const failure = await sync(context, set);
    if (failure) throw failure.error;
    const now = context.clock.now();
    const owned = manageOwned(context, statefulSets, pods).of(set);
    const waits = [nextReplacement(owned, now), nextAvailability(owned, set.spec.minReadySeconds ?? 0, now)];
    const left = waits.filter((wait) => wait !== undefined);
    return left.length > 0 ? { after: Math.min(...left) } : undefined;
  },
});
