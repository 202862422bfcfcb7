/**
 * A live list for the window: list, then watch from there, for as long as the window wants it.
 * Invariant: what the window holds after applying `resync` and `events` in order is what the server had at the last
 * revision seen; after a 410 everything is listed anew, after any other break the watch resumes from that revision.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
import { ApiError } from '../../agent/api/errors.ts';
import type { AnyObject, ObjectList, WatchEvent } from '../../agent/api/types.ts';
import type { ResourceChanges, ResourceRef } from '../contract.ts';
import type { KubeConnection } from '../kube/connection.ts';
import { createBatch } from './batch.ts';
import { toCallError } from './failure.ts';
import { expectSuccess, linesOf, pathOf, requestJson } from './kube-requests.ts';
import { onWake } from './wake.ts';

export interface WatchTarget {
  id: string;
  resource: ResourceRef;
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

export interface WatchRelayOptions {
  target: WatchTarget;
  connect: () => Promise<KubeConnection>;
  emit: (changes: ResourceChanges) => void;
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  signal: AbortSignal;
}

const pageSize = 1_000;
const firstDelay = 250;
const longestDelay = 8_000;
/** A little under the five minutes after which upstream ends a watch anyway. */
const watchSeconds = 290;

/** Runs until the signal aborts; never rejects for a failure of the server, which goes to the window as `error`. */
export async function relayWatch(options: WatchRelayOptions): Promise<void> {
  const { emit, sleep, signal, target } = options;
  let revision: string | undefined;
  let delay = firstDelay;
  let hasListed = false;
  const working = () => {
    delay = firstDelay;
  };
  while (!signal.aborted) {
    try {
      revision ??= await list(options, !hasListed, working);
      hasListed = true;
      const begun = performance.now();
      revision = await watch(options, revision, working);
      if (performance.now() - begun < firstDelay && !(await rest(sleep, firstDelay, signal))) return;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.code === 410) {
        revision = undefined;
        continue;
      }
      revision = error instanceof WatchBroken ? error.revision : revision;
      const cause = error instanceof WatchBroken ? error.cause : error;
      emit({ id: target.id, events: [], synced: false, error: toCallError(cause) });
      if (!(await rest(sleep, delay, signal))) return;
      delay = Math.min(delay * 2, longestDelay);
    }
  }
}

/** False where the signal ended the rest. It is over early where there is reason to think that it works now. */
async function rest(sleep: WatchRelayOptions['sleep'], delay: number, signal: AbortSignal): Promise<boolean> {
  const early = new AbortController();
  const forget = onWake(() => early.abort());
  try {
    await sleep(delay, AbortSignal.any([signal, early.signal]));
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    if (early.signal.aborted) return true;
    throw error;
  } finally {
    forget();
  }
}

/** The watch ended by accident; `revision` is where to go on. */
class WatchBroken extends Error {
  readonly revision: string;
  constructor(revision: string, cause: unknown) {
    super('watch broken', { cause });
    this.revision = revision;
  }
}

const queryOf = ({ labelSelector, fieldSelector }: WatchTarget) => ({ labelSelector, fieldSelector });

/** Field ownership is large and the window never shows it in lists. */
function trim(object: AnyObject): AnyObject {
  delete object.metadata.managedFields;
  return object;
}

/**
 * Page by page. A window that holds nothing yet is shown each page as it comes; one that does keeps what it has until
 * everything was listed anew, so that nothing disappears and comes back.
 */
async function list(options: WatchRelayOptions, isFirst: boolean, working: () => void): Promise<string> {
  const { target, connect, emit, signal } = options;
  const connection = await connect();
  const items: AnyObject[] = [];
  let next: string | undefined;
  let revision = '';
  let pages = 0;
  do {
    const begun = performance.now();
    const query = { ...queryOf(target), limit: pageSize, continue: next };
    const path = pathOf({ resource: target.resource, namespace: target.namespace, query });
    const { value } = await requestJson<ObjectList>(connection, { method: 'GET', path, signal });
    const latency = performance.now() - begun;
    const { apiVersion, kind } = { apiVersion: value.apiVersion, kind: value.kind.replace(/List$/, '') };
    const page = value.items.map((item) => trim({ ...item, apiVersion, kind }));
    next = value.metadata.continue;
    revision = value.metadata.resourceVersion ?? '';
    const synced = !next;
    const isAddition = isFirst && pages++ > 0;
    if (!isFirst) items.push(...page);
    if (isAddition) emit({ id: target.id, events: page.map(added), synced, latency });
    else if (isFirst || synced) emit({ id: target.id, resync: isFirst ? page : items, events: [], synced, latency });
  } while (next);
  working();
  return revision;
}

const added = (object: AnyObject): WatchEvent => ({ type: 'ADDED', object });

/** Resolves with the last revision when the server ends the watch in its own time. */
async function watch(options: WatchRelayOptions, from: string, working: () => void): Promise<string> {
  const { target, connect, emit, signal } = options;
  const batch = createBatch<WatchEvent>((events) => emit({ id: target.id, events, synced: true }));
  const stop = new AbortController();
  const forgetWake = onWake(() => stop.abort(new Error('the machine slept')));
  let revision = from;
  try {
    const connection = await connect();
    const query = {
      ...queryOf(target),
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: from,
      timeoutSeconds: watchSeconds,
    };
    const path = pathOf({ resource: target.resource, namespace: target.namespace, query });
    const response = await connection.request({ method: 'GET', path, signal: AbortSignal.any([signal, stop.signal]) });
    await expectSuccess(response);
    working();
    emit({ id: target.id, events: [], synced: true });
    for await (const line of linesOf(response.body)) {
      if (!line) continue;
      const event = JSON.parse(line) as WatchEvent;
      if (event.type === 'ERROR') throw ApiError.fromStatus(event.object);
      revision = event.object.metadata.resourceVersion;
      if (event.type !== 'BOOKMARK') batch.add({ type: event.type, object: trim(event.object) });
    }
    return revision;
  } catch (error) {
    if (error instanceof ApiError && error.code === 410) throw error;
    throw new WatchBroken(revision, error);
  } finally {
    forgetWake();
    batch.flush();
  }
}
