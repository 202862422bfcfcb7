/**
 * Watches what adds resources to a server: custom resource definitions and aggregated APIs. Only that something has
 * changed is of interest, so it asks for metadata alone.
 */
import { ApiError } from '../../../agent/api/errors.ts';
import type { ServedResource, ServedResources } from '../../contract.ts';
import type { KubeConnection } from '../../kube/connection.ts';
import { expectSuccess, linesOf, pathOf, requestJson } from '../kube-requests.ts';

const definitions = new Set(['customresourcedefinitions.apiextensions.k8s.io', 'apiservices.apiregistration.k8s.io']);
const accept = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json';
const listAccept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';

interface DefinitionsWatch {
  connection: KubeConnection;
  served: ServedResources;
  onChange: () => void;
  signal: AbortSignal;
}

export interface DefinitionsWatcher {
  stop(): void;
  /** False where the server serves no definitions, refuses to show them, or has ended the watch. */
  isLive(): boolean;
  /** Trying again would be refused again. */
  isRefused(): boolean;
}

/** Calls back for each change, and once when a watch ends by itself: something may have been missed then. */
export function watchDefinitions({ connection, served, onChange, signal }: DefinitionsWatch): DefinitionsWatcher {
  const stopped = new AbortController();
  const either = AbortSignal.any([signal, stopped.signal]);
  const watchable = served.resources.filter(isDefinition).filter(({ verbs }) => verbs.includes('watch'));
  let live = 0;
  let refused = false;
  const run = async (resource: ServedResource) => {
    live += 1;
    try {
      await watchOne(connection, resource, onChange, either);
    } catch (error) {
      // What broke the connection breaks discovery as well, which reports it.
      if (error instanceof ApiError && error.code !== 410) refused = true;
    } finally {
      live -= 1;
      if (!either.aborted && !refused) onChange();
    }
  };
  for (const resource of watchable) void run(resource);
  return {
    stop: () => stopped.abort(),
    isLive: () => watchable.length > 0 && live === watchable.length,
    isRefused: () => refused,
  };
}

export const isDefinition = ({ group, plural }: ServedResource): boolean => definitions.has(`${plural}.${group}`);

async function watchOne(
  connection: KubeConnection,
  resource: ServedResource,
  onChange: () => void,
  signal: AbortSignal,
): Promise<void> {
  const { value } = await requestJson<{ metadata: { resourceVersion?: string } }>(connection, {
    method: 'GET',
    path: pathOf({ resource, query: { limit: 1 } }),
    headers: { accept: listAccept },
    signal,
  });
  const query = { watch: true, resourceVersion: value.metadata.resourceVersion };
  const path = pathOf({ resource, query });
  const response = await connection.request({ method: 'GET', path, headers: { accept }, signal });
  await expectSuccess(response);
  for await (const line of linesOf(response.body)) if (line) onChange();
}
