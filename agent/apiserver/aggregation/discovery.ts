/**
 * What another API server serves: one document that names everything, or the older one of a single version.
 * https://github.com/kubernetes/kube-aggregator/blob/release-1.36/pkg/apiserver/handler_discovery.go
 */

import { isObject } from '../../api/json/value.ts';
import { apiVersionOf } from '../../api/kind.ts';
import type { APIService } from '../../api/types.ts';
import type { GroupVersion } from '../../api/version-order.ts';
import { type Fetched, type Fetching, fetchJson } from './fetch.ts';
import type { VersionDiscovery } from './versions.ts';

const everything = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

type Fields = Record<string, unknown>;
const listIn = (value: unknown, field: string): Fields[] => {
  const list: unknown = isObject(value) ? value[field] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
};
const textIn = (value: Fields, field: string): string => (typeof value[field] === 'string' ? value[field] : '');

/** Clients of client-go 0.26 fail where a resource has no kind at all. */
const withKind = (resource: Fields): Fields => ({ ...resource, responseKind: resource.responseKind ?? {} });

const withKinds = (version: Fields): VersionDiscovery => ({
  ...version,
  ...(version.resources === undefined
    ? {}
    : {
        resources: listIn(version, 'resources').map((resource) => ({
          ...withKind(resource),
          ...(resource.subresources === undefined
            ? {}
            : { subresources: listIn(resource, 'subresources').map(withKind) }),
        })),
      }),
});

function versionsIn(document: unknown): Map<string, VersionDiscovery> {
  const versions = new Map<string, VersionDiscovery>();
  for (const item of listIn(document, 'items')) {
    const group = isObject(item.metadata) ? textIn(item.metadata, 'name') : '';
    for (const version of listIn(item, 'versions')) {
      versions.set(apiVersionOf({ group, version: textIn(version, 'version') }), withKinds(version));
    }
  }
  return versions;
}

const kindIn = (resource: Fields, at: GroupVersion): Fields => ({
  group: textIn(resource, 'group') || at.group,
  version: textIn(resource, 'version') || at.version,
  kind: textIn(resource, 'kind'),
});

/**
 * An APIResourceList in the newer form.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/endpoints/installer.go
 * (ConvertGroupVersionIntoToDiscovery)
 */
function fromResourceList(document: unknown, at: GroupVersion): VersionDiscovery {
  const all = listIn(document, 'resources');
  const subresourcesOf = (name: string): Fields[] =>
    all
      .filter((each) => textIn(each, 'name').startsWith(`${name}/`))
      .map((each) => ({
        subresource: textIn(each, 'name').slice(name.length + 1),
        responseKind: kindIn(each, at),
        verbs: each.verbs ?? [],
      }));
  const resources = all
    .filter((each) => !textIn(each, 'name').includes('/'))
    .map((each) => {
      const subresources = subresourcesOf(textIn(each, 'name'));
      return {
        resource: textIn(each, 'name'),
        responseKind: kindIn(each, at),
        scope: each.namespaced === true ? 'Namespaced' : 'Cluster',
        singularResource: textIn(each, 'singularName'),
        verbs: each.verbs ?? [],
        ...(each.shortNames === undefined ? {} : { shortNames: each.shortNames }),
        ...(each.categories === undefined ? {} : { categories: each.categories }),
        ...(subresources.length > 0 ? { subresources } : {}),
      };
    });
  return { version: at.version, resources };
}

const isNewForm = ({ status, contentType }: Fetched): boolean =>
  status === 200 && contentType.includes('g=apidiscovery.k8s.io') && /\bv=v2(;|$)/.test(contentType);

/** Names no resources where the server does not know the version. Rejects where it cannot be asked. */
export async function fetchDiscovery(
  fetching: Fetching,
  service: APIService,
  at: GroupVersion,
): Promise<VersionDiscovery> {
  const all = await fetchJson(fetching, service, '/apis', everything);
  if (all.status === 503) throw new Error('service returned non-success response code: 503');
  if (isNewForm(all)) return versionsIn(all.value).get(apiVersionOf(at)) ?? { version: at.version };
  const path = `/apis/${apiVersionOf(at)}`;
  const own = await fetchJson(fetching, service, path, 'application/json');
  if (own.status !== 200) throw new Error(`failed to download legacy discovery for ${path}: ${own.status}`);
  return fromResourceList(own.value, at);
}
