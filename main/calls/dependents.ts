/**
 * Finds what depends on objects through owner references, directly or through other owners. Servers keep no index of
 * these, so this reads the metadata of every resource that may hold such a reference.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
 */
import { ApiError } from '../../agent/api/errors.ts';
import type { KubeObject, meta } from '../../agent/api/types.ts';
import type { Dependents, ResourceRef, ServedResource } from '../contract/resources.ts';
import type { KubeConnection } from '../kube/connection.ts';
import { acceptAs, pathOf, requestJson } from '../kube/requests.ts';
import { resourcesOf } from './discovery/server-resources.ts';

interface Search {
  connection: KubeConnection;
  /** Uids. */
  owners: readonly string[];
  /**
   * Namespace of the owners, which their dependents share. Absent for cluster-scoped owners: dependents may be
   * anywhere.
   */
  namespace?: string;
  signal: AbortSignal;
}

interface PartialList {
  metadata: meta.ListMeta;
  items: Pick<KubeObject, 'metadata'>[];
}

type Found = Dependents['groups'][number];

const pageSize = 500;
const concurrency = 8;
/** Short-lived objects whose deletion nobody has to be warned about. */
const ignored: readonly ResourceRef[] = [
  { group: '', plural: 'events' },
  { group: 'events.k8s.io', plural: 'events' },
];

const isIgnored = ({ group, plural }: ResourceRef): boolean =>
  ignored.some((each) => each.group === group && each.plural === plural);

export async function findDependents({ connection, owners, namespace, signal }: Search): Promise<Dependents> {
  const server = resourcesOf(connection);
  const { resources } = server.current ?? (await server.refresh());
  const candidates = resources.filter(
    (each) => each.verbs.includes('list') && (each.namespaced || !namespace) && !isIgnored(each),
  );
  const owned = new Map<ServedResource, KubeObject['metadata'][]>();
  const unseen: string[] = [];
  const waiting = [...candidates];
  const work = async () => {
    for (let resource = waiting.shift(); resource; resource = waiting.shift()) {
      try {
        owned.set(resource, await ownedIn(connection, resource, namespace, signal));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        unseen.push(resource.group ? `${resource.plural}.${resource.group}` : resource.plural);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const goes = closure(owners, [...owned.values()].flat());
  const groups = candidates.flatMap((resource): Found[] => {
    const found = (owned.get(resource) ?? []).filter(({ uid }) => goes.has(uid));
    if (found.length === 0) return [];
    const { group, plural, kind } = resource;
    const objects = found.map(({ name, namespace: place, uid, creationTimestamp }) => ({
      name,
      ...(place ? { namespace: place } : {}),
      uid,
      created: creationTimestamp,
    }));
    return [{ resource: { group, plural }, kind, objects }];
  });
  return { groups, unseen: unseen.sort() };
}

/** Metadata of the resource's objects that have an owner. */
async function ownedIn(
  connection: KubeConnection,
  resource: ServedResource,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<KubeObject['metadata'][]> {
  const found: KubeObject['metadata'][] = [];
  let next: string | undefined;
  do {
    const path = pathOf({ resource, namespace, query: { limit: pageSize, continue: next } });
    const { value } = await requestJson<PartialList>(connection, {
      method: 'GET',
      path,
      headers: acceptAs('PartialObjectMetadataList'),
      signal,
    });
    for (const { metadata } of value.items) if (metadata.ownerReferences?.length) found.push(metadata);
    next = value.metadata.continue;
  } while (next);
  return found;
}

/** Uids of everything that the owners own, directly or through other objects. */
export function closure(
  owners: readonly string[],
  all: readonly Pick<KubeObject['metadata'], 'uid' | 'ownerReferences'>[],
): Set<string> {
  const byOwner = new Map<string, string[]>();
  for (const { uid, ownerReferences = [] } of all)
    for (const owner of ownerReferences) byOwner.set(owner.uid, [...(byOwner.get(owner.uid) ?? []), uid]);
  const found = new Set<string>();
  const waiting = [...owners];
  for (let owner = waiting.pop(); owner !== undefined; owner = waiting.pop()) {
    for (const uid of byOwner.get(owner) ?? []) {
      if (found.has(uid)) continue;
      found.add(uid);
      waiting.push(uid);
    }
  }
  for (const owner of owners) found.delete(owner);
  return found;
}
