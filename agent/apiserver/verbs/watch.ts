/**
 * Watch. https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 * and https://github.com/kubernetes/apiserver/blob/master/pkg/storage/cacher/cacher.go
 */
import { apiVersionOf } from '../../api/kind.ts';
import type { Status, WatchEvent } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import { expired, internalError, tooOldResourceVersion } from '../errors.ts';
import { recordBody } from '../forms.ts';
import type { WatchStream } from '../reply.ts';
import type { Selection } from '../selection.ts';
import type { StoredRecord } from '../state/record.ts';
import type { ResourceEvent, ResourceState, ResourceWatcher } from '../state/resource-state.ts';
import { partialOf, type Target } from '../target.ts';

export interface WatchRequest {
  target: Target;
  selection: Selection;
  /** '' and '0' start with what is there now. */
  resourceVersion: string;
  bookmarks: boolean;
  sendInitialEvents: boolean;
  /** Milliseconds. */
  timeout: number;
}

export interface WatchLimits {
  /** Bytes that may wait in a connection before its watch is dropped. */
  pendingBytes: number;
  /** Events that may wait for a reader in process. */
  pendingEvents: number;
}

type Type = 'ADDED' | 'MODIFIED' | 'DELETED';
interface Seen {
  type: Type;
  record: StoredRecord;
}

/** Where the events of a started watch go. */
interface Sink {
  object(type: Type, record: StoredRecord, event: ResourceEvent | undefined): void;
  bookmark(revision: number, initialEventsEnd: boolean): void;
  error(status: Status): void;
  /** What was there at the start has been sent: it may wait to be read, and only what comes after it counts as late. */
  started(): void;
  end(): void;
}

const tooSlow = expired('the watch fell too far behind').toStatus();

/** What a change is to one who sees only the selection. Undefined: nothing. */
function seenThrough(selection: Selection, event: ResourceEvent): Seen | undefined {
  const { type, record, previous } = event;
  const before = previous !== undefined && selection.matches(previous);
  if (type === 'DELETED') return before ? { type, record } : undefined;
  if (selection.matches(record)) return { type: before ? 'MODIFIED' : 'ADDED', record };
  return before ? { type: 'DELETED', record: previous.at(record.revision) } : undefined;
}

const initialEventsEnd = { 'k8s.io/initial-events-end': 'true' };

function bookmarkOf(target: Target, revision: number, initialEnd: boolean): WatchEvent {
  const object = {
    kind: target.kind.kind,
    apiVersion: apiVersionOf(target.representation),
    metadata: {
      resourceVersion: String(revision),
      creationTimestamp: null,
      ...(initialEnd ? { annotations: initialEventsEnd } : {}),
    },
  };
  // A bookmark is the one event whose object has no name, uid or time.
  return { type: 'BOOKMARK', object: object as object as Extract<WatchEvent, { type: 'BOOKMARK' }>['object'] };
}

function bookmarkFrame(target: Target, revision: number, initialEnd: boolean): Buffer {
  const event = bookmarkOf(target, revision, initialEnd);
  const { media } = target;
  if (event.type === 'ERROR' || media.form === 'object') return Buffer.from(`${JSON.stringify(event)}\n`);
  const shown =
    media.form === 'partial'
      ? partialOf(event.object, media)
      : { kind: 'Table', apiVersion: `meta.k8s.io/${media.metaVersion}`, metadata: event.object.metadata, rows: [] };
  return Buffer.from(`${JSON.stringify({ type: 'BOOKMARK', object: shown })}\n`);
}

const closingBrace = Buffer.from('}\n');

/** Encoded once per event, representation and view; tables carry ages and are encoded each time. */
function frameOf(target: Target, type: Type, record: StoredRecord, event: ResourceEvent | undefined): Buffer {
  const make = () =>
    Buffer.concat([Buffer.from(`{"type":"${type}","object":`), ...recordBody(target, record).chunks(), closingBrace]);
  if (!event || target.media.form !== 'object' || record !== event.record) return make();
  const key = `${type} ${apiVersionOf(target.representation)}`;
  event.frames ??= new Map();
  let frame = event.frames.get(key);
  if (!frame) {
    frame = make();
    event.frames.set(key, frame);
  }
  return frame;
}

