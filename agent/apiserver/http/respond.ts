/** Replies onto the wire. */

import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { mediaType } from '../../api/media-types.ts';
import { tooLongForYaml } from '../errors.ts';
import type { Encoding } from '../media.ts';
import type { Answer, Body, WatchStream, WriteFrames } from '../reply.ts';
import type { Turns } from '../turns.ts';
import { onWire, warningHeaders } from '../warnings.ts';
import { type Beginning, beginningOf, pieceSize, writeInPieces } from './pieces.ts';

export type WireResponse = ServerResponse | Http2ServerResponse;

/** As upstream: smaller answers are not worth it. Bytes. */
const compressFrom = 128 * 1024;

export interface Wire {
  response: WireResponse;
  acceptEncoding: string;
  pretty: boolean;
  /** What the client wants of an answer that does not say how it is encoded. */
  encoding: () => Encoding;
  /** Makes YAML of JSON. */
  yaml: (json: Uint8Array) => Promise<Uint8Array>;
  turns: Turns;
  /** HEAD: no body. */
  headOnly: boolean;
  warnings: readonly string[];
}

function setHeaders({ response, warnings }: Wire, headers: Record<string, string> | undefined): void {
  response.setHeader('cache-control', 'no-cache, private');
  if (warnings.length > 0) response.setHeader('warning', warningHeaders(warnings).map(onWire));
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
}

/** HTTP/1.1 and HTTP/2 responses share these methods, but not a type that says so. */
function finish(response: WireResponse, bytes: Buffer | undefined): void {
  if ('stream' in response) response.end(bytes ?? Buffer.alloc(0));
  else response.end(bytes);
}

/**
 * Sends a whole answer. On HTTP/2 the stream itself sends it, because Node's response leaves room for trailers: its last
 * bytes go out first, and the end of the stream behind them in a packet of its own.
 */
function sendWhole(response: WireResponse, bytes: Buffer): void {
  if (!('stream' in response)) return void response.end(bytes);
  const { stream } = response;
  if (stream.destroyed || stream.closed) return;
  stream.respond({ ...response.getHeaders(), ':status': response.statusCode });
  stream.end(bytes);
}

/** The types of the two kinds of response differ in what `write` takes, not in what it does. */
function write(response: WireResponse, bytes: Buffer, written?: (error?: Error | null) => void): void {
  if ('stream' in response) response.write(bytes, written);
  else response.write(bytes, written);
}

async function sendZipped({ response, turns }: Wire, beginning: Beginning): Promise<void> {
  const zip = createGzip({ level: 1, chunkSize: pieceSize });
  const writing = writeInPieces(beginning, (piece, written) => zip.write(piece, written), turns).then(() => zip.end());
  await Promise.all([pipeline(zip, response), writing]);
}

async function sendLong({ response, turns }: Wire, beginning: Beginning): Promise<void> {
  await writeInPieces(beginning, (piece, written) => write(response, piece, written), turns);
  finish(response, undefined);
}

/** Of an answer in many pieces nobody knows the length before the last is made, and it is sent without. */
async function sendBytes(wire: Wire, bytes: Iterable<Buffer>): Promise<void> {
  const { response, acceptEncoding, headOnly, turns } = wire;
  const beginning = await beginningOf(bytes, turns);
  const { chunks, size, rest } = beginning;
  const zipped = size >= compressFrom && /\bgzip\b/.test(acceptEncoding);
  if (zipped) {
    response.setHeader('content-encoding', 'gzip');
    response.setHeader('vary', 'Accept-Encoding');
  } else if (!rest) response.setHeader('content-length', size);
  if (headOnly) return finish(response, undefined);
  if (zipped) return sendZipped(wire, beginning);
  if (size > pieceSize) return sendLong(wire, beginning);
  const [only] = chunks;
  sendWhole(response, chunks.length === 1 && only ? only : Buffer.concat(chunks, size));
}

/** Bytes of JSON of which YAML is made: more takes longer than anybody waits. */
const mostInYaml = 32 << 20;

async function gathered(chunks: Iterable<Buffer>, turns: Turns): Promise<Buffer> {
  const all: Buffer[] = [];
  let size = 0;
  await turns.each(chunks, (chunk) => {
    all.push(chunk);
    size += chunk.length;
    if (size > mostInYaml) throw tooLongForYaml();
  });
  return Buffer.concat(all, size);
}

interface Encoded {
  type: string;
  bytes: Iterable<Buffer>;
}

async function encode({ pretty, yaml, turns }: Wire, body: Body, encoding: Encoding): Promise<Encoded> {
  await turns.pause();
  if (encoding === 'protobuf') {
    const { protobufEncoder } = await import('../protobuf/encode.ts');
    const bytes = body.encoded(protobufEncoder);
    if (bytes) return { type: mediaType.protobuf, bytes };
  }
  if (encoding !== 'yaml') return { type: mediaType.json, bytes: pretty ? body.pretty() : body.chunks() };
  return { type: mediaType.yaml, bytes: [Buffer.from(await yaml(await gathered(body.chunks(), turns)))] };
}

function pipeWatch({ response }: Wire, stream: WatchStream, encoding: Encoding | undefined): void {
  response.statusCode = 200;
  response.setHeader('content-type', encoding === 'protobuf' ? `${mediaType.protobuf};stream=watch` : mediaType.json);
  // The client must learn that the watch has started, even where nothing happens.
  if ('stream' in response) response.writeHead(200);
  else response.flushHeaders();
  response.on('close', () => stream.close());
  const send: WriteFrames = (frames, written) => {
    write(response, frames, written);
    return response.writableLength;
  };
  stream.pipe(send, () => finish(response, undefined));
}

export async function respond(wire: Wire, reply: Answer): Promise<void> {
  const { response } = wire;
  setHeaders(wire, reply.headers);
  if ('watch' in reply) return pipeWatch(wire, reply.watch, reply.encoding);
  response.statusCode = reply.status;
  // A client's cache puts whatever headers this has in the place of those that it keeps with the document.
  if (reply.status === 304) return finish(response, undefined);
  if ('text' in reply) {
    response.setHeader('content-type', reply.contentType ?? 'text/plain; charset=utf-8');
    return sendBytes(wire, [Buffer.from(reply.text)]);
  }
  if ('binary' in reply) {
    response.setHeader('content-type', reply.contentType);
    return sendBytes(wire, [reply.binary]);
  }
  const { type, bytes } = await encode(wire, reply.body, reply.encoding ?? wire.encoding());
  if (!response.hasHeader('content-type')) response.setHeader('content-type', type);
  return sendBytes(wire, bytes);
}
