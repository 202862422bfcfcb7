/** The writes of the garbage collector. A missing object counts as done; a changed object rejects with a conflict. */

import { isConflict, isNotFound } from '../../api/errors.ts';
import { canonicalJson } from '../../api/hash.ts';
import { mediaType } from '../../api/media-types.ts';
import type { KubeObject, meta } from '../../api/types.ts';
import type { Context } from '../shared/controller.ts';
import { ownersOf, type Vertex } from './graph.ts';
import type { Propagation } from './plan.ts';

export interface Writer {
  /** Resolves with the written object; undefined if it is gone. */
  setOwners(vertex: Vertex, ownerReferences: readonly meta.OwnerReference[]): Promise<KubeObject | undefined>;
  dropFinalizer(vertex: Vertex, finalizer: string): Promise<void>;
  /** Deletes the object only if it still has the owners that the decision was based on. */
  remove(vertex: Vertex, propagation: Propagation): Promise<void>;
}

export function createWriter({ client, signal }: Context): Writer {
  const patch = async ({ kind, object }: Vertex, fields: Record<string, unknown>): Promise<KubeObject | undefined> => {
    const { name, namespace, resourceVersion } = object.metadata;
    const body = { metadata: { resourceVersion, ...fields } };
    try {
      return await client.resource(kind).patch(name, namespace, mediaType.mergePatch, body, {}, signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return undefined;
    }
  };
  const sameOwners = async ({ kind, object }: Vertex): Promise<boolean> => {
    const { name, namespace, uid } = object.metadata;
    const latest = await client.resource(kind).get(name, namespace, signal);
    return latest.metadata.uid === uid && canonicalJson(ownersOf(latest)) === canonicalJson(ownersOf(object));
  };
  const removeExactly = async (vertex: Vertex, propagationPolicy: Propagation): Promise<void> => {
    const { name, namespace, uid, resourceVersion } = vertex.object.metadata;
    const resource = client.resource(vertex.kind);
    const preconditions = { uid, resourceVersion };
    try {
      await resource.delete(name, namespace, { propagationPolicy, preconditions }, signal);
    } catch (error) {
      // A change that does not concern owners, e.g. of the status, must not keep the object alive.
      if (!isConflict(error) || !(await sameOwners(vertex))) throw error;
      await resource.delete(name, namespace, { propagationPolicy, preconditions: { uid } }, signal);
    }
  };
  return {
    setOwners: (vertex, ownerReferences) =>
      patch(vertex, { ownerReferences: ownerReferences.length > 0 ? ownerReferences : null }),
    async dropFinalizer(vertex, finalizer) {
      await patch(vertex, {
        finalizers: vertex.object.metadata.finalizers?.filter((each) => each !== finalizer) ?? null,
      });
    },
    async remove(vertex, propagation) {
      try {
        await removeExactly(vertex, propagation);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
  };
}
