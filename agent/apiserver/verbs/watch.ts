/**
 * Watch. https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 * and https://github.com/kubernetes/apiserver/blob/master/pkg/storage/cacher/cacher.go
 */
import { ApiError } from '../../api/errors.ts';
import type { Status, WatchEvent } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import type { Converter } from '../conversion/converter.ts';
import { expired, internalError, tooOldResourceVersion } from '../errors.ts';
import type { Encoder, WatchStream, WriteFrames } from '../reply.ts';
import type { Selection } from '../selection.ts';
import type { StoredRecord } from '../state/record.ts';
import type { ResourceState } from '../state/resource-state.ts';
import type { ResourceEvent, ResourceWatcher } from '../state/watchers.ts';
import type { Target } from '../target.ts';
import type { Turns } from '../turns.ts';
import { convertedFirst, emitter } from './converted-events.ts';
import { bookmarkOf, type ChangeType, type Frames, frameOf, framesFor } from './frames.ts';
import { Outbox } from './outbox.ts';

export interface WatchRequest {
  target: Target;
  /** Of what is written to a connection; undefined: JSON lines. */
  encoder?: Encoder | undefined;
  selection: Selection;
  /** '' and '0' start with what is there now. */
  resourceVersion: string;
  bookmarks: boolean;
  sendInitialEvents: boolean;
  /** Milliseconds. */
  timeout: number;
}

export interface WatchLimits {
  /**
   * Bytes that may wait in a connection before its watch is dropped, and of events while the first are on their way.
   */
  pendingBytes: number;
  /** Events that may wait for a reader in process. */
  pendingEvents: number;
}

/** What a watch needs of the server. */
export interface Watching {
  /** Of the present. */
  revision(): number;
  limits: WatchLimits;
  clock: Clock;
  turns: Turns;
  converter: Converter;
}

interface Seen {
  type: ChangeType;
  record: StoredRecord;
}

