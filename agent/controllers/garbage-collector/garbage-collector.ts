/**
 * Deletes what has lost its owners; holds owners until their dependents are gone; cuts dependents loose.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/garbagecollector/garbagecollector.go
 */
import { isNotFound } from '../../api/errors.ts';
import { type Kind, resourceOf } from '../../api/kind.ts';
import { builtInKinds, kindNamed } from '../../api/kinds.ts';
import type { KubeObject, meta } from '../../api/types.ts';
import type { InformerChange } from '../../client/informer.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import type { ControllerDeps } from '../shared/controller.ts';
import { createGraph, ownersOf, type Vertex } from './graph.ts';
import {
  awaitsDependents,
  blocks,
  foregroundFinalizer,
  type OwnerState,
  orphanFinalizer,
  orphansDependents,
  planForOwners,
} from './plan.ts';

/** Events own nothing and are owned by nothing, and there are many. */
const collected = builtInKinds.filter(({ plural }) => plural !== 'events');
const mergePatch = 'application/merge-patch+json';

type Writer = ReturnType<typeof createWriter>;

function createWriter({ client, signal }: ControllerDeps) {
  /** Conflicts where the object has changed since we looked. */
  const patch = async ({ kind, object }: Vertex, fields: Record<string, unknown>): Promise<void> => {
    const { name, namespace, resourceVersion } = object.metadata;
    try {
      await client
        .resource(kind)
        .patch(name, namespace, mergePatch, { metadata: { resourceVersion, ...fields } }, {}, signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  };
  return {
    setOwners: (vertex: Vertex, ownerReferences: meta.OwnerReference[]) =>
      patch(vertex, { ownerReferences: ownerReferences.length > 0 ? ownerReferences : null }),
    dropFinalizer: (vertex: Vertex, finalizer: string) =>
      patch(vertex, { finalizers: vertex.object.metadata.finalizers?.filter((each) => each !== finalizer) ?? null }),
    async remove({ kind, object }: Vertex, propagationPolicy: 'Foreground' | 'Background' | 'Orphan'): Promise<void> {
      const { name, namespace, uid } = object.metadata;
      try {
        await client.resource(kind).delete(name, namespace, { propagationPolicy, preconditions: { uid } }, signal);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
  };
}

/** Asks the server about an owner that no informer knows: the informer may lag. */
function createLookup({ client, signal, log }: ControllerDeps) {
  /** Uids never come back. */
  const absent = new Set<string>();
  const remember = (uid: string): OwnerState => {
    if (absent.size > 1000) absent.clear();
    absent.add(uid);
    return 'absent';
  };
  return async (reference: meta.OwnerReference, namespace: string | undefined): Promise<OwnerState> => {
    if (absent.has(reference.uid)) return 'absent';
    const match = kindNamed(reference.apiVersion, reference.kind);
    if (!match) {
      log.warn('Owner of unknown kind', { owner: `${reference.apiVersion} ${reference.kind} ${reference.name}` });
      return 'present';
    }
    const { kind } = match;
    // A namespaced owner cannot own something cluster-scoped.
    if (kind.namespaced && !namespace) return remember(reference.uid);
    try {
      const owner = await client.resource(kind).get(reference.name, kind.namespaced ? namespace : undefined, signal);
      if (owner.metadata.uid !== reference.uid) return remember(reference.uid);
      return awaitsDependents(owner) ? 'waiting' : 'present';
    } catch (error) {
      if (isNotFound(error)) return remember(reference.uid);
      throw error;
    }
  };
}

export function startGarbageCollector(deps: ControllerDeps): void {
  const { informers, clock, log, signal } = deps;
  const recorder = deps.recorderFor('garbage-collector-controller');
  const graph = createGraph();
  const writer: Writer = createWriter(deps);
  const lookUp = createLookup(deps);

  const stateOf = (reference: meta.OwnerReference, dependent: KubeObject): Promise<OwnerState> | OwnerState => {
    const owner = graph.get(reference.uid);
    const { namespace } = dependent.metadata;
    if (!owner) return lookUp(reference, namespace);
    if (owner.kind.namespaced && owner.object.metadata.namespace !== namespace) {
      const message = `ownerRef [${reference.apiVersion}/${reference.kind}, namespace: ${namespace}, name: ${reference.name}, uid: ${reference.uid}] does not exist in namespace "${namespace}"`;
      recorder.event(dependent, 'Warning', 'OwnerRefInvalidNamespace', message);
      return 'absent';
    }
    return awaitsDependents(owner.object) ? 'waiting' : 'present';
  };

  const releaseOwner = async (vertex: Vertex): Promise<void> => {
    const { uid } = vertex.object.metadata;
    const dependents = graph.dependentsOf(uid);
    if (!dependents.some(({ object }) => blocks(object, uid))) await writer.dropFinalizer(vertex, foregroundFinalizer);
    for (const { object } of dependents) queue.add(object.metadata.uid);
  };
  const orphan = async (vertex: Vertex): Promise<void> => {
    const { uid } = vertex.object.metadata;
    await Promise.all(
      graph.dependentsOf(uid).map((each) =>
        writer.setOwners(
          each,
          ownersOf(each.object).filter((owner) => owner.uid !== uid),
        ),
      ),
    );
    await writer.dropFinalizer(vertex, orphanFinalizer);
  };

  const reconcile = async (uid: string): Promise<void> => {
    const vertex = graph.get(uid);
    if (!vertex) return;
    const { object } = vertex;
    if (orphansDependents(object)) return orphan(vertex);
    if (awaitsDependents(object)) return releaseOwner(vertex);
    const states = await Promise.all(ownersOf(object).map((reference) => stateOf(reference, object)));
    const action = planForOwners(object, states, graph.dependentsOf(uid).length > 0);
    if (action.kind === 'none') return;
    const { name, namespace } = object.metadata;
    log.info('Processing dependent', { object: `${vertex.kind.kind} ${namespace ?? ''}/${name}`, action: action.kind });
    if (action.kind === 'keep') await writer.setOwners(vertex, action.ownerReferences);
    else await writer.remove(vertex, action.propagation);
  };
  const queue = createWorkQueue({ name: 'garbage-collector', clock, log, signal, concurrency: 20, reconcile });

  /** Only what can have something to do is queued: most changes are of objects whose owners are simply there. */
  const onChange = (kind: Kind, { type, object, old }: InformerChange<KubeObject>): void => {
    const { uid } = object.metadata;
    const wakeOwners = (of: KubeObject) => {
      for (const owner of ownersOf(of)) {
        const vertex = graph.get(owner.uid);
        if (vertex && awaitsDependents(vertex.object)) queue.add(owner.uid);
      }
    };
    if (type === 'deleted') {
      for (const dependent of graph.dependentsOf(uid)) queue.add(dependent.object.metadata.uid);
      graph.remove(uid);
      wakeOwners(object);
      return;
    }
    graph.put({ kind, object });
    if (old && ownersOf(old).length > 0) wakeOwners(old);
    const leaving = awaitsDependents(object) || orphansDependents(object);
    const doubtful = ownersOf(object).some((owner) => {
      const vertex = graph.get(owner.uid);
      return (
        !vertex || awaitsDependents(vertex.object) || vertex.object.metadata.namespace !== object.metadata.namespace
      );
    });
    if (leaving || doubtful) queue.add(uid);
  };

  void Promise.all(collected.map((kind) => informers.for(kind).synced)).then(() => {
    const existing = collected.flatMap((kind) =>
      informers
        .for(kind)
        .list()
        .map((object) => ({ kind, object })),
    );
    for (const vertex of existing) graph.put(vertex);
    for (const { kind, object } of existing) onChange(kind, { type: 'added', object });
    for (const kind of collected) informers.for(kind).onChange((change) => onChange(kind, change));
    log.info('Garbage collector has synced', { kinds: collected.map(resourceOf).join(','), objects: existing.length });
  });
}
