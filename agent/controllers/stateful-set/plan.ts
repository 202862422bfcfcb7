/**
 * Plans the next actions for a stateful set's pods. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/statefulset/stateful_set_control.go
 * (updateStatefulSet, processReplica, processCondemned, updateStatefulSetAfterInvariantEstablished)
 */
import { scaledDown } from '../../api/int-or-string.ts';
import { isPodAvailable, isPodTerminal } from '../../api/pods.ts';
import type { Draft, PersistentVolumeClaim, Pod, StatefulSet } from '../../api/types.ts';
import { goesWithEarlierPod, plannedOwners } from './claim-owners.ts';
import {
  claimKeys,
  draftPod,
  hasIdentity,
  hasStorage,
  isInRange,
  ordinalOf,
  type Revision,
  replicasOf,
  revisionOf,
  startOf,
} from './identity.ts';

export type Action =
  /** Makes the pod and the claims that it needs. */
  | { kind: 'create'; ordinal: number; pod: Draft<Pod> }
  | { kind: 'delete'; pod: Pod }
  /** Makes missing claims of a pod that waits for them, and sets who owns its claims. */
  | { kind: 'claims'; ordinal: number; pod: Pod }
  /** Gives an adopted pod its identity, and its claims their owners. */
  | { kind: 'repair'; ordinal: number; pod: Pod }
  /** Sets who owns the claims of a pod that scaling down will delete. */
  | { kind: 'owners'; ordinal: number; pod: Pod };

export interface Facts {
  set: StatefulSet;
  current: Revision;
  update: Revision;
  /** All pods that the set controls. */
  pods: readonly Pod[];
  claim(key: string): PersistentVolumeClaim | undefined;
  /** In milliseconds. */
  now: number;
}

/** The place of one replica, filled or not. */
interface Slot {
  ordinal: number;
  pod?: Pod;
}

const isTerminating = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;

const isAvailable = ({ set, now }: Facts, pod: Pod): boolean =>
  pod.status?.phase === 'Running' && isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now);

const isUsable = (facts: Facts, pod: Pod | undefined): boolean =>
  pod !== undefined && isAvailable(facts, pod) && !isTerminating(pod);

/** In milliseconds. A node that rejects a pod rejects the next one as well, at once. */
const replacementDelay = 1000;

/** Milliseconds until a finished pod may be replaced, counted from its creation; zero if it may be now. */
const waitFor = ({ metadata }: Pod, now: number): number =>
  Math.max(0, Date.parse(metadata.creationTimestamp) + replacementDelay - now);

/** Milliseconds until the next finished pod may be replaced; undefined if none waits. */
export function nextReplacement(pods: readonly Pod[], now: number): number | undefined {
  const waits = pods.filter((pod) => isPodTerminal(pod) && !isTerminating(pod)).map((pod) => waitFor(pod, now));
  const left = waits.filter((wait) => wait > 0);
  return left.length > 0 ? Math.min(...left) : undefined;
}

/** Yields one after the other, as a set may ask for billions of replicas. */
function* slotsOf({ set, pods }: Facts): Generator<Slot> {
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod), pod]));
  for (let ordinal = startOf(set); isInRange(set, ordinal); ordinal += 1) {
    const pod = byOrdinal.get(ordinal);
    yield pod ? { ordinal, pod } : { ordinal };
  }
}

/** Pods beyond the replicas, the highest ordinal first. */
const surplusOf = ({ set, pods }: Facts): { ordinal: number; pod: Pod }[] =>
  pods
    .map((pod) => ({ ordinal: ordinalOf(set, pod) ?? -1, pod }))
    .filter(({ ordinal }) => ordinal >= 0 && !isInRange(set, ordinal))
    .sort((a, b) => b.ordinal - a.ordinal);

/** Upstream's newVersionedStatefulSetPod: below the partition, a new pod has the current revision. */
function revisionFor({ set, current, update }: Facts, ordinal: number): Revision {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  const unpartitioned = type === 'RollingUpdate' ? (set.status?.currentReplicas ?? 0) : 0;
  const old = rollingUpdate ? (rollingUpdate.partition ?? 0) : unpartitioned;
  return ordinal < startOf(set) + old ? current : update;
}

const claimsOf = ({ set, claim }: Facts, ordinal: number): (PersistentVolumeClaim | undefined)[] =>
  claimKeys(set, ordinal).map(claim);

const ownersDiffer = (facts: Facts, ordinal: number, pod: Pod): boolean =>
  claimsOf(facts, ordinal).some((claim) => claim && plannedOwners(claim, facts.set, pod) !== undefined);

const lacksClaims = (facts: Facts, { ordinal, pod }: { ordinal: number; pod: Pod }): boolean =>
  pod.status?.phase === 'Pending' &&
  (claimsOf(facts, ordinal).includes(undefined) || ownersDiffer(facts, ordinal, pod));

