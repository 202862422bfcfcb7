/** Replies onto the wire. */

import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { mediaType } from '../../api/media-types.ts';
import type { Answer, Body, WatchStream } from '../reply.ts';
import { onWire, warningHeaders } from '../warnings.ts';

export type WireResponse = ServerResponse | Http2ServerResponse;

const compress = promisify(gzip);
/** As upstream: smaller answers are not worth it. Bytes. */
const compressFrom = 128 * 1024;

export interface Wire {
  response: WireResponse;
  acceptEncoding: string;
  pretty: boolean;
  yaml: boolean;
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

async function sendBytes(wire: Wire, bytes: Buffer): Promise<void> {
  const { response, acceptEncoding, headOnly } = wire;
  const zipped = bytes.length >= compressFrom && /\bgzip\b/.test(acceptEncoding);
  const content = zipped ? await compress(bytes, { level: 1 }) : bytes;
  if (zipped) {
    response.setHeader('content-encoding', 'gzip');
    response.setHeader('vary', 'Accept-Encoding');
  }
  response.setHeader('content-length', content.length);
  finish(response, headOnly ? undefined : content);
}

async function encode({ pretty, yaml }: Wire, body: Body): Promise<Buffer> {
  if (yaml) {
    const { toYaml } = await import('./yaml.ts');
    return Buffer.from(toYaml(body.value()));
  }
  if (pretty) return Buffer.from(`${JSON.stringify(body.value(), null, 2)}\n`);
  const chunks = body.chunks();
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

function pipeWatch({ response }: Wire, stream: WatchStream): void {
  response.statusCode = 200;
  response.setHeader('content-type', mediaType.json);
  // The client must learn that the watch has started, even where nothing happens.
  if ('stream' in response) response.writeHead(200);
  else response.flushHeaders();
  const write = (frame: Buffer): number => {
    // The types of the two kinds of response differ in what `write` takes, not in what it does.
    if ('stream' in response) response.write(frame);
    else response.write(frame);
    return response.writableLength;
  };
  response.on('close', () => stream.close());
  stream.pipe(write, () => finish(response, undefined));
}

export async function respond(wire: Wire, reply: Answer): Promise<void> {
  const { response } = wire;
  setHeaders(wire, reply.headers);
  if ('watch' in reply) return pipeWatch(wire, reply.watch);
  response.statusCode = reply.status;
  // A client's cache puts whatever headers this has in the place of those that it keeps with the document.
  if (reply.status === 304) return finish(response, undefined);
  if ('text' in reply) {
    response.setHeader('content-type', reply.contentType ?? 'text/plain; charset=utf-8');
    return sendBytes(wire, Buffer.from(reply.text));
  }
  if ('binary' in reply) {
    response.setHeader('content-type', reply.contentType);
    return sendBytes(wire, reply.binary);
  }
  if (!response.hasHeader('content-type')) {
    response.setHeader('content-type', wire.yaml ? mediaType.yaml : mediaType.json);
  }
  return sendBytes(wire, await encode(wire, reply.body));
}
