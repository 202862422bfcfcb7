/**
 * Watches what adds resources to a server: custom resource definitions and aggregated APIs. It asks for metadata only,
 * since all that matters is that something changed.
 */
import { ApiError } from '../../../agent/api/errors.ts';
import type { ServedResource, ServedResources } from '../../contract/resources.ts';
import type { KubeConnection } from '../../kube/connection.ts';
import { acceptAs, expectSuccess, linesOf, pathOf, requestJson } from '../../kube/requests.ts';

const definitions = new Set(['customresourcedefinitions.apiextensions.k8s.io', 'apiservices.apiregistration.k8s.io']);
/** Milliseconds before an ended watch is opened again. The delay doubles each time the watch brings nothing. */
const firstDelay = 1_000;
const longestDelay = 30_000;

export interface DefinitionsWatch {
  connection: KubeConnection;
  served: ServedResources;
  /** Called when something has changed, or may have changed while no watch was open. */
  onChange: () => void;
  /** Called when a watch is open for the first time: something may have changed since `served` was read. */
  onFirstOpen: () => void;
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  signal: AbortSignal;
}

export interface DefinitionsWatcher {
  stop(): void;
  /** False if the server serves no definitions, refuses to show them, or a watch is not open at the moment. */
  isLive(): boolean;
  /** True if it watches all definitions that the server serves now. */
  covers(served: ServedResources): boolean;
}

const watchableOf = ({ resources }: ServedResources): ServedResource[] =>
  resources.filter(isDefinition).filter(({ verbs }) => verbs.includes('watch'));

const versionsOf = (served: ServedResources): string =>
  watchableOf(served)
    .map(({ plural, version }) => `${plural} ${version}`)
    .join();

/** Runs until it is stopped. A server that refuses is not asked again. */
export function watchDefinitions(options: DefinitionsWatch): DefinitionsWatcher {
  const { served, sleep } = options;
  const stopped = new AbortController();
  const signal = AbortSignal.any([options.signal, stopped.signal]);
  const watchable = watchableOf(served);
  const live = new Set<ServedResource>();
  const follow = async (resource: ServedResource) => {
    let delay = firstDelay;
    let wasOpen = false;
    const onOpen = () => {
      live.add(resource);
      if (wasOpen) options.onChange();
      else options.onFirstOpen();
      wasOpen = true;
    };
    const onChange = () => {
      delay = firstDelay;
      options.onChange();
    };
    while (!signal.aborted) {
      const isOver = await watchOne({ ...options, resource, onOpen, onChange, signal }).then(() => false, isRefusal);
      live.delete(resource);
      if (isOver || signal.aborted) return;
      await sleep(delay, signal).catch(ifRunning(signal));
      delay = Math.min(delay * 2, longestDelay);
    }
  };
  for (const resource of watchable) void follow(resource);
  return {
    stop: () => stopped.abort(),
    isLive: () => watchable.length > 0 && live.size === watchable.length,
    covers: (now) => versionsOf(now) === versionsOf(served),
  };
}

export const isDefinition = ({ group, plural }: ServedResource): boolean => definitions.has(`${plural}.${group}`);

/**
 * An expired revision, throttling and errors of the server may pass; a broken connection breaks discovery as well,
 * which reports it.
 */
const isRefusal = (error: unknown): boolean =>
  error instanceof ApiError && error.code < 500 && error.code !== 410 && error.code !== 429;

const ifRunning = (signal: AbortSignal) => (error: unknown) => {
  if (!signal.aborted) throw error;
};

interface OneWatch extends Pick<DefinitionsWatch, 'connection' | 'onChange' | 'signal'> {
  resource: ServedResource;
  onOpen: () => void;
}

/** Resolves when the server ends the watch. */
async function watchOne({ connection, resource, onOpen, onChange, signal }: OneWatch): Promise<void> {
  const { value } = await requestJson<{ metadata: { resourceVersion?: string } }>(connection, {
    method: 'GET',
    path: pathOf({ resource, query: { limit: 1 } }),
    headers: acceptAs('PartialObjectMetadataList'),
    signal,
  });
  const query = { watch: true, resourceVersion: value.metadata.resourceVersion };
  const path = pathOf({ resource, query });
  const response = await connection.request({
    method: 'GET',
    path,
    headers: acceptAs('PartialObjectMetadata'),
    signal,
  });
  await expectSuccess(response);
  onOpen();
  for await (const line of linesOf(response.body)) if (line) onChange();
}
