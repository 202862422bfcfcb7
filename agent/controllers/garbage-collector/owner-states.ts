/**
 * Finds out whether the owner that a reference names exists. Kind, name, uid and namespace must all match.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/garbagecollector/garbagecollector.go (isDangling)
 */
import { isNotFound } from '../../api/errors.ts';
import type { Kind } from '../../api/kind.ts';
import type { KubeObject, meta } from '../../api/types.ts';
import type { Context } from '../shared/controller.ts';
import type { Graph, Vertex } from './graph.ts';
import { awaitsDependents, type OwnerState } from './plan.ts';

type Reference = meta.OwnerReference;

const maxAbsent = 1000;

const stateOf = (owner: KubeObject): OwnerState => (awaitsDependents(owner) ? 'waiting' : 'present');

/** Records upstream's event OwnerRefInvalidNamespace for an owner in another namespace. */
function reportNamespace({ recorder }: Context, reference: Reference, dependent: KubeObject): void {
  const { apiVersion, kind, name, uid } = reference;
  const { namespace = '' } = dependent.metadata;
  const which = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
  const message = `ownerRef ${which} does not exist in namespace "${namespace}"`;
  recorder.event(dependent, 'Warning', 'OwnerRefInvalidNamespace', message);
}

/** True if the vertex is exactly the object that the reference names. */
const isNamed = ({ kind, object }: Vertex, named: Kind, reference: Reference, namespace: string | undefined): boolean =>
  kind === named &&
  object.metadata.name === reference.name &&
  (!kind.namespaced || object.metadata.namespace === namespace);

export function createOwnerStates(context: Context, graph: Graph) {
  const { client, kinds, log, signal } = context;
  /** Uids that the server does not have. The entries stay valid, because a uid is never reused. */
  const absent = new Set<string>();

  const ask = async (kind: Kind, reference: Reference, namespace: string | undefined): Promise<OwnerState> => {
    const { apiVersion, kind: name, name: object, uid } = reference;
    const id = JSON.stringify([apiVersion, name, object, uid, namespace]);
    if (absent.has(id)) return 'absent';
    try {
      const owner = await client.resource(kind).get(object, namespace, signal);
      if (owner.metadata.uid === uid) return stateOf(owner);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    if (absent.size >= maxAbsent) absent.clear();
    absent.add(id);
    return 'absent';
  };

  return async (reference: Reference, dependent: KubeObject): Promise<OwnerState> => {
    const { namespace } = dependent.metadata;
    const vertex = graph.get(reference.uid);
    if (vertex?.kind.namespaced && vertex.object.metadata.namespace !== namespace) {
      reportNamespace(context, reference, dependent);
    }
    const served = kinds.named(reference.apiVersion, reference.kind);
    if (!served) {
      log.warn('Owner of unknown kind', { owner: `${reference.apiVersion} ${reference.kind} ${reference.name}` });
      return 'unresolvable';
    }
    const { kind } = served;
    if (kind.namespaced && !namespace) return 'unresolvable';
    if (vertex && isNamed(vertex, kind, reference, namespace)) return stateOf(vertex.object);
    // No informer has the owner. Informers may lag, so ask the server.
    return ask(kind, reference, kind.namespaced ? namespace : undefined);
  };
}
