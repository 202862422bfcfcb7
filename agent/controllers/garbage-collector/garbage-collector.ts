/**
 * Deletes objects whose owners are gone, holds owners until their dependents are gone, and releases orphaned
 * dependents.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/garbagecollector/garbagecollector.go
 */
import { type Kind, resourceOf } from '../../api/kind.ts';
import type { KubeObject } from '../../api/types.ts';
import type { InformerChange } from '../../client/informer.ts';
import type { Context } from '../shared/controller.ts';
import type { EveryKind } from '../shared/every-kind.ts';
import { type Controller, defineController } from '../shared/runtime.ts';
import { createGraph, type Graph, ownersOf, type Vertex } from './graph.ts';
import { createOwnerStates } from './owner-states.ts';
import {
  awaitsDependents,
  blocks,
  circularDependents,
  foregroundFinalizer,
  orphanFinalizer,
  orphansDependents,
  planForOwners,
  unblocked,
} from './plan.ts';
import { createWriter } from './writer.ts';

/**
 * Skips events, which are many and neither own objects nor have owners, and kinds that cannot be deleted or watched.
 */
function isCollected({ ownership = true, verbs }: Kind): boolean {
  const needed = ['delete', 'list', 'watch'];
  return ownership && (!verbs || needed.every((verb) => verbs.includes(verb)));
}

/** Collects one object. */
function createCollector(context: Context, graph: Graph, unresolved: Set<string>) {
  const writer = createWriter(context);
  const ownerState = createOwnerStates(context, graph);
  const vertexOf = ({ metadata }: KubeObject): Vertex[] => [graph.get(metadata.uid) ?? []].flat();
  const dependentsOf = (uid: string): KubeObject[] => graph.dependentsOf(uid).map(({ object }) => object);

  /** Releases the owner once no dependent blocks it. Dependents that wait for the owner in turn stop blocking it. */
  const releaseOwner = async (vertex: Vertex): Promise<void> => {
    const { uid } = vertex.object.metadata;
    if (!dependentsOf(uid).some((each) => blocks(each, uid))) {
      await writer.dropFinalizer(vertex, foregroundFinalizer);
      return;
    }
    const circular = circularDependents(vertex.object, dependentsOf).flatMap(vertexOf);
    await Promise.all(circular.map((each) => writer.setOwners(each, unblocked(each.object))));
  };
  const orphan = async (vertex: Vertex): Promise<void> => {
    const { uid } = vertex.object.metadata;
    const others = ({ object }: Vertex) => ownersOf(object).filter((owner) => owner.uid !== uid);
    await Promise.all(graph.dependentsOf(uid).map((each) => writer.setOwners(each, others(each))));
    await writer.dropFinalizer(vertex, orphanFinalizer);
  };
  const collect = async (vertex: Vertex): Promise<void> => {
    const { object, kind } = vertex;
    const { uid, name, namespace = '' } = object.metadata;
    const states = await Promise.all(ownersOf(object).map((reference) => ownerState(reference, object)));
    if (states.includes('unresolvable')) unresolved.add(uid);
    else unresolved.delete(uid);
    const action = planForOwners(object, states, dependentsOf(uid));
    if (action.kind === 'none') return;
    context.log.info('Processing dependent', { object: `${kind.kind} ${namespace}/${name}`, action: action.kind });
    if (action.kind === 'keep') {
      await writer.setOwners(vertex, action.ownerReferences);
      return;
    }
    const current = action.unblock ? await writer.setOwners(vertex, unblocked(object)) : object;
    if (current) await writer.remove({ kind, object: current }, action.propagation);
  };
  return async (uid: string): Promise<void> => {
    const vertex = graph.get(uid);
    if (!vertex) unresolved.delete(uid);
    else if (orphansDependents(vertex.object)) await orphan(vertex);
    else if (awaitsDependents(vertex.object)) await releaseOwner(vertex);
    else await collect(vertex);
  };
}

/**
 * Updates the graph and returns the uids that a change affects. Most objects have all their owners and need no work.
 */
function createFollower(
  graph: Graph,
  unresolved: ReadonlySet<string>,
  { kinds }: Context,
): EveryKind<Iterable<string>> {
  const waitingOwners = function* (of: KubeObject): Generator<string> {
    for (const { uid } of ownersOf(of)) {
      const vertex = graph.get(uid);
      if (vertex && awaitsDependents(vertex.object)) yield uid;
    }
  };
  const dependents = (uid: string): string[] => graph.dependentsOf(uid).map(({ object }) => object.metadata.uid);
  /** True if an owner is missing, is not what the reference names, or waits for this object to go. */
  const mayLackOwner = (object: KubeObject): boolean =>
    ownersOf(object).some((reference) => {
      const vertex = graph.get(reference.uid);
      if (!vertex || awaitsDependents(vertex.object)) return true;
      const { name, namespace } = vertex.object.metadata;
      if (name !== reference.name || (vertex.kind.namespaced && namespace !== object.metadata.namespace)) return true;
      return kinds.named(reference.apiVersion, reference.kind)?.kind !== vertex.kind;
    });
  const changed = function* (kind: Kind, { type, object, old }: InformerChange<KubeObject>): Generator<string> {
    const { uid } = object.metadata;
    if (type === 'deleted') {
      const left = dependents(uid);
      graph.remove(uid);
      yield* left;
      yield* waitingOwners(object);
      return;
    }
    graph.put({ kind, object });
    if (old) yield* waitingOwners(old);
    const waits = awaitsDependents(object);
    if (waits || orphansDependents(object) || mayLackOwner(object)) yield uid;
    if (waits) yield* dependents(uid);
  };
  return {
    includes: isCollected,
    changed,
    // Owners of this kind can be resolved now.
    joined: () => unresolved,
    left(kind) {
      graph.forget(kind);
      return [];
    },
  };
}

export function garbageCollector(): Controller {
  const graph = createGraph();
  const unresolved = new Set<string>();
  /** Created with the first key. */
  let collect: ((uid: string) => Promise<void>) | undefined;
  return defineController({
    name: 'garbage_collector_attempt_to_delete',
    account: 'generic-garbage-collector',
    component: 'garbage-collector-controller',
    concurrency: 20,
    everyKind(context) {
      const kinds = context.kinds.list().filter(isCollected).map(resourceOf).join(',');
      context.log.info('Garbage collector follows', { kinds });
      return createFollower(graph, unresolved, context);
    },
    async reconcile(context, uid) {
      collect ??= createCollector(context, graph, unresolved);
      await collect(uid);
    },
  });
}