/** Where the events of a started watch go. */
interface Sink {
  /** What was there at the start, in turns and no faster than it is read. Never resolves where the reader goes. */
  first(seen: Iterable<Seen>): Promise<void>;
  object(type: ChangeType, record: StoredRecord, event: ResourceEvent): void;
  bookmark(revision: number, initialEventsEnd: boolean): void;
  error(status: Status): void;
  /** What was there at the start may still wait to be read: only what comes after it counts as late. */
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

/**
 * Bytes of the first events that go out together. From 128 KiB on, an allocation is one of the system's, which takes it
 * back as a whole: smaller ones by the thousand leave holes in the process's heap.
 */
const batchSize = 128 * 1024;

async function sendFirst(next: () => Frames, seen: Iterable<Seen>, write: WriteFrames, turns: Turns): Promise<void> {
  let pieces: Buffer[] = [];
  let size = 0;
  const take = (): Buffer => {
    const batch = Buffer.concat(pieces, size);
    pieces = [];
    size = 0;
    return batch;
  };
  await turns.pause();
  for (const { type, record } of seen) {
    if (turns.isOver()) await turns.pause();
    for (const piece of next().pieces(type, record)) {
      pieces.push(piece);
      size += piece.length;
    }
    if (size >= batchSize) await new Promise<void>((resolve) => write(take(), resolve));
  }
  if (size > 0) write(take());
}

interface WireSink extends Sink {
  /** The reader has gone: what waits is not sent. */
  drop(): void;
}

function wireSink(
  { target, encoder }: WatchRequest,
  { limits, turns }: Watching,
  write: WriteFrames,
  end: () => void,
): WireSink {
  let frames = framesFor(target, encoder);
  const next = (): Frames => {
    const present = frames;
    frames = present.next();
    return present;
  };
  let open = true;
  let pending = 0;
  let limit = Number.POSITIVE_INFINITY;
  const outbox = new Outbox((ready) => {
    pending = write(ready);
    if (!open || pending <= limit) return;
    write(frames.error(tooSlow));
    finish();
  });
  const finish = () => {
    if (!open) return;
    open = false;
    outbox.flush();
    end();
  };
  const send = (frame: Buffer) => {
    if (open) outbox.add(frame);
  };
  const writeFirst: WriteFrames = (frames, written) => {
    if (open) pending = write(frames, written);
    return pending;
  };
  return {
    first: (seen) => sendFirst(next, seen, writeFirst, turns),
    object: (type, record, event) => send(frameOf(next(), type, { record, event })),
    bookmark: (revision, initialEnd) => send(frames.bookmark(revision, initialEnd)),
    error: (object) => send(frames.error(object)),
    started: () => {
      limit = pending + limits.pendingBytes;
    },
    end: finish,
    drop: () => outbox.drop(),
  };
}

/** A bounded queue between the state and a reader in the same process. */
function queueSink({ target }: WatchRequest, { limits, turns }: Watching) {
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
  const object = (type: ChangeType, record: StoredRecord) => push({ type, object: record.as(target.representation) });
  const sink: Sink = {
    first: (seen) => turns.each(seen, ({ type, record }) => object(type, record)),
    object,
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

function* existing(records: readonly StoredRecord[], selection: Selection): Iterable<Seen> {
  for (const record of records) if (selection.matches(record)) yield { type: 'ADDED', record };
}

function* missed(events: readonly ResourceEvent[], selection: Selection): Iterable<Seen> {
  for (const event of events) {
    const seen = seenThrough(selection, event);
    if (seen) yield seen;
  }
}

/** Revision after which the events are asked for; undefined: from what is there now on. */
const startOf = ({ resourceVersion, sendInitialEvents }: WatchRequest): number | undefined =>
  resourceVersion === '' || resourceVersion === '0' || sendInitialEvents ? undefined : Number(resourceVersion);

/** An event's object as it is and as it was. */
const bothOf = ({ record, previous }: ResourceEvent): StoredRecord[] => (previous ? [previous, record] : [record]);

interface Beginning {
  /** What the selection looks at. */
  records(): readonly StoredRecord[];
  seen: Iterable<Seen>;
}

/** What the watch begins with, as it is now; undefined where that is forgotten. */
function beginning(
  state: ResourceState,
  { selection }: WatchRequest,
  after: number | undefined,
): Beginning | undefined {
  if (after === undefined) {
    const records = state.objects.list(selection.namespace);
    return { records: () => records, seen: existing(records, selection) };
  }
  const events = state.since(after);
  return events && { records: () => events.flatMap(bothOf), seen: missed(events, selection) };
}

/** Events that come while the first ones are on their way. */
class Backlog {
  #events: ResourceEvent[] = [];
  #bytes = 0;

  /** False where they are too many to wait. */
  add(event: ResourceEvent, most: number): boolean {
    this.#events.push(event);
    this.#bytes += event.record.size;
    return this.#bytes <= most;
  }

  take(): ResourceEvent[] {
    const taken = this.#events;
    this.#events = [];
    this.#bytes = 0;
    return taken;
  }
}

/**
 * Looks at what is there and listens to what comes in one go: nothing is lost or seen twice. What is there goes out in
 * turns, and what comes meanwhile behind it.
 */
function start(state: ResourceState, request: WatchRequest, watching: Watching, sink: Sink): () => void {
  const { selection } = request;
  const { clock, limits, turns } = watching;
  const revision = watching.revision();
  const after = startOf(request);
  const first = beginning(state, request, after);
  if (!first) {
    sink.error(tooOldResourceVersion(Number(after), revision).toStatus());
    sink.end();
    return () => {};
  }
  const fail = (status: Status) => {
    sink.error(status);
    stop();
  };
  const failWith = (error: unknown) => fail((error instanceof ApiError ? error : internalError(error)).toStatus());
  const emit = emitter(request.target, watching.converter, {
    most: limits.pendingBytes,
    tooSlow: () => fail(tooSlow),
    failed: failWith,
  });
  const show = (event: ResourceEvent) => {
    const seen = seenThrough(selection, event);
    if (seen) sink.object(seen.type, seen.record, event);
  };
  const deliver = (event: ResourceEvent) => {
    try {
      if (selection.converts) emit(bothOf(event), () => show(event));
      else {
        const seen = seenThrough(selection, event);
        if (seen) emit([seen.record], () => sink.object(seen.type, seen.record, event));
      }
    } catch (error) {
      // The write is done and others watch it too: only this watch ends.
      failWith(error);
    }
  };
  let backlog: Backlog | undefined = new Backlog();
  const watcher: ResourceWatcher = {
    pin: selection.pin,
    event: (event) => {
      if (after !== undefined && event.record.revision <= after) return;
      if (!backlog) deliver(event);
      else if (!backlog.add(event, limits.pendingBytes)) fail(tooSlow);
    },
    progress: (reached) => {
      if (request.bookmarks && !backlog) emit([], () => sink.bookmark(reached, false));
    },
    end: () => stop(),
  };
  const begin = async (waiting: Backlog) => {
    if (selection.converts) await selection.prepare(first.records());
    await sink.first(await convertedFirst(request.target, watching.converter, first.seen));
    if (request.sendInitialEvents && request.bookmarks) sink.bookmark(revision, true);
    for (let events = waiting.take(); events.length > 0; events = waiting.take()) await turns.each(events, deliver);
    backlog = undefined;
    sink.started();
  };
  const cancelTimeout = clock.after(request.timeout, () => stop());
  const stop = () => {
    cancelTimeout();
    state.watchers.delete(watcher);
    sink.end();
  };
  state.watchers.add(watcher);
  begin(backlog).catch(failWith);
  return stop;
}

export function watch(state: ResourceState, request: WatchRequest, watching: Watching): WatchStream {
  let stop: () => void = () => {};
  let drop: () => void = () => {};
  return {
    pipe: (write, end) => {
      let open = true;
      const sink = wireSink(request, watching, write, () => {
        open = false;
        end();
        stop();
      });
      drop = sink.drop;
      stop = start(state, request, watching, sink);
      if (!open) stop();
    },
    events: () => {
      const { sink, events } = queueSink(request, watching);
      stop = start(state, request, watching, sink);
      return events(stop);
    },
    close: () => {
      drop();
      stop();
    },
  };
}
