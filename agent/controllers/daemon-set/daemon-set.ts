/**
 * Keeps a pod of a daemon set on every node that shall have one, and replaces pods of an old template.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/daemon/daemon_controller.go
 */
import { controllerRevisions } from '../../api/apps/controller-revision.ts';
import { daemonSets } from '../../api/apps/daemon-set.ts';
import { nodes } from '../../api/core/node.ts';
import { pods } from '../../api/core/pod.ts';
import type { ControllerRevision, DaemonSet, Pod } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import { gatherDelay } from '../../client/work-queue.ts';
import { type Context, watch } from '../shared/controller.ts';
import { manageHistory, type Recorded, revisionLabel, templatePatch } from '../shared/history.ts';
import { type Failure, manageOwned } from '../shared/manage-owned.ts';
import { nextAvailability } from '../shared/pods.ts';
import { type Controller, defineController } from '../shared/runtime.ts';
import { createFailedPods, type FailedPods } from './failed-pods.ts';
import { draftPods, placementOf } from './placement.ts';
import { type Presence, planPresence } from './presence.ts';
import { hashOf } from './revision.ts';
import { planUpdate } from './rolling-update.ts';
import { assess, isRolling, type Situation } from './situation.ts';
import { planStatus, sameStatus } from './status.ts';

/** The maximum of creations and of deletions in one step. */
const burstReplicas = 250;

/** How long to gather changes, in milliseconds. */
const delay = ({ status }: DaemonSet): number => gatherDelay(status?.desiredNumberScheduled ?? 0);

/** A change of a node concerns the daemon sets for which it becomes another place. */
const onNode = watch(nodes, function* ({ type, object, old }, { informer }) {
  for (const daemonSet of informer(daemonSets).list()) {
    const placement = placementOf(daemonSet);
    const before = old ? placement(old) : 'none';
    const now = type === 'deleted' ? 'gone' : placement(object);
    if (now !== before) yield { key: keyOf(daemonSet), after: delay(daemonSet) };
  }
});

function situationOf({ informer, clock }: Context, daemonSet: DaemonSet, hash: string, owned: readonly Pod[]) {
  return assess(daemonSet, hash, informer(nodes).list(), owned, clock.now());
}

/** The ended pods that may be replaced now, with events about them; `wait`: when the next may, in milliseconds. */
function replaceable(
  { recorder, clock }: Context,
  failedPods: FailedPods,
  daemonSet: DaemonSet,
  ended: Presence['ended'],
): { remove: Pod[]; waits: number[] } {
  const remove: Pod[] = [];
  const waits: number[] = [];
  for (const { node, pod } of ended) {
    const { name, namespace } = pod.metadata;
    const where = `${namespace}/${name} on node ${node}`;
    if (pod.status?.phase === 'Failed') {
      const key = `${daemonSet.metadata.uid}/${daemonSet.status?.observedGeneration ?? 0}/${node}`;
      const wait = failedPods.wait(key, clock.now());
      if (wait > 0) {
        waits.push(wait);
        continue;
      }
      failedPods.replaced(key, clock.now());
      const message = `Found failed daemon pod ${where}, will try to kill it`;
      recorder.event(daemonSet, 'Warning', 'FailedDaemonPod', message);
    } else {
      const message = `Found succeeded daemon pod ${where}, will try to delete it`;
      recorder.event(daemonSet, 'Normal', 'SucceededDaemonPod', message);
    }
    remove.push(pod);
  }
  return { remove, waits };
}

/** Resolves with the first failure. */
async function execute(
  context: Context,
  daemonSet: DaemonSet,
  hash: string,
  plan: { nodes: readonly string[]; remove: readonly Pod[] },
): Promise<Failure | undefined> {
  const managed = manageOwned(context, daemonSets, pods);
  const drafts = draftPods(daemonSet, hash, plan.nodes.slice(0, burstReplicas));
  const created = await managed.create(daemonSet, drafts);
  const removed = await managed.remove(daemonSet, plan.remove.slice(0, burstReplicas));
  return created ?? removed;
}

