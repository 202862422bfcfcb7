/**
 * The events of a watch as they are sent: JSON lines, or messages in protobuf behind their length.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/endpoints/handlers/watch.go
 */
import type { JsonObject } from '../../api/json/value.ts';
import { apiVersionOf } from '../../api/kind.ts';
import type { Status, WatchEvent } from '../../api/types.ts';
import { recordBody } from '../forms.ts';
import type { Encoder, Typed } from '../reply.ts';
import type { StoredRecord } from '../state/record.ts';
import type { ResourceEvent } from '../state/watchers.ts';
import { metaApiVersion, partialOf, type Target } from '../target.ts';

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface Frames {
  /** Of one object, in pieces. */
  pieces(type: ChangeType, record: StoredRecord): Buffer[];
  bookmark(revision: number, initialEventsEnd: boolean): Buffer;
  error(status: Status): Buffer;
  /** Frames of one name are the same. */
  name: string;
  /** Of what comes after the first object: only that one tells what the columns of its table are. */
  next(): Frames;
}

const initialEventsEnd = { 'k8s.io/initial-events-end': 'true' };

export function bookmarkOf(target: Target, revision: number, initialEnd: boolean): WatchEvent {
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

/** The object of a bookmark in the form that was asked for. */
function shownBookmark(target: Target, revision: number, initialEnd: boolean): object {
  const event = bookmarkOf(target, revision, initialEnd);
  const { media } = target;
  if (event.type === 'ERROR' || media.form === 'object') return event.object;
  if (media.form === 'partial') return partialOf(event.object, media);
  return { kind: 'Table', apiVersion: `meta.k8s.io/${media.metaVersion}`, metadata: event.object.metadata, rows: [] };
}

const line = (type: string, object: object): Buffer => Buffer.from(`${JSON.stringify({ type, object })}\n`);
const closingBrace = Buffer.from('}\n');
const opening = (type: ChangeType): Buffer => Buffer.from(`{"type":"${type}","object":`);
const openings = { ADDED: opening('ADDED'), MODIFIED: opening('MODIFIED'), DELETED: opening('DELETED') };

type OneForm = Omit<Frames, 'next'>;

const jsonFrames = (target: Target): OneForm => ({
  name: `${formOf(target)} json`,
  pieces: (type, record) => [openings[type], ...recordBody(target, record).chunks(), closingBrace],
  bookmark: (revision, initialEnd) => line('BOOKMARK', shownBookmark(target, revision, initialEnd)),
  error: (status) => line('ERROR', status),
});

/** Everything that is sent is an object with a kind. */
const asObject = (value: unknown) => value as JsonObject & Typed;

const encodedFrames = (target: Target, encoder: Encoder): OneForm => ({
  name: `${formOf(target)} encoded`,
  pieces: (type, record) => [encoder.event(type, asObject(recordBody(target, record).value()))],
  bookmark: (revision, initialEnd) => encoder.event('BOOKMARK', asObject(shownBookmark(target, revision, initialEnd))),
  error: (status) => encoder.event('ERROR', asObject(status)),
});

export function framesFor(target: Target, encoder: Encoder | undefined): Frames {
  const isTold = target.media.form !== 'table' || target.columnsKnown === true;
  const frames: Frames = {
    ...(encoder ? encodedFrames(target, encoder) : jsonFrames(target)),
    next: () => (isTold ? frames : framesFor({ ...target, columnsKnown: true }, encoder)),
  };
  return frames;
}

/** What is asked for, as far as it makes a difference to a frame. */
function formOf({ representation, media, includeObject, columnsKnown = false }: Target): string {
  if (media.form === 'object') return apiVersionOf(representation);
  return `${apiVersionOf(representation)} ${media.form} ${metaApiVersion(media)} ${includeObject} ${columnsKnown}`;
}

/**
 * Encoded once for all watchers who are told of the event in the same turn: so the ages in a table are the same, too.
 */
export function frameOf(
  frames: Frames,
  type: ChangeType,
  { record, event }: { record: StoredRecord; event: ResourceEvent },
): Buffer {
  const key = `${type} ${frames.name}`;
  const shared = record === event.record ? event.frames : undefined;
  const found = shared?.get(key);
  if (found) return found;
  const made = Buffer.concat(frames.pieces(type, record));
  shared?.set(key, made);
  return made;
}