function wireSink(target: Target, limits: WatchLimits, write: (frame: Buffer) => number, end: () => void): Sink {
  let open = true;
  let pending = 0;
  let limit = Number.POSITIVE_INFINITY;
  const finish = () => {
    if (!open) return;
    open = false;
    end();
  };
  const errorFrame = (object: Status) => Buffer.from(`${JSON.stringify({ type: 'ERROR', object })}\n`);
  const send = (frame: Buffer) => {
    if (!open) return;
    pending = write(frame);
    if (pending <= limit) return;
    write(errorFrame(tooSlow));
    finish();
  };
  return {
    object: (type, record, event) => send(frameOf(target, type, record, event)),
    bookmark: (revision, initialEnd) => send(bookmarkFrame(target, revision, initialEnd)),
    error: (object) => send(errorFrame(object)),
    started: () => {
      limit = pending + limits.pendingBytes;
    },
    end: finish,
  };
}

/** A bounded queue between the state and a reader in the same process. */
function queueSink(target: Target, limits: WatchLimits) {
  let queue: WatchEvent[] = [];
  let limit = Number.POSITIVE_INFINITY;
  let ended = false;
  let wake: (() => void) | undefined;
  const stir = () => {
    wake?.();
    wake = undefined;
  };
  const push = (event: WatchEvent) => {
    if (ended) return;
    queue.push(event);
    if (queue.length > limit) {
      queue = [{ type: 'ERROR', object: tooSlow }];
      ended = true;
    }
    stir();
  };
  const sink: Sink = {
    object: (type, record) => push({ type, object: record.as(target.representation) }),
    bookmark: (revision, initialEnd) => push(bookmarkOf(target, revision, initialEnd)),
    error: (object) => push({ type: 'ERROR', object }),
    started: () => {
      limit = queue.length + limits.pendingEvents;
    },
    end: () => {
      ended = true;
      stir();
    },
  };
  async function* events(stop: () => void): AsyncGenerator<WatchEvent> {
    try {
      for (;;) {
        const taken = queue;
        queue = [];
        yield* taken;
        if (queue.length > 0) continue;
        if (ended) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      stop();
    }
  }
  return { sink, events };
}

function sendExisting(state: ResourceState, request: WatchRequest, revision: number, sink: Sink) {
  const { selection, bookmarks, sendInitialEvents } = request;
  for (const record of state.objects.list(selection.namespace)) {
    if (selection.matches(record)) sink.object('ADDED', record, undefined);
  }
  if (sendInitialEvents && bookmarks) sink.bookmark(revision, true);
}

/** Everything in one go, with no wait between what is there and what comes: nothing is lost or seen twice. */
function start(state: ResourceState, request: WatchRequest, revision: number, sink: Sink, clock: Clock): () => void {
  const { selection, resourceVersion } = request;
  const after =
    resourceVersion === '' || resourceVersion === '0' || request.sendInitialEvents ? -1 : Number(resourceVersion);
  const deliver = (event: ResourceEvent) => {
    const seen = seenThrough(selection, event);
    if (seen) sink.object(seen.type, seen.record, event);
  };
  if (after === -1) sendExisting(state, request, revision, sink);
  else {
    const missed = state.since(after);
    if (!missed) {
      sink.error(tooOldResourceVersion(after, revision).toStatus());
      sink.end();
      return () => {};
    }
    for (const event of missed) deliver(event);
  }
  sink.started();
  const watcher: ResourceWatcher = {
    event: (event) => {
      if (event.record.revision <= after) return;
      try {
        deliver(event);
      } catch (error) {
        // The write is done and others watch it too: only this watch ends.
        sink.error(internalError(error).toStatus());
        stop();
      }
    },
    ...(request.bookmarks ? { progress: (reached: number) => sink.bookmark(reached, false) } : {}),
    end: () => stop(),
  };
  const cancelTimeout = clock.after(request.timeout, () => stop());
  const stop = () => {
    cancelTimeout();
    state.watchers.delete(watcher);
    sink.end();
  };
  state.watchers.add(watcher);
  return stop;
}

export function watch(
  state: ResourceState,
  request: WatchRequest,
  revision: () => number,
  limits: WatchLimits,
  clock: Clock,
): WatchStream {
  let stop: () => void = () => {};
  return {
    pipe: (write, end) => {
      let open = true;
      const sink = wireSink(request.target, limits, write, () => {
        open = false;
        end();
        stop();
      });
      stop = start(state, request, revision(), sink, clock);
      if (!open) stop();
    },
    events: () => {
      const { sink, events } = queueSink(request.target, limits);
      stop = start(state, request, revision(), sink, clock);
      return events(stop);
    },
    close: () => stop(),
  };
}
