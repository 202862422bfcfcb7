/** What the pipeline answers with; the transport decides whether to hand over the parsed value or the bytes. */
import type { WatchEvent } from '../api/types.ts';
import type { StreamTarget } from './streams/types.ts';

/** Either form is made on demand, and only once. */
export interface Body {
  value(): unknown;
  /** JSON, in one or more pieces. */
  chunks(): readonly Buffer[];
}

/** A watch that has started. Exactly one of `pipe` and `events` is used. */
export interface WatchStream {
  /** Frames as JSON lines. `write` returns the bytes that wait in the connection; `end` is called once. */
  pipe(write: (frame: Buffer) => number, end: () => void): void;
  events(): AsyncIterable<WatchEvent>;
  /** The client went away. */
  close(): void;
}

/** What a transport can write by itself. */
export type Answer = { status: number; headers?: Record<string, string> } & (
  | { body: Body }
  | { text: string; contentType?: string }
  | { binary: Buffer; contentType: string }
  | { watch: WatchStream }
);

/** A stream is elsewhere: the transport passes the request on to it. */
export type Reply = Answer | { status: number; stream: StreamTarget };

export function jsonBody(value: unknown): Body {
  return { value: () => value, chunks: () => [Buffer.from(JSON.stringify(value))] };
}

export const json = (status: number, value: unknown): Answer => ({ status, body: jsonBody(value) });
export const text = (status: number, content: string): Answer => ({ status, text: content });
