/** What is served. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api */
import { createHash } from 'node:crypto';
import type { Kind, Representation } from '../../api/kind.ts';
import { apiVersionOf, partVerbs, servedRepresentations } from '../../api/kind.ts';
import { compareGroups, compareVersions } from '../../api/version-order.ts';

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

interface GroupVersion {
  group: string;
  version: string;
  resources: Resource[];
}

function subresourcesOf(kind: Kind, { group, version }: Representation): Subresource[] {
  const own = (kind.subresources ?? []).map(({ name, verbs, ...of }) => ({
    name,
    kind: of.kind,
    group: of.group ?? group,
    version: of.version ?? version,
    verbs,
  }));
  const status = kind.hasStatus ? [{ name: 'status', kind: kind.kind, group, version, verbs: partVerbs }] : [];
  const scale = kind.scale
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

/** Versions that kinds prefer come first in their group, all others in upstream's order. */
function compareWith(preferred: ReadonlySet<string>): (a: GroupVersion, b: GroupVersion) => number {
  const rank = (each: GroupVersion): number => (preferred.has(apiVersionOf(each)) ? 0 : 1);
  return (a, b) => compareGroups(a.group, b.group) || rank(a) - rank(b) || compareVersions(a.version, b.version);
}

export function groupVersionsOf(kinds: readonly Kind[], unstored: readonly UnstoredResource[]): GroupVersion[] {
  const found = new Map<string, GroupVersion>();
  const add = ({ group, version }: Pick<GroupVersion, 'group' | 'version'>, resource: Resource) => {
    const key = apiVersionOf({ group, version });
    const entry = found.get(key) ?? { group, version, resources: [] };
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
  const preferred = new Set(kinds.flatMap((kind) => (kind.preferred === undefined ? [] : [kind.preferred])));
  return [...found.values()].sort(compareWith(preferred));
}

const storageHash = (group: string, plural: string): string =>
  createHash('sha256').update(`${group}/${plural}`).digest('base64').slice(0, 11).concat('=');

const orNothing = <T>(key: string, list: readonly T[]) => (list.length > 0 ? { [key]: list } : {});

/** `/api/v1`, `/apis/apps/v1` */
export function resourceListOf({ group, version, resources }: GroupVersion) {
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

function groupOf(group: string, versions: readonly GroupVersion[]) {
  const named = versions.map(({ version }) => ({ groupVersion: apiVersionOf({ group, version }), version }));
  return { name: group, versions: named, preferredVersion: named[0] };
}

const groupNames = (all: readonly GroupVersion[]): string[] =>
  [...new Set(all.map(({ group }) => group))].filter(Boolean);

/** `/apis` */
export const groupListOf = (all: readonly GroupVersion[]) => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groupNames(all).map((name) =>
    groupOf(
      name,
      all.filter(({ group }) => group === name),
    ),
  ),
});

/** `/apis/apps`; undefined where there is no such group. */
export function groupDocument(all: readonly GroupVersion[], name: string) {
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

/**
 * `/api` and `/apis` in one document each.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#aggregated-discovery
 */
export function aggregatedDiscovery(all: readonly GroupVersion[], core: 'core' | 'named', metaVersion: string) {
  const groups = core === 'core' ? [''] : groupNames(all);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${metaVersion}`,
    metadata: {},
    items: groups.map((name) => ({
      metadata: { name, creationTimestamp: null },
      versions: all
        .filter(({ group }) => group === name)
        .map(({ group, version, resources }) => ({
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
        })),
    })),
  };
}