function recordRevision(context: Context, daemonSet: DaemonSet, known: readonly ControllerRevision[]) {
  const { template } = daemonSet.spec;
  const snapshot = {
    data: templatePatch(template),
    labels: { ...template.metadata?.labels },
    annotations: { ...daemonSet.metadata.annotations },
    hashLabel: revisionLabel,
  };
  const { collisionCount = 0 } = daemonSet.status ?? {};
  return manageHistory(context, daemonSets).record(daemonSet, known, snapshot, collisionCount);
}

/** Revisions of pods that are there, and the present one, stay whatever the limit; upstream's limit counts them. */
async function truncateHistory(
  context: Context,
  { spec }: DaemonSet,
  known: readonly ControllerRevision[],
  { revision: current }: Recorded,
  owned: readonly Pod[],
): Promise<void> {
  const past = known.filter(({ metadata }) => metadata.name !== current.metadata.name);
  const hashes = new Set(owned.map(({ metadata }) => metadata.labels?.[revisionLabel]));
  const live = past.filter((each) => hashes.has(hashOf(each)));
  const names = new Set(live.map(({ metadata }) => metadata.name));
  const limit = Math.max(0, (spec.revisionHistoryLimit ?? 10) - live.length);
  await manageHistory(context, daemonSets).truncate(past, names, limit);
}

async function writeStatus({ client, informer, signal }: Context, situation: Situation, collisionCount: number) {
  const { daemonSet } = situation;
  const status = planStatus(situation, collisionCount);
  if (sameStatus(daemonSet.status, status)) return;
  const written = await client.resource(daemonSets).updateStatus({ ...daemonSet, status }, signal);
  await informer(daemonSets).caughtUp(written, signal);
}

async function reconcile(context: Context, failedPods: FailedPods, daemonSet: DaemonSet) {
  const managed = manageOwned(context, daemonSets, pods);
  const { selector } = daemonSet.spec;
  const claimed = await managed.claim(daemonSet, selector);
  const known = await manageHistory(context, daemonSets).claim(daemonSet, selector);
  const recorded = await recordRevision(context, daemonSet, known);
  const hash = hashOf(recorded.revision);
  const { ended, nodes: missing, remove: surplus } = planPresence(situationOf(context, daemonSet, hash, claimed));
  const { remove, waits } = replaceable(context, failedPods, daemonSet, ended);
  let failure = await execute(context, daemonSet, hash, { nodes: missing, remove: [...surplus, ...remove] });
  if (!failure && isRolling(daemonSet)) {
    const step = planUpdate(situationOf(context, daemonSet, hash, managed.of(daemonSet)));
    failure = await execute(context, daemonSet, hash, step);
  }
  if (!failure) await truncateHistory(context, daemonSet, known, recorded, managed.of(daemonSet));
  const owned = managed.of(daemonSet);
  await writeStatus(context, situationOf(context, daemonSet, hash, owned), recorded.collisionCount);
  if (failure) throw failure.error;
  const next = nextAvailability(owned, daemonSet.spec.minReadySeconds ?? 0, context.clock.now());
  const all = next === undefined ? waits : [...waits, next];
  return all.length > 0 ? { after: Math.min(...all) } : undefined;
}

export function daemonSetController(): Controller {
  const failedPods = createFailedPods();
  return defineController({
    name: 'daemonset',
    account: 'daemon-set-controller',
    component: 'daemonset-controller',
    for: daemonSets,
    owns: [
      {
        kind: pods,
        selectorOf: ({ spec }) => spec.selector,
        delay,
      },
      { kind: controllerRevisions, selectorOf: ({ spec }) => spec.selector },
    ],
    watches: [onNode],
    async reconcile(context, key) {
      const daemonSet = context.informer(daemonSets).get(key);
      // What a daemon set that is being deleted owns may be deleted or orphaned at the same time.
      if (!daemonSet || daemonSet.metadata.deletionTimestamp) return undefined;
      return reconcile(context, failedPods, daemonSet);
    },
  });
}
