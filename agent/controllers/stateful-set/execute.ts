/**
 * Carries out the planned actions on pods and their claims, and tells them as events of the set.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/statefulset/stateful_pod_control.go
 */
import { persistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts';
import { pods } from '../../api/core/pod.ts';
import { isAlreadyExists, isConflict, isNamespaceTerminating, isNotFound, messageOf } from '../../api/errors.ts';
import type { Draft, PersistentVolumeClaim, Pod, StatefulSet } from '../../api/types.ts';
import type { Context } from '../shared/controller.ts';
import { slowStart } from '../shared/slow-start.ts';
import { hasOtherController, plannedOwners } from './claim-owners.ts';
import { claimKeys, claimsFor, hasIdentity, hasStorage, identityLabels, volumesOf } from './identity.ts';
import type { Action } from './plan.ts';

const capitalized = (verb: string): string => `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`;

/** Resolves with the message of a failure, which is told; undefined if the claim is there. */
async function ensureClaim(
  { client, informer, recorder, signal }: Context,
  set: StatefulSet,
  pod: string,
  draft: Draft<PersistentVolumeClaim>,
): Promise<string | undefined> {
  const { name, namespace } = draft.metadata;
  const claims = informer(persistentVolumeClaims);
  const known = claims.get(`${namespace}/${name}`);
  if (known) return known.metadata.deletionTimestamp ? `pvc ${name} is being deleted` : undefined;
  try {
    await claims.caughtUp(await client.resource(persistentVolumeClaims).create(draft, signal), signal);
    const message = `create Claim ${name} Pod ${pod} in StatefulSet ${set.metadata.name} success`;
    recorder.event(set, 'Normal', 'SuccessfulCreate', message);
    return undefined;
  } catch (error) {
    if (isNamespaceTerminating(error)) throw error;
    const why = messageOf(error);
    const message = `create Claim ${name} for Pod ${pod} in StatefulSet ${set.metadata.name} failed error: ${why}`;
    if (!isAlreadyExists(error)) recorder.event(set, 'Warning', 'FailedCreate', message);
    return `failed to create PVC ${name}: ${why}`;
  }
}

/** Rejects once all claims have been tried if some could not be made. */
async function ensureClaims(context: Context, set: StatefulSet, ordinal: number, pod: string): Promise<void> {
  const failures: string[] = [];
  for (const draft of claimsFor(set, ordinal)) {
    const failure = await ensureClaim(context, set, pod, draft);
    if (failure !== undefined) failures.push(failure);
  }
  if (failures.length > 0) throw new Error(failures.length > 1 ? `[${failures.join(', ')}]` : failures[0]);
}

/** Resolves with true if a claim has other owners now. */
async function setOwners(context: Context, set: StatefulSet, ordinal: number, pod: Pod): Promise<boolean> {
  const { client, informer, recorder, signal } = context;
  const claims = informer(persistentVolumeClaims);
  let changed = false;
  for (const claim of claimKeys(set, ordinal).flatMap((key) => claims.get(key) ?? [])) {
    const { name } = claim.metadata;
    if (hasOtherController(claim, set, pod)) {
      // Upstream spells it like this.
      const message = `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`;
      recorder.event(set, 'Warning', 'ConflictingController', message);
    }
    const ownerReferences = plannedOwners(claim, set, pod);
    if (!ownerReferences) continue;
    const owned = { ...claim, metadata: { ...claim.metadata, ownerReferences } };
    await claims.caughtUp(await client.resource(persistentVolumeClaims).update(owned, signal), signal);
    changed = true;
  }
  return changed;
}

async function createPod(context: Context, set: StatefulSet, ordinal: number, draft: Draft<Pod>): Promise<Pod> {
  const { client, informer, signal } = context;
  await ensureClaims(context, set, ordinal, draft.metadata.name ?? '');
  const created = await client.resource(pods).create(draft, signal);
  await informer(pods).caughtUp(created, signal);
  return created;
}

/** Resolves with false if nothing was to be done. */
async function repairPod(context: Context, set: StatefulSet, ordinal: number, pod: Pod): Promise<boolean> {
  const { client, informer, signal } = context;
  const isStored = hasStorage(set, ordinal, pod);
  if (!isStored) await ensureClaims(context, set, ordinal, pod.metadata.name);
  const changed = await setOwners(context, set, ordinal, pod);
  if (isStored && hasIdentity(pod)) return changed;
  const labels = { ...pod.metadata.labels, ...identityLabels(set, ordinal) };
  // The server refuses new volumes of a pod that exists. The event says so, as upstream's does.
  const spec = isStored ? pod.spec : { ...pod.spec, volumes: volumesOf(set, ordinal, pod.spec.volumes) };
  const repaired = { ...pod, metadata: { ...pod.metadata, labels }, spec };
  await informer(pods).caughtUp(await client.resource(pods).update(repaired, signal), signal);
  return true;
}

async function deletePod({ client, informer, signal }: Context, pod: Pod): Promise<boolean> {
  const { name, namespace, uid } = pod.metadata;
  let deleted = true;
  try {
    await client.resource(pods).delete(name, namespace, { preconditions: { uid } }, signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    deleted = false;
  }
  await informer(pods).seenDeleted(pod, signal);
  return deleted;
}

/** What a next try will settle, without a word of it. */
const isPassing = (error: unknown): boolean =>
  isAlreadyExists(error) || isConflict(error) || isNamespaceTerminating(error);

/** Events about a pod of the set. */
function createNarrator({ recorder }: Context, set: StatefulSet) {
  const subjectOf = (verb: string, pod: string) => `${verb} Pod ${pod} in StatefulSet ${set.metadata.name}`;
  return {
    succeeded: (verb: string, pod: string): void =>
      recorder.event(set, 'Normal', `Successful${capitalized(verb)}`, `${subjectOf(verb, pod)} successful`),
    /** Tells a rejection, and rejects with it. */
    async orFailed<T>(verb: string, pod: string, done: Promise<T>): Promise<T> {
      try {
        return await done;
      } catch (error) {
        const message = `${subjectOf(verb, pod)} failed error: ${messageOf(error)}`;
        if (!isPassing(error)) recorder.event(set, 'Warning', `Failed${capitalized(verb)}`, message);
        throw error;
      }
    },
  };
}

async function runAction(context: Context, set: StatefulSet, action: Action): Promise<void> {
  const { succeeded, orFailed } = createNarrator(context, set);
  const name = action.pod.metadata.name ?? '';
  const own = (ordinal: number, pod: Pod) => orFailed('update', name, setOwners(context, set, ordinal, pod));
  switch (action.kind) {
    case 'create': {
      const created = await orFailed('create', name, createPod(context, set, action.ordinal, action.pod));
      succeeded('create', name);
      await own(action.ordinal, created);
      return;
    }
    case 'delete':
      if (await orFailed('delete', name, deletePod(context, action.pod))) succeeded('delete', name);
      return;
    case 'claims':
      await ensureClaims(context, set, action.ordinal, name);
      await own(action.ordinal, action.pod);
      return;
    case 'owners':
      await own(action.ordinal, action.pod);
      return;
    case 'repair': {
      const repaired = await orFailed('update', name, repairPod(context, set, action.ordinal, action.pod));
      if (repaired) succeeded('update', name);
    }
  }
}

/** Runs the groups of actions one after the other. Resolves with the first failure, which ends the run. */
export async function runActions(
  context: Context,
  set: StatefulSet,
  groups: readonly (readonly Action[])[],
): Promise<{ error: unknown } | undefined> {
  for (const group of groups) {
    const result = await slowStart(group, (action) => runAction(context, set, action));
    if ('failure' in result) return { error: result.failure };
  }
  return undefined;
}
