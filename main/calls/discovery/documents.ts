/** Turns discovery documents into one list of resources. Pure. */
import type { ServedResource, ServedResources } from '../../contract/resources.ts';

/** `/api` or `/apis`, aggregated: https://kubernetes.io/docs/reference/using-api/api-concepts/#aggregated-discovery */
export interface AggregatedList {
  kind: 'APIGroupDiscoveryList';
  items?: {
    metadata?: { name?: string };
    versions?: {
      version: string;
      freshness?: string;
      resources?: {
        resource: string;
        responseKind?: { kind?: string };
        scope: string;
        singularResource?: string;
        verbs?: string[];
        shortNames?: string[];
        categories?: string[];
        subresources?: { subresource: string }[];
      }[];
    }[];
  }[];
}

/** `/api` or `/apis` of servers before 1.26, or behind a proxy that drops the aggregated form. */
export interface LegacyRoots {
  /** Of `/api`. */
  versions?: string[];
  /** Of `/apis`; the preferred version first. */
  groups?: { name: string; versions: { version: string }[]; preferredVersion?: { version: string } }[];
}

/** `/api/v1`, `/apis/GROUP/VERSION` */
export interface LegacyList {
  resources?: {
    name: string;
    singularName?: string;
    namespaced: boolean;
    kind: string;
    verbs?: string[];
    shortNames?: string[];
    categories?: string[];
  }[];
}

export interface GroupVersion {
  group: string;
  version: string;
}

export const isAggregated = (document: unknown): document is AggregatedList =>
  typeof document === 'object' && document !== null && 'kind' in document && document.kind === 'APIGroupDiscoveryList';

export const textOf = ({ group, version }: GroupVersion): string => (group ? `${group}/${version}` : version);

/** Versions come in the server's order of preference, so the first version that has a resource is the one to use. */
export function firstOfEach(all: readonly ServedResource[]): ServedResource[] {
  const found = new Map<string, ServedResource>();
  for (const resource of all) {
    const key = `${resource.group}/${resource.plural}`;
    if (!found.has(key)) found.set(key, resource);
  }
  return [...found.values()];
}

export function readAggregated(documents: readonly AggregatedList[]): ServedResources {
  const resources: ServedResource[] = [];
  const silent: string[] = [];
  for (const { metadata, versions = [] } of documents.flatMap(({ items = [] }) => items)) {
    const group = metadata?.name ?? '';
    for (const { version, freshness, resources: listed = [] } of versions) {
      if (freshness === 'Stale') silent.push(textOf({ group, version }));
      for (const each of listed) {
        resources.push({
          group,
          version,
          plural: each.resource,
          kind: each.responseKind?.kind ?? '',
          singular: each.singularResource ?? '',
          namespaced: each.scope === 'Namespaced',
          verbs: each.verbs ?? [],
          shortNames: each.shortNames ?? [],
          categories: each.categories ?? [],
          subresources: (each.subresources ?? []).map(({ subresource }) => subresource),
        });
      }
    }
  }
  return { resources: firstOfEach(resources), silent };
}

/** The group versions to ask for one by one, in the order of preference. */
export function groupVersionsOf(core: LegacyRoots, named: LegacyRoots): GroupVersion[] {
  const others = (named.groups ?? []).flatMap(({ name: group, versions, preferredVersion }) => {
    const first = preferredVersion?.version;
    const ordered = [...versions].sort((a, b) => Number(b.version === first) - Number(a.version === first));
    return ordered.map(({ version }) => ({ group, version }));
  });
  return [...(core.versions ?? []).map((version) => ({ group: '', version })), ...others];
}

export function readLegacy({ group, version }: GroupVersion, { resources = [] }: LegacyList): ServedResource[] {
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map((each) => ({
      group,
      version,
      plural: each.name,
      kind: each.kind,
      singular: each.singularName ?? '',
      namespaced: each.namespaced,
      verbs: each.verbs ?? [],
      shortNames: each.shortNames ?? [],
      categories: each.categories ?? [],
      subresources: resources
        .filter(({ name }) => name.startsWith(`${each.name}/`))
        .map(({ name }) => name.slice(each.name.length + 1)),
    }));
}