const needsRepair = (facts: Facts, { ordinal, pod }: { ordinal: number; pod: Pod }): boolean =>
  !hasIdentity(pod) || !hasStorage(facts.set, ordinal, pod) || ownersDiffer(facts, ordinal, pod);

function planMissing(facts: Facts, ordinal: number): Action[] {
  const pod = draftPod(facts.set, ordinal, revisionFor(facts, ordinal));
  const goes = (claim: PersistentVolumeClaim | undefined) =>
    claim !== undefined && goesWithEarlierPod(facts.set, pod.metadata.name ?? '', claim);
  return claimsOf(facts, ordinal).some(goes) ? [] : [{ kind: 'create', ordinal, pod }];
}

/** What one replica needs. Finished pods are replaced, however they ended. */
function planSlot(facts: Facts, { ordinal, pod }: Slot, isRepairable: (pod: Pod) => boolean): Action[] {
  if (!pod) return planMissing(facts, ordinal);
  if (isPodTerminal(pod)) return isTerminating(pod) || waitFor(pod, facts.now) > 0 ? [] : [{ kind: 'delete', pod }];
  const filled = { ordinal, pod };
  return [
    ...(lacksClaims(facts, filled) ? [{ kind: 'claims', ...filled } as const] : []),
    ...(isRepairable(pod) && needsRepair(facts, filled) ? [{ kind: 'repair', ...filled } as const] : []),
  ];
}

/** Percentages of the replicas are rounded down; at least one. */
function maxUnavailable(set: StatefulSet): number {
  const { maxUnavailable: most = 1 } = set.spec.updateStrategy?.rollingUpdate ?? {};
  return Math.max(1, scaledDown(most, replicasOf(set)));
}

/** Deletes pods of other revisions, the highest ordinal first, while enough are available. */
function planUpdate(facts: Facts): Action[] {
  const { set, update, pods } = facts;
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type === 'OnDelete') return [];
  const replicas = pods
    .map((pod) => ({ ordinal: ordinalOf(set, pod) ?? -1, pod }))
    .filter(({ ordinal }) => isInRange(set, ordinal));
  const unavailable = replicasOf(set) - replicas.filter(({ pod }) => isUsable(facts, pod)).length;
  const lowest = startOf(set) + (rollingUpdate?.partition ?? 0);
  return replicas
    .filter(({ ordinal, pod }) => ordinal >= lowest && revisionOf(pod) !== update.name)
    .filter(({ pod }) => !isTerminating(pod) && !isPodTerminal(pod))
    .sort((a, b) => b.ordinal - a.ordinal)
    .slice(0, Math.max(0, maxUnavailable(set) - unavailable))
    .map(({ pod }) => ({ kind: 'delete', pod }));
}

const planOwners = (facts: Facts, surplus: readonly { ordinal: number; pod: Pod }[]): Action[] =>
  surplus.filter(({ ordinal, pod }) => ownersDiffer(facts, ordinal, pod)).map((each) => ({ kind: 'owners', ...each }));

/** `OrderedReady`: each replica waits until those before it are available; a deletion waits for all of them. */
function planInOrder(facts: Facts): Action[] {
  const surplus = surplusOf(facts);
  const actions: Action[] = [];
  for (const slot of slotsOf(facts)) {
    actions.push(...planSlot(facts, slot, (pod) => isUsable(facts, pod)));
    if (!isUsable(facts, slot.pod)) return actions;
  }
  const [last] = surplus;
  if (!last) return [...actions, ...planUpdate(facts)];
  actions.push(...planOwners(facts, surplus));
  const unusable = surplus.findLast(({ pod }) => !isUsable(facts, pod));
  const waits = isTerminating(last.pod) || (!isAvailable(facts, last.pod) && last !== unusable);
  return waits ? actions : [...actions, { kind: 'delete', pod: last.pod }];
}

/** The maximum of replicas that one plan acts on; what it does not reach is the next one's. */
const maxActions = 500;

/** `Parallel`: all at a time; only updates leave enough pods available. */
function planAtOnce(facts: Facts): Action[][] {
  const surplus = surplusOf(facts);
  const remaining = surplus.filter(({ pod }) => !isTerminating(pod));
  const actions: Action[] = [];
  for (const slot of slotsOf(facts)) {
    if (actions.length >= maxActions) break;
    actions.push(...planSlot(facts, slot, () => true));
  }
  return [
    actions,
    planOwners(facts, surplus),
    remaining.map(({ pod }) => ({ kind: 'delete', pod })),
    planUpdate(facts),
  ];
}

/** Groups of actions: those of a group may run together, groups one after the other, until an action fails. */
export function planPods(facts: Facts): Action[][] {
  if (facts.set.metadata.deletionTimestamp) return [];
  if (facts.set.spec.podManagementPolicy === 'Parallel') return planAtOnce(facts);
  return planInOrder(facts).map((action) => [action]);
}
