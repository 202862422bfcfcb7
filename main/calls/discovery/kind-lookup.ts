/** Finds the resource for an `apiVersion` and a `kind` by asking the server, so that custom resources work too. */
import { ApiError } from '../../../agent/api/errors.ts';
import { CallFailure } from '../../failure.ts';
import type { KubeConnection } from '../../kube/connection.ts';
import { requestJson, type VersionedResource } from '../../kube/requests.ts';

export interface DiscoveredResource extends VersionedResource {
  kind: string;
  namespaced: boolean;
}

interface ResourceListing {
  resources: { name: string; kind: string; namespaced: boolean }[];
}

/** Per connection; a connection is replaced when its context changes. */
const known = new WeakMap<KubeConnection, Map<string, DiscoveredResource>>();

const splitApiVersion = (apiVersion: string): { group: string; version: string } => {
  const [first = '', second] = apiVersion.split('/');
  return second ? { group: first, version: second } : { group: '', version: first };
};

export async function discover(
  connection: KubeConnection,
  apiVersion: string,
  kind: string,
  signal: AbortSignal,
): Promise<DiscoveredResource> {
  const cache = known.get(connection) ?? new Map<string, DiscoveredResource>();
  known.set(connection, cache);
  const key = `${apiVersion} ${kind}`;
  const found = cache.get(key) ?? (await lookUp(connection, apiVersion, kind, signal));
  cache.set(key, found);
  return found;
}

async function lookUp(
  connection: KubeConnection,
  apiVersion: string,
  kind: string,
  signal: AbortSignal,
): Promise<DiscoveredResource> {
  const { group, version } = splitApiVersion(apiVersion);
  const path = group ? `/apis/${group}/${version}` : `/api/${version}`;
  const noMatch = () =>
    new CallFailure(
      'NoMatch',
      `no matches for kind "${kind}" in version "${apiVersion}"`,
      'Check apiVersion and kind. If the kind is a custom one, install its CustomResourceDefinition first.',
    );
  const listing = await requestJson<ResourceListing>(connection, { method: 'GET', path, signal }).catch((error) => {
    throw error instanceof ApiError && error.code === 404 ? noMatch() : error;
  });
  const entry = listing.value.resources.find((resource) => resource.kind === kind && !resource.name.includes('/'));
  if (!entry) throw noMatch();
  return { group, version, plural: entry.name, kind, namespaced: entry.namespaced };
}
