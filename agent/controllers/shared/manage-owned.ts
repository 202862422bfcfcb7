/**
 * What workloads share: claiming the objects that are theirs, making more, and removing some. Generic over both kinds.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/controller_utils.go (RealPodControl)
 *
 * Each verb resolves once the informer shows what it wrote, so the next reconcile plans on it.
 */

import { isNamespaceTerminating, isNotFound, messageOf } from '../../api/errors.ts';
import type { Kind } from '../../api/kind.ts';
import { mediaType } from '../../api/media-types.ts';
import { ownerReference } from '../../api/owner.ts';
import type { Draft, KubeObject, meta } from '../../api/types.ts';
import type { Context } from './controller.ts';
import { controllerIndex, planClaims } from './owners.ts';
import { slowStart } from './slow-start.ts';

/** `reason` is that of the event and of a condition; `error` is what to reject with, once the status is written. */
export interface Failure {
  reason: 'FailedCreate' | 'FailedDelete';
  message: string;
  error: unknown;
}

export interface OwnedObjects<O extends KubeObject, T extends KubeObject> {
  /** Those whose controller the owner is, as the cache has them. */
  of(owner: Pick<O, 'metadata'>): T[];
  /**
   * Adopts what matches and nobody controls, lets go of what no longer matches; resolves with what is owned then.
   * Rejects where an object has changed meanwhile: the reconcile is repeated.
   */
  claim(owner: O, selector: meta.LabelSelector): Promise<T[]>;
  /** Makes one object per draft, in batches that double; stops at the first failure, which is an event and the result. */
  create(owner: O, drafts: readonly Draft<T>[]): Promise<Failure | undefined>;
  /** All at once; the first failure is an event and the result. What has gone already is no failure. */
  remove(owner: O, doomed: readonly T[]): Promise<Failure | undefined>;
}

/** Adopts and releases. Upstream's PodControllerRefManager. */
function createClaimer<O extends KubeObject, T extends KubeObject>(
  context: Context,
  ownerKind: Kind<O>,
  kind: Kind<T>,
) {
  const { client, signal } = context;
  const informer = context.informer(kind);

  /** Conflicts where the object has changed since we looked; undefined where it has gone. */
  const setOwners = async (object: T, ownerReferences: meta.OwnerReference[]): Promise<T | undefined> => {
    const { name, namespace, resourceVersion } = object.metadata;
    const owners = ownerReferences.length > 0 ? ownerReferences : null;
    const patch = { metadata: { resourceVersion, ownerReferences: owners } };
    try {
      const written = await client.resource(kind).patch(name, namespace, mediaType.mergePatch, patch, {}, signal);
      await informer.caughtUp(written, signal);
      return written;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return undefined;
    }
  };
  /** The cache may lag: who has just been deleted adopts nothing. */
  const assertPresent = async ({ kind: name, metadata }: O): Promise<void> => {
    const fresh = await client.resource(ownerKind).get(metadata.name, metadata.namespace, signal);
    const which = `${metadata.namespace}/${metadata.name}`;
    if (fresh.metadata.uid !== metadata.uid) {
      throw new Error(`original ${name} ${which} is gone: got uid ${fresh.metadata.uid}, wanted ${metadata.uid}`);
    }
    const { deletionTimestamp } = fresh.metadata;
    if (deletionTimestamp) throw new Error(`${which} has just been deleted at ${deletionTimestamp}`);
  };
  return async (owner: O, selector: meta.LabelSelector): Promise<T[]> => {
    const { uid, namespace } = owner.metadata;
    const candidates = [
      ...informer.byIndex(controllerIndex, uid),
      ...informer.byIndex(controllerIndex, `orphan:${namespace}`),
    ];
    const claims = planClaims(owner, selector, candidates);
    const ownersOf = ({ metadata }: T) => metadata.ownerReferences ?? [];
    if (claims.adopt.length > 0) await assertPresent(owner);
    const adopted = await Promise.all(
      claims.adopt.map((object) => setOwners(object, [...ownersOf(object), ownerReference(owner)])),
    );
    const others = (object: T) => ownersOf(object).filter((reference) => reference.uid !== uid);
    await Promise.all(claims.release.map((object) => setOwners(object, others(object))));
    return [...claims.owned, ...adopted.filter((object) => object !== undefined)];
  };
}

export function manageOwned<O extends KubeObject, T extends KubeObject>(
  context: Context,
  ownerKind: Kind<O>,
  kind: Kind<T>,
): OwnedObjects<O, T> {
  const { client, recorder, signal } = context;
  const informer = context.informer(kind);
  const noun = kind.kind.toLowerCase();

  const failed = (owner: O, reason: Failure['reason'], gerund: string, error: unknown): Failure => {
    const message = messageOf(error);
    recorder.event(owner, 'Warning', reason, `Error ${gerund}: ${message}`);
    return { reason, message, error };
  };
  const removeOne = async (owner: O, object: T): Promise<void> => {
    const { name, namespace, uid } = object.metadata;
    try {
      await client.resource(kind).delete(name, namespace, { preconditions: { uid } }, signal);
      recorder.event(owner, 'Normal', 'SuccessfulDelete', `Deleted ${noun}: ${name}`);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    await informer.seenDeleted(object, signal);
  };
  return {
    of: ({ metadata }) => informer.byIndex(controllerIndex, metadata.uid),
    claim: createClaimer(context, ownerKind, kind),
    async create(owner, drafts) {
      const { done, failure } = await slowStart(drafts, async (draft) => {
        const created = await client.resource(kind).create(draft, signal);
        recorder.event(owner, 'Normal', 'SuccessfulCreate', `Created ${noun}: ${created.metadata.name}`);
        return created;
      });
      await Promise.all(done.map((object) => informer.caughtUp(object, signal)));
      // In a namespace that is going nothing can be made, and the owner goes as well.
      if (failure === undefined || isNamespaceTerminating(failure)) return undefined;
      return failed(owner, 'FailedCreate', 'creating', failure);
    },
    async remove(owner, doomed) {
      const results = await Promise.allSettled(doomed.map((object) => removeOne(owner, object)));
      const first = results.find((result) => result.status === 'rejected');
      return first && failed(owner, 'FailedDelete', 'deleting', first.reason);
    },
  };
}
