/**
 * Which object owns which, by uid. A vertex holds the informer's own object, so it costs only a few pointers. Upstream
 * keeps virtual nodes for owners that are named but were not seen; here such an owner simply has no vertex.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/garbagecollector/graph.go
 */
import type { Kind } from '../../api/kind.ts';
import type { KubeObject, meta } from '../../api/types.ts';

export interface Vertex {
  kind: Kind;
  object: KubeObject;
}

export const ownersOf = (object: KubeObject): readonly meta.OwnerReference[] => object.metadata.ownerReferences ?? [];

export interface Graph {
  get(uid: string): Vertex | undefined;
  put(vertex: Vertex): void;
  remove(uid: string): void;
  /** Removes all objects of a kind from the graph. */
  forget(kind: Kind): void;
  dependentsOf(uid: string): Vertex[];
}

export function createGraph(): Graph {
  const vertices = new Map<string, Vertex>();
  const dependents = new Map<string, Set<string>>();

  const unlink = (object: KubeObject): void => {
    for (const { uid } of ownersOf(object)) {
      const set = dependents.get(uid);
      set?.delete(object.metadata.uid);
      if (set?.size === 0) dependents.delete(uid);
    }
  };
  const link = (object: KubeObject): void => {
    for (const { uid } of ownersOf(object)) {
      const set = dependents.get(uid);
      if (set) set.add(object.metadata.uid);
      else dependents.set(uid, new Set([object.metadata.uid]));
    }
  };
  const remove = (uid: string): void => {
    const old = vertices.get(uid);
    if (old) unlink(old.object);
    vertices.delete(uid);
  };
  return {
    get: (uid) => vertices.get(uid),
    put(vertex) {
      const { uid } = vertex.object.metadata;
      const old = vertices.get(uid);
      if (old) unlink(old.object);
      vertices.set(uid, vertex);
      link(vertex.object);
    },
    remove,
    forget(kind) {
      for (const [uid, vertex] of vertices) if (vertex.kind === kind) remove(uid);
    },
    dependentsOf: (uid) => [...(dependents.get(uid) ?? [])].flatMap((each) => vertices.get(each) ?? []),
  };
}
