/**
 * A live list for the window: list once, then watch from that revision for as long as the window wants.
 * Invariant: applying `resync` and `events` in order gives the window what the server had at the last revision seen.
 * After a 410 the relay lists again; after any other break it resumes the watch from that revision.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */

import { ApiError } from '../../agent/api/errors.ts';
import { parseExact } from '../../agent/api/json/parse.ts';
import type { WatchEvent } from '../../agent/api/types.ts';
import type { ResourceRef, TableColumn } from '../contract/resources.ts';
import type { ResourceChanges } from '../contract/streams.ts';
import { toCallError } from '../failure.ts';
import type { KubeConnection } from '../kube/connection.ts';
import { expectSuccess, linesOf, pathOf, requestJson, type VersionedResource } from '../kube/requests.ts';
import { createBatch } from './batch.ts';
import {
  acceptOf,
  type Listed,
  readEvent,
  readList,
  tableOf,
  type WatchedObject,
  type WireEvent,
  type WireList,
} from './tables.ts';
import { onWake } from './wake.ts';

export interface WatchTarget {
  id: string;
  resource: ResourceRef;
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  form?: 'objects' | 'table';
  fallback?: readonly string[];
}

export interface WatchRelayOptions {
  target: WatchTarget;
  /** The server, and the resource in the version that the server prefers now. */
  open: () => Promise<{ connection: KubeConnection; resource: VersionedResource }>;
  emit: (changes: ResourceChanges) => void;
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  signal: AbortSignal;
  /** True for failures of the first list that asking again cannot help; the relay rejects with these. */
  isFinal?: (error: unknown) => boolean;
}

const pageSize = 1_000;
const firstDelay = 250;
const longestDelay = 8_000;
/** Seconds. A little less than the five minutes after which upstream ends a watch anyway. */
const watchSeconds = 290;

/** Runs until the signal aborts. Failures of the server that are not final go to the window as `error`. */
export async function relayWatch(options: WatchRelayOptions): Promise<void> {
  const { emit, sleep, signal, target } = options;
  let revision: string | undefined;
  let delay = firstDelay;
  let hasListed = false;
  const seen: Seen = {};
  const working = () => {
    delay = firstDelay;
  };
  while (!signal.aborted) {
    try {
      revision ??= await list(options, seen, !hasListed, working);
      hasListed = true;
      const begun = performance.now();
      revision = await watch(options, seen, revision, working);
      if (performance.now() - begun < firstDelay && !(await rest(sleep, firstDelay, signal))) return;
    } catch (error) {
      if (signal.aborted) return;
      if (!hasListed && options.isFinal?.(error)) throw error;
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

/** Resolves false if the signal ended the pause. The pause ends early if the next try is likely to work. */
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

/** The watch ended by accident; `revision` is where to resume. */
class WatchBroken extends Error {
  readonly revision: string;
  constructor(revision: string, cause: unknown) {
    super('watch broken', { cause });
    this.revision = revision;
  }
}

const queryOf = ({ labelSelector, fieldSelector, form }: WatchTarget) => ({
  labelSelector,
  fieldSelector,
  ...(form === 'table' ? { includeObject: 'Object' } : {}),
});

/**
 * Lists page by page. A window that holds nothing yet gets each page as it comes; otherwise the window keeps what it
 * has until the whole list is here, so that no row disappears and comes back.
 */
async function list(options: WatchRelayOptions, seen: Seen, isFirst: boolean, working: () => void): Promise<string> {
  const { target, open, emit, signal } = options;
  const { id, namespace } = target;
  const { connection, resource } = await open();
  const items: Listed[] = [];
  let next: string | undefined;
  let revision = '';
  let pages = 0;
  do {
    const begun = performance.now();
    const query = { ...queryOf(target), limit: pageSize, continue: next };
    const request = { method: 'GET', path: pathOf({ resource, namespace, query }), headers: acceptOf(target), signal };
    const { value } = await requestJson<WireList>(connection, { ...request, method: 'GET' });
    const latency = performance.now() - begun;
    const page = readList(value);
    seen.columns = page.columns;
    next = value.metadata.continue;
    revision = value.metadata.resourceVersion ?? '';
    const synced = !next;
    const isAddition = isFirst && pages++ > 0;
    const shown = isFirst ? page.items : items;
    if (!isFirst) items.push(...page.items);
    const told = { id, synced, latency, ...tableOf(seen.columns, shown) };
    if (isAddition) emit({ ...told, events: page.items.map(added) });
    else if (isFirst || synced) emit({ ...told, resync: shown.map(({ object }) => object), events: [] });
  } while (next);
  working();
  return revision;
}

/** Columns from the list, since watch events need not repeat them. */
interface Seen {
  columns?: readonly TableColumn[] | undefined;
}

const added = ({ object }: Listed): WatchEvent => ({ type: 'ADDED', object });

/** Resolves with the last revision when the server ends the watch at its normal time. */
async function watch(options: WatchRelayOptions, seen: Seen, from: string, working: () => void): Promise<string> {
  const { target, open, emit, signal } = options;
  const batch = createBatch<WatchedObject>((items) =>
    emit({ id: target.id, events: items.map(({ event }) => event), synced: true, ...tableOf(seen.columns, items) }),
  );
  const stop = new AbortController();
  const forgetWake = onWake(() => stop.abort(new Error('the machine slept')));
  let revision = from;
  try {
    const { connection, resource } = await open();
    const query = {
      ...queryOf(target),
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: from,
      timeoutSeconds: watchSeconds,
    };
    const path = pathOf({ resource, namespace: target.namespace, query });
    const either = AbortSignal.any([signal, stop.signal]);
    const response = await connection.request({ method: 'GET', path, headers: acceptOf(target), signal: either });
    await expectSuccess(response);
    working();
    emit({ id: target.id, events: [], synced: true });
    for await (const line of linesOf(response.body)) {
      if (!line) continue;
      const event = parseExact(line) as WireEvent;
      if (event.type === 'ERROR') throw ApiError.fromStatus(event.object);
      for (const item of readEvent(event)) {
        seen.columns = item.columns ?? seen.columns;
        revision = item.event.object.metadata.resourceVersion ?? revision;
        if (item.event.type !== 'BOOKMARK') batch.add(item);
      }
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
