/**
 * Which objects a node has to do with: from an object along whatever uses it to the node.
 * https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/auth/authorizer/node/graph.go
 */

import { configMapsOf, secretsOf } from '../../api/core/pod-references.ts';
import { isEqual } from '../../api/json/value.ts';
import { type Kind, resourceOf } from '../../api/kind.ts';
import { claimsOf } from '../../api/pods.ts';
import type { KindSource } from '../../api/registry.ts';
import type { AnyObject, Pod } from '../../api/types.ts';
import type { State } from '../state/state.ts';
import type { ResourceEvent } from '../state/watchers.ts';

export interface NodeGraph {
  /** `resource` as in `secrets`, `resourceslices.resource.k8s.io`. */
  leadsToNode(nodeName: string, resource: string, namespace: string, name: string): boolean;
}

/** Whatever is used, and what uses it. */
type Edge = readonly [used: string, user: string];

const vertex = (resource: string, namespace: string, name: string): string => `${resource} ${namespace}/${name}`;
const nodeVertex = (name: string): string => vertex('nodes', '', name);
const isNode = (name: string): boolean => name.startsWith('nodes ');
const isPod = (name: string): boolean => name.startsWith('pods ');

export const mirrorAnnotation = 'kubernetes.io/config.mirror';

function podEdges(object: AnyObject): Edge[] {
  const pod = object as AnyObject & Pod;
  const { metadata, spec } = pod;
  const { name, namespace = '' } = metadata;
  if (!spec?.nodeName) return [];
  const self = vertex('pods', namespace, name);
  const placed: Edge = [self, nodeVertex(spec.nodeName)];
  // A node makes mirror pods itself: they must not be what lets it see more.
  if (metadata.annotations?.[mirrorAnnotation] !== undefined) return [placed];
  const uses = (resource: string, names: readonly string[]): Edge[] =>
    names.map((each) => [vertex(resource, namespace, each), self]);
  const claims = (pod.status?.resourceClaimStatuses ?? []).flatMap(({ resourceClaimName }) => resourceClaimName ?? []);
  const named = (spec.resourceClaims ?? []).flatMap(({ resourceClaimName }) => resourceClaimName ?? []);
  return [
    placed,
    ...uses('serviceaccounts', spec.serviceAccountName ? [spec.serviceAccountName] : []),
    ...uses('secrets', secretsOf(pod)),
    ...uses('configmaps', configMapsOf(pod)),
    ...uses('persistentvolumeclaims', claimsOf(pod)),
    ...uses('resourceclaims.resource.k8s.io', [...claims, ...named]),
  ];
}

interface Reference {
  name?: string;
  namespace?: string;
  secretName?: string;
  secretNamespace?: string;
}

/** Of a volume's source, whatever kind of source it is. */
function volumeSecrets(source: unknown, claimNamespace: string): string[] {
  if (typeof source !== 'object' || source === null) return [];
  const { secretName, secretNamespace } = source as Reference;
  const references = Object.entries(source).flatMap(([field, value]) =>
    /SecretRef$|^secretRef$/.test(field) && typeof value === 'object' && value !== null ? [value as Reference] : [],
  );
  const azure: Reference[] = secretName
    ? [{ name: secretName, ...(secretNamespace ? { namespace: secretNamespace } : {}) }]
    : [];
  return [...references, ...azure].flatMap(({ name, namespace }) =>
    name ? [vertex('secrets', namespace ?? claimNamespace, name)] : [],
  );
}

function volumeEdges({ metadata, spec = {} }: AnyObject): Edge[] {
  const claim: Reference | undefined =
    typeof spec.claimRef === 'object' && spec.claimRef !== null ? spec.claimRef : undefined;
  if (!claim?.name || !claim.namespace) return [];
  const self = vertex('persistentvolumes', '', metadata.name);
  const { namespace } = claim;
  const secrets = Object.values(spec).flatMap((source) => volumeSecrets(source, namespace));
  return [
    [self, vertex('persistentvolumeclaims', namespace, claim.name)],
    ...secrets.map((secret): Edge => [secret, self]),
  ];
}

/** Of objects whose spec names the node itself. */
const namesNode =
  (resource: string) =>
  ({ metadata, spec }: AnyObject): Edge[] =>
    typeof spec?.nodeName === 'string' && spec.nodeName
      ? [[vertex(resource, '', metadata.name), nodeVertex(spec.nodeName)]]
      : [];

/** What the objects of a resource tell of who uses what. */
const sources: ReadonlyMap<string, (object: AnyObject) => Edge[]> = new Map([
  ['pods', podEdges],
  ['persistentvolumes', volumeEdges],
  ['volumeattachments.storage.k8s.io', namesNode('volumeattachments.storage.k8s.io')],
  ['resourceslices.resource.k8s.io', namesNode('resourceslices.resource.k8s.io')],
]);

/** Most writes are of status: the stored objects of before and after share the very same spec. */
const usesTheSame = (before: AnyObject, after: AnyObject): boolean =>
  before.spec === after.spec && isEqual(before.status?.resourceClaimStatuses, after.status?.resourceClaimStatuses);

/** Sets by what they belong to. */
class Relation {
  readonly #sets = new Map<string, Set<string>>();

  of(key: string): ReadonlySet<string> {
    return this.#sets.get(key) ?? nothing;
  }

  add(key: string, value: string): void {
    const set = this.#sets.get(key);
    if (set) set.add(value);
    else this.#sets.set(key, new Set([value]));
  }

  remove(key: string, value: string): void {
    const set = this.#sets.get(key);
    set?.delete(value);
    if (set?.size === 0) this.#sets.delete(key);
  }
}

const nothing: ReadonlySet<string> = new Set();

function meet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const [few, many] = one.size <= other.size ? [one, other] : [other, one];
  for (const each of few) if (many.has(each)) return true;
  return false;
}

/**
 * Follows the kinds that are served, and their objects, for as long as the state lives. All pods of a namespace may use
 * one account and one config map, so of the pods that use an object only those on the asked node are looked at.
 */
export function createNodeGraph(state: State, kinds: KindSource): NodeGraph {
  const podsOf = new Relation();
  const otherUsersOf = new Relation();
  /** Nodes to what names them: their pods, attachments and slices. */
  const placedOn = new Relation();
  const change = (method: 'add' | 'remove') => (edge: Edge) => {
    const [used, user] = edge;
    if (isNode(user)) placedOn[method](user, used);
    else (isPod(user) ? podsOf : otherUsersOf)[method](used, user);
  };
  const [add, remove] = [change('add'), change('remove')];

  const follow = (kind: Kind) => {
    const edgesOf = sources.get(resourceOf(kind));
    if (!edgesOf) return;
    const { objects, followers } = state.of(kind);
    for (const { object } of objects.list('')) edgesOf(object).forEach(add);
    followers.add(({ type, record, previous }: ResourceEvent) => {
      if (type === 'MODIFIED' && previous && usesTheSame(previous.object, record.object)) return;
      if (previous) edgesOf(previous.object).forEach(remove);
      if (type !== 'DELETED') edgesOf(record.object).forEach(add);
    });
  };
  kinds.list().forEach(follow);
  kinds.onChange(({ added }) => added && follow(added));

  return {
    leadsToNode: (nodeName, resource, namespace, name) => {
      const placed = placedOn.of(nodeVertex(nodeName));
      const seen = new Set<string>([vertex(resource, namespace, name)]);
      for (const each of seen) {
        if (placed.has(each) || meet(podsOf.of(each), placed)) return true;
        for (const user of otherUsersOf.of(each)) seen.add(user);
      }
      return false;
    },
  };
}
