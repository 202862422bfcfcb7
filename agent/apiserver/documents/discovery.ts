/** What is served. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api */
import { createHash } from 'node:crypto';
import { apiServiceName } from '../../api/apiregistration/names.ts';
import type { Priority } from '../../api/apiregistration/priorities.ts';
import type { Kind, Representation } from '../../api/kind.ts';
import { apiVersionOf, partsOf, partVerbs, servedRepresentations } from '../../api/kind.ts';
import { compareVersions, type GroupVersion } from '../../api/version-order.ts';
import type { PriorityOf, RemoteVersion, VersionDiscovery } from '../aggregation/versions.ts';

const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

interface Subresource {
  name: string;
  kind: string;
  group: string;
  version: string;
  verbs: readonly string[];
}

interface Resource {
  plural: string;
  singular: string;
  kind: string;
  namespaced: boolean;
  verbs: readonly string[];
  shortNames: readonly string[];
  categories: readonly string[];
  subresources: Subresource[];
}

interface ServedVersion extends GroupVersion {
  priority: Priority;
  resources: Resource[];
  remote?: RemoteVersion;
}

function subresourcesOf(kind: Kind, representation: Representation): Subresource[] {
  const { group, version } = representation;
  const parts = partsOf(kind, representation);
  const own = (kind.subresources ?? []).map(({ name, verbs, ...of }) => ({
    name,
    kind: of.kind,
    group: of.group ?? group,
    version: of.version ?? version,
    verbs,
  }));
  const status = parts.status ? [{ name: 'status', kind: kind.kind, group, version, verbs: partVerbs }] : [];
  const scale = parts.scale
    ? [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: partVerbs }]
    : [];
  return [...own, ...scale, ...status].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const resourceOf = (kind: Kind, representation: Representation): Resource => ({
  plural: kind.plural,
  singular: kind.singular,
  kind: kind.kind,
  namespaced: kind.namespaced,
  verbs: kind.verbs ?? allVerbs,
  shortNames: representation.retired ? [] : kind.shortNames,
  categories: representation.retired ? [] : kind.categories,
  subresources: subresourcesOf(kind, representation),
});

/** What is answered and never stored. */
export interface UnstoredResource {
  group: string;
  version: string;
  plural: string;
  singular: string;
  kind: string;
  namespaced: boolean;
}

/** Versions that kinds prefer come first, then those of the highest priority, then in upstream's order. */
function compareWith(preferred: ReadonlySet<string>): (a: ServedVersion, b: ServedVersion) => number {
  const rank = (each: ServedVersion): number => (preferred.has(apiVersionOf(each)) ? 0 : 1);
  return (a, b) =>
    rank(a) - rank(b) || b.priority.version - a.priority.version || compareVersions(a.version, b.version);
}

export interface Served {
  kinds: readonly Kind[];
  unstored: readonly UnstoredResource[];
  /** They take the place of what the server has by itself. */
  remotes: readonly RemoteVersion[];
  priorityOf: PriorityOf;
}

/** The versions of a group in their order; groups in none. */
export function servedVersions({ kinds, unstored, remotes, priorityOf }: Served): ServedVersion[] {
  const found = new Map<string, ServedVersion>();
  const add = (at: GroupVersion, resource: Resource) => {
    const { group, version } = at;
    const key = apiVersionOf(at);
    const entry = found.get(key) ?? { group, version, priority: priorityOf(at), resources: [] };
    entry.resources.push(resource);
    found.set(key, entry);
  };
  for (const kind of kinds) {
    for (const representation of servedRepresentations(kind)) add(representation, resourceOf(kind, representation));
  }
  for (const { group, version, ...resource } of unstored) {
    add({ group, version }, { ...resource, shortNames: [], categories: [], subresources: [], verbs: ['create'] });
  }
  for (const { resources } of found.values()) resources.sort((a, b) => (a.plural < b.plural ? -1 : 1));
  for (const remote of remotes) {
    const { group, version } = remote;
    found.set(apiVersionOf(remote), { group, version, priority: priorityOf(remote), resources: [], remote });
  }
  const preferred = new Set(kinds.flatMap((kind) => (kind.preferred === undefined ? [] : [kind.preferred])));
  return [...found.values()].sort(compareWith(preferred));
}

const storageHash = (group: string, plural: string): string =>
  createHash('sha256').update(`${group}/${plural}`).digest('base64').slice(0, 11).concat('=');

