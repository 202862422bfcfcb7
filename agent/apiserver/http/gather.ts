/** Takes in the bytes of a body: no more than a limit, and no longer than a time. */
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Clock } from '../../clock.ts';
import { badRequest, timedOut, tooLarge } from '../errors.ts';

export type WireRequest = IncomingMessage | Http2ServerRequest;

/** Milliseconds that a body may take to come: upstream's --request-timeout. */
const patience = 60_000;
/** Milliseconds in which the answer to a late one may go out, before its connection ends. */
const farewell = 1_000;

export interface Allowance {
  /** Bytes. */
  most: number;
  /** May refuse bytes by throwing. */
  take(bytes: number): void;
}

/**
 * Rejects with `ApiError`: 413 beyond the limit, 504 beyond the time. Listens to
 * the stream's events, because a loop over the stream costs more than many of the requests that it is read for.
 */
export function gather(request: WireRequest, clock: Clock, { most, take }: Allowance): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  const onData = (chunk: Buffer): void => {
    try {
      size += chunk.length;
      if (size > most) throw tooLarge(most);
      take(chunk.length);
      chunks.push(chunk);
    } catch (error) {
      fail(error);
    }
  };
  const cancel = clock.after(patience, () => {
    fail(timedOut());
    clock.after(farewell, () => request.destroy());
  });
  const fail = (error: unknown): void => {
    cancel();
    // What still comes flows on and is dropped, so that the answer can be sent.
    request.off('data', onData);
    reject(error);
  };
  request.on('data', onData);
  request.once('end', () => {
    cancel();
    resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
  });
  request.once('error', fail);
  request.once('close', () => {
    if (!request.readableEnded) fail(badRequest('the body ended early'));
  });
  return promise;
}
