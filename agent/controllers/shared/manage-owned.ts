/**
 * What workload controllers share: claiming, creating and deleting their objects. Generic over owner and owned kind.
 * Each operation resolves once the informer shows what it wrote, so the next reconcile plans on it.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/controller_utils.go (RealPodControl)
 */

import { isNamespaceTerminating, isNotFound, messageOf } from '../../api/errors.ts';
import type { Kind } from '../../api/kind.ts';
import { mediaType } from '../../api/media-types.ts';
import { ownerReference } from '../../api/owner.ts';
import type { Draft, KubeObject, meta } from '../../api/types.ts';
import type { Context } from './controller.ts';
import { controllerIndex, planClaims } from './owners.ts';
import { slowStart } from './slow-start.ts';

/**
 * `reason` is the reason of the event and of the condition. After writing the status, the reconcile rejects with
 * `error`.
 */
export interface Failure {
  reason: 'FailedCreate' | 'FailedDelete';
  message: string;
  error: unknown;
}

export interface OwnedObjects<O extends KubeObject, T extends KubeObject> {
  /** The objects in the cache whose controller is the owner. */
  of(owner: Pick<O, 'metadata'>): T[];
  /**
   * Adopts matching uncontrolled objects and releases those that no longer match. Objects that `isMember` refuses do
   * not match. Resolves with the objects then owned. Rejects if an object changed meanwhile; the reconcile is then
   * repeated.
   */
  claim(owner: O, selector: meta.LabelSelector, isMember?: (object: T) => boolean): Promise<T[]>;
  /**
   * Creates one object per draft, in batches that double. Stops at the first failure, records it as an event and
   * returns it.
   */
  create(owner: O, drafts: readonly Draft<T>[]): Promise<Failure | undefined>;
  /**
   * Deletes the objects in parallel. Records the first failure as an event and returns it. A missing object is no
   * failure.
   */
  remove(owner: O, objects: readonly T[]): Promise<Failure | undefined>;
}

export interface OwnedOptions {
  /** An object gets it when it is adopted, and loses it when it is released. */
  finalizer?: string;
}

const orNull = <E>(list: E[]): E[] | null => (list.length > 0 ? list : null);

/** Adopts and releases objects. Upstream's PodControllerRefManager. */
function createClaimer<O extends KubeObject, T extends KubeObject>(
  context: Context,
  ownerKind: Kind<O>,
  kind: Kind<T>,
  { finalizer }: OwnedOptions,
) {
  const { client, signal } = context;
  const informer = context.informer(kind);

  /** Rejects with a conflict if the object changed since it was read; resolves with undefined if it is gone. */
  const setOwners = async (object: T, owners: meta.OwnerReference[], finalizers: string[]): Promise<T | undefined> => {
    const { name, namespace, resourceVersion } = object.metadata;
    const changed = finalizer === undefined ? {} : { finalizers: orNull(finalizers) };
    const patch = { metadata: { resourceVersion, ownerReferences: orNull(owners), ...changed } };
    try {
      const written = await client.resource(kind).patch(name, namespace, mediaType.mergePatch, patch, {}, signal);
      await informer.caughtUp(written, signal);
      return written;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return undefined;
    }
  };
  /** Asks the server, because the cache may lag: a deleted owner must not adopt objects. */
  const assertPresent = async ({ kind: name, metadata }: O): Promise<void> => {
    const fresh = await client.resource(ownerKind).get(metadata.name, metadata.namespace, signal);
    const which = `${metadata.namespace}/${metadata.name}`;
    if (fresh.metadata.uid !== metadata.uid) {
      throw new Error(`original ${name} ${which} is gone: got uid ${fresh.metadata.uid}, wanted ${metadata.uid}`);
    }
    const { deletionTimestamp } = fresh.metadata;
    if (deletionTimestamp) throw new Error(`${which} has just been deleted at ${deletionTimestamp}`);
  };
  return async (owner: O, selector: meta.LabelSelector, isMember?: (object: T) => boolean): Promise<T[]> => {
    const { uid, namespace } = owner.metadata;
    const candidates = [
      ...informer.byIndex(controllerIndex, uid),
      ...informer.byIndex(controllerIndex, `orphan:${namespace}`),
    ];
    const claims = planClaims(owner, selector, candidates, isMember);
    const ownersOf = ({ metadata }: T) => metadata.ownerReferences ?? [];
    const otherFinalizers = ({ metadata }: T) => (metadata.finalizers ?? []).filter((each) => each !== finalizer);
    if (claims.adopt.length > 0) await assertPresent(owner);
    const adopted = await Promise.all(
      claims.adopt.map((object) => {
        const finalizers = [...otherFinalizers(object), ...(finalizer === undefined ? [] : [finalizer])];
        return setOwners(object, [...ownersOf(object), ownerReference(owner)], finalizers);
      }),
    );
    const others = (object: T) => ownersOf(object).filter((reference) => reference.uid !== uid);
    await Promise.all(claims.release.map((object) => setOwners(object, others(object), otherFinalizers(object))));
    return [...claims.owned, ...adopted.filter((object) => object !== undefined)];
  };
}

export function manageOwned<O extends KubeObject, T extends KubeObject>(
  context: Context,
  ownerKind: Kind<O>,
  kind: Kind<T>,
  options: OwnedOptions = {},
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
    claim: createClaimer(context, ownerKind, kind, options),
    async create(owner, drafts) {
      const { done, failure } = await slowStart(drafts, async (draft) => {
        const created = await client.resource(kind).create(draft, signal);
        recorder.event(owner, 'Normal', 'SuccessfulCreate', `Created ${noun}: ${created.metadata.name}`);
        return created;
      });
      await Promise.all(done.map((object) => informer.caughtUp(object, signal)));
      // Nothing can be created in a terminating namespace, and the owner will be deleted as well.
      if (failure === undefined || isNamespaceTerminating(failure)) return undefined;
      return failed(owner, 'FailedCreate', 'creating', failure);
    },
    async remove(owner, objects) {
      const results = await Promise.allSettled(objects.map((object) => removeOne(owner, object)));
      const first = results.find((result) => result.status === 'rejected');
      return first && failed(owner, 'FailedDelete', 'deleting', first.reason);
    },
  };
}