const orNothing = <T>(key: string, list: readonly T[]) => (list.length > 0 ? { [key]: list } : {});

/** `/api/v1`, `/apis/apps/v1` */
export function resourceListOf({ group, version, resources }: ServedVersion) {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources: resources.flatMap((resource) => [
      {
        name: resource.plural,
        singularName: resource.singular,
        namespaced: resource.namespaced,
        kind: resource.kind,
        verbs: resource.verbs,
        ...orNothing('shortNames', resource.shortNames),
        ...orNothing('categories', resource.categories),
        ...(resource.verbs.includes('list') ? { storageVersionHash: storageHash(group, resource.plural) } : {}),
      },
      ...resource.subresources.map((each) => ({
        name: `${resource.plural}/${each.name}`,
        singularName: '',
        namespaced: resource.namespaced,
        ...(each.group === group && each.version === version ? {} : { group: each.group, version: each.version }),
        kind: each.kind,
        verbs: each.verbs,
      })),
    ]),
  };
}

function groupOf(group: string, versions: readonly ServedVersion[]) {
  const named = versions.map(({ version }) => ({ groupVersion: apiVersionOf({ group, version }), version }));
  return { name: group, versions: named, preferredVersion: named[0] };
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const namesIn = (all: readonly ServedVersion[]): string[] =>
  [...new Set(all.map(({ group }) => group))].filter(Boolean);

/**
 * The group of the API service with the highest priority first, then by the names of the services.
 * https://github.com/kubernetes/kube-aggregator/blob/release-1.36/pkg/apis/apiregistration/v1/helper/helpers.go
 */
const groupsByService = (all: readonly ServedVersion[]): string[] =>
  namesIn(
    [...all].sort((a, b) => b.priority.group - a.priority.group || compareTexts(apiServiceName(a), apiServiceName(b))),
  );

/**
 * By the highest priority of their versions, then by their names.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/endpoints/discovery/aggregated/handler.go
 */
function groupsByName(all: readonly ServedVersion[]): string[] {
  const highest = new Map<string, number>();
  for (const { group, priority } of all) highest.set(group, Math.max(priority.group, highest.get(group) ?? 0));
  const of = (group: string): number => highest.get(group) ?? 0;
  return namesIn(all).sort((a, b) => of(b) - of(a) || compareTexts(a, b));
}

/** `/apis` */
export const groupListOf = (all: readonly ServedVersion[]) => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groupsByService(all).map((name) =>
    groupOf(
      name,
      all.filter(({ group }) => group === name),
    ),
  ),
});

/** `/apis/apps`; undefined where there is no such group. */
export function groupDocument(all: readonly ServedVersion[], name: string) {
  const versions = all.filter(({ group }) => group === name);
  return versions.length > 0 && name ? { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(name, versions) } : undefined;
}

/** `/api` */
export const coreVersions = (address: string) => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
});

const responseKind = (kind: string, group: string, version: string) => ({ group, version, kind });

function versionOf({ group, version, resources, remote }: ServedVersion): VersionDiscovery {
  if (remote) return remote.discovery ?? { version };
  return {
    version,
    resources: resources.map((resource) => ({
      resource: resource.plural,
      responseKind: responseKind(resource.kind, group, version),
      scope: resource.namespaced ? 'Namespaced' : 'Cluster',
      singularResource: resource.singular,
      verbs: resource.verbs,
      ...orNothing('shortNames', resource.shortNames),
      ...orNothing('categories', resource.categories),
      ...orNothing(
        'subresources',
        resource.subresources.map((each) => ({
          subresource: each.name,
          responseKind: responseKind(each.kind, each.group, each.version),
          verbs: each.verbs,
        })),
      ),
    })),
    freshness: 'Current',
  };
}

/** As upstream, whoever nobody has asked yet is not named. */
const isKnown = ({ remote }: ServedVersion): boolean => !remote || remote.discovery !== undefined;

/**
 * `/api` and `/apis` in one document each.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#aggregated-discovery
 */
export function aggregatedDiscovery(served: readonly ServedVersion[], core: 'core' | 'named', metaVersion: string) {
  const all = served.filter(isKnown);
  const groups = core === 'core' ? [''] : groupsByName(all);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${metaVersion}`,
    metadata: {},
    items: groups.map((name) => ({
      metadata: { name, creationTimestamp: null },
      versions: all.filter(({ group }) => group === name).map(versionOf),
    })),
  };
}
