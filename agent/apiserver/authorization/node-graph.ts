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
import type { ResourceEvent } from '../state/resource-state.ts';
import type { State } from '../state/state.ts';

export interface NodeGraph {
  /** `resource` as in `secrets`, `resourceslices.resource.k8s.io`. */
  leadsToNode(nodeName: string, resource: string, namespace: string, name: string): boolean;
}

/** Whatever is used, and what uses it. */
type Edge = readonly [used: string, user: string];

const vertex = (resource: string, namespace: string, name: string): string => `${resource} ${namespace}/${name}`;
const nodeVertex = (name: string): string => vertex('nodes', '', name);

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

/** Follows the kinds that are served, and their objects, for as long as the state lives. */
export function createNodeGraph(state: State, kinds: KindSource): NodeGraph {
  const usersOf = new Map<string, Set<string>>();
  const add = ([used, user]: Edge) => {
    const users = usersOf.get(used);
    if (users) users.add(user);
    else usersOf.set(used, new Set([user]));
  };
  const remove = ([used, user]: Edge) => {
    const users = usersOf.get(used);
    users?.delete(user);
    if (users?.size === 0) usersOf.delete(used);
  };

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
      const goal = nodeVertex(nodeName);
      const seen = new Set<string>([vertex(resource, namespace, name)]);
      for (const each of seen) {
        if (each === goal) return true;
        for (const user of usersOf.get(each) ?? []) seen.add(user);
      }
      return false;
    },
  };
}
