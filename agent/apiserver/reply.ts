/** What the pipeline answers with; the transport decides whether to hand over the parsed value or the bytes. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { JsonObject } from '../api/json/value.ts';
import type { WatchEvent } from '../api/types.ts';
import type { ApiRequest, ApiResponse } from '../client/transport.ts';
import type { Encoding } from './media.ts';
import type { StreamRequest, StreamResponse, StreamTarget } from './streams/types.ts';

/** What an object says of itself. */
export interface Typed {
  apiVersion?: string;
  kind?: string;
}

/** Another encoding than JSON. */
export interface Encoder {
  /** Undefined where objects of this type have no such form. */
  object(value: unknown): Iterable<Buffer> | undefined;
  /** A list with `head` as its other fields. Pieces may be empty: each is a place to stop at. */
  list(head: JsonObject & Typed, field: string, items: Iterable<unknown>): Iterable<Buffer>;
  /** A frame of a watch. */
  event(type: string, object: JsonObject & Typed): Buffer;
}

/** Each form is made on demand: pieces one by one, so that who takes many can let others go on in between. */
export interface Body {
  value(): unknown;
  /** JSON, in one or more pieces. */
  chunks(): Iterable<Buffer>;
  /** The same, indented by two, with a newline at the end. */
  pretty(): Iterable<Buffer>;
  /** Undefined where there is no such form. */
  encoded(encoder: Encoder): Iterable<Buffer> | undefined;
}

/**
 * Takes one or more whole frames and returns the bytes that wait in the connection; `written` is called when these are
 * on their way, and never where the connection ends before.
 */
export type WriteFrames = (frames: Buffer, written?: () => void) => number;

/** A watch that has started. Exactly one of `pipe` and `events` is used. */
export interface WatchStream {
  /** Frames as JSON lines; `end` is called once. */
  pipe(write: WriteFrames, end: () => void): void;
  events(): AsyncIterable<WatchEvent>;
  /** The client went away. */
  close(): void;
}

/** What a transport can write by itself. */
export type Answer = {
  status: number;
  headers?: Record<string, string>;
} /** Without an encoding the client gets the first of those that it accepts, or JSON. */ & (
  | { body: Body; encoding?: Encoding }
  | { text: string; contentType?: string }
  | { binary: Buffer; contentType: string }
  | { watch: WatchStream; encoding?: Encoding }
);

/** The way to another server, which answers in place of this one. */
export interface Passage {
  /** Rejects with `ApiError` only while nothing has been answered. */
  request(request: StreamRequest, response: StreamResponse): Promise<void>;
  /** From here on the socket is not the caller's. Never rejects. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** Of a component in this process. */
  call(request: ApiRequest): Promise<ApiResponse>;
}

/** A stream, or what another server serves, is elsewhere: the transport passes the request on to it. */
export type Reply = Answer | { status: number; stream: StreamTarget } | { status: number; passage: Passage };

const indented = (value: unknown): string => JSON.stringify(value, null, 2);

export function jsonBody(value: unknown, chunks = (): Iterable<Buffer> => [Buffer.from(JSON.stringify(value))]): Body {
  return {
    value: () => value,
    chunks,
    pretty: () => [Buffer.from(`${indented(value)}\n`)],
    encoded: (encoder) => encoder.object(value),
  };
}

/** An object whose last field is a list, of which there may be thousands. */
export interface Series<Item> {
  /** The other fields: at least one. */
  head: JsonObject & Typed;
  /** Name of the field. */
  field: string;
  items: readonly Item[];
  valueIn(item: Item): unknown;
  /** JSON of one item; absent: that of its value. */
  chunksIn?(item: Item): Iterable<Buffer>;
}

const comma = Buffer.from(',');

function* seriesChunks<Item>({ head, field, items, valueIn, chunksIn }: Series<Item>): Iterable<Buffer> {
  yield Buffer.from(`${JSON.stringify(head).slice(0, -1)},"${field}":[`);
  let isFirst = true;
  for (const item of items) {
    if (!isFirst) yield comma;
    isFirst = false;
    if (!chunksIn) yield Buffer.from(JSON.stringify(valueIn(item)));
    else for (const chunk of chunksIn(item)) yield chunk;
  }
  yield Buffer.from(']}');
}

/** Strings have no newlines in JSON: each is the start of a line. */
function* prettySeries<Item>({ head, field, items, valueIn }: Series<Item>): Iterable<Buffer> {
  const start = `${indented(head).slice(0, -2)},\n  "${field}": [`;
  if (items.length === 0) return yield Buffer.from(`${start}]\n}\n`);
  yield Buffer.from(start);
  let before = '\n    ';
  for (const item of items) {
    yield Buffer.from(before + indented(valueIn(item)).replaceAll('\n', '\n    '));
    before = ',\n    ';
  }
  yield Buffer.from('\n  ]\n}\n');
}

function* valuesOf<Item>({ items, valueIn }: Series<Item>): Iterable<unknown> {
  for (const item of items) yield valueIn(item);
}

export const seriesBody = <Item>(series: Series<Item>): Body => ({
  value: () => ({ ...series.head, [series.field]: series.items.map((item) => series.valueIn(item)) }),
  chunks: () => seriesChunks(series),
  pretty: () => prettySeries(series),
  encoded: (encoder) => encoder.list(series.head, series.field, valuesOf(series)),
});

export const json = (status: number, value: unknown): Answer => ({ status, body: jsonBody(value) });
export const text = (status: number, content: string): Answer => ({ status, text: content });
