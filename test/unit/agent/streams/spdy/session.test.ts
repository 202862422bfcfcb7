import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import {
  createFrameDecoder,
  dataHead,
  encodeGoAway,
  encodePing,
  encodeReset,
  encodeSynStream,
  type Frame,
} from '../../../../../agent/streams/spdy/frames.ts';
import { createHeaderEncoder, type SpdyHeaders } from '../../../../../agent/streams/spdy/header-block.ts';
import { type SpdyStream, serveSpdy } from '../../../../../agent/streams/spdy/session.ts';

/** A client's end, frame by frame, and the streams that the server was given. */
function connect() {
  const [server, wire] = duplexPair();
  const streams: SpdyStream[] = [];
  const session = serveSpdy(server, Buffer.alloc(0), { onStream: (stream) => void streams.push(stream) });
  const frames: Frame[] = [];
  const decode = createFrameDecoder((frame) => frames.push(frame));
  wire.on('data', decode);
  const encode = createHeaderEncoder();
  return {
    session,
    streams,
    frames,
    wire,
    sendSynStream: (id: number) => void wire.write(encodeSynStream(id, encode({}))),
    open: async (id: number, headers: SpdyHeaders = {}, fin = false): Promise<SpdyStream> => {
      wire.write(encodeSynStream(id, encode(headers), fin));
      await expect.poll(() => streams.length > 0 && streams.at(-1)?.id).toBe(id);
      return streams.at(-1) as SpdyStream;
    },
    send: (id: number, data: string | Buffer, fin = false) => {
      const bytes = Buffer.from(data);
      wire.write(Buffer.concat([dataHead(id, bytes.length, fin), bytes]));
    },
    received: (id: number): string =>
      frames.map((frame) => (frame.type === 'data' && frame.streamId === id ? frame.data.toString() : '')).join(''),
    finished: (id: number): boolean =>
      frames.some((frame) => frame.type === 'data' && frame.streamId === id && frame.fin),
  };
}

test('a stream is replied to and carries data both ways until each side has ended', async () => {
  const client = connect();
  const stream = await client.open(1, { streamtype: 'data' });
  client.send(1, 'ping', true);
  expect(await text(stream)).toBe('ping');
  stream.end('pong');
  await expect.poll(() => client.finished(1)).toBe(true);
  expect(client.received(1)).toBe('pong');
  expect(stream.headers).toEqual({ streamtype: 'data' });
  expect(client.frames[0]).toMatchObject({ type: 'synReply', streamId: 1 });
  expect(client.frames.some(({ type }) => type === 'reset')).toBe(false);
});

test('a stream goes on being written to after the client has ended its half', async () => {
  const client = connect();
  const stream = await client.open(1, {}, true);
  expect(await text(stream)).toBe('');
  stream.end('late');
  await expect.poll(() => client.received(1)).toBe('late');
});

test("the client's ping is answered with its id, and an answer to no ping of ours is not", async () => {
  const client = connect();
  client.wire.write(Buffer.concat([encodePing(2), encodePing(5)]));
  await expect.poll(() => client.frames).toEqual([{ type: 'ping', id: 5 }]);
});

test('destroying a stream resets it, and a reset of the client destroys it', async () => {
  const client = connect();
  const first = await client.open(1);
  first.destroy();
  await expect.poll(() => client.frames.at(-1)).toEqual({ type: 'reset', streamId: 1, status: 5 });
  const second = await client.open(3);
  client.wire.write(encodeReset(3, 5));
  await once(second, 'close');
  expect(client.frames.filter(({ type }) => type === 'reset')).toHaveLength(1);
});

test('a stream id that is even or used before is refused', async () => {
  const client = connect();
  await client.open(3);
  client.sendSynStream(3);
  await expect.poll(() => client.frames.at(-1)).toEqual({ type: 'reset', streamId: 3, status: 1 });
});

test('after goAway no stream is opened any more', async () => {
  const client = connect();
  const stream = await client.open(1);
  client.session.goAway();
  await expect.poll(() => client.frames.at(-1)).toEqual({ type: 'goAway', lastStreamId: 1, status: 0 });
  client.sendSynStream(3);
  stream.end('still here');
  await expect.poll(() => client.received(1)).toBe('still here');
  expect(client.streams).toHaveLength(1);
});

test('the connection is paused while a megabyte lies unread, and nothing is lost', async () => {
  const client = connect();
  const stream = await client.open(1);
  const bytes = Buffer.alloc(6_000_000, 'abcdefg');
  let accepted = 0;
  for (let at = 0; at < bytes.length; at += 60_000) {
    const piece = bytes.subarray(at, at + 60_000);
    client.wire.write(Buffer.concat([dataHead(1, piece.length, false), piece]), () => {
      accepted += piece.length;
    });
  }
  client.send(1, '', true);
  await expect.poll(() => accepted).toBeGreaterThan(900_000);
  expect(stream.readableLength).toBeLessThan(1_200_000);
  expect((await buffer(stream)).equals(bytes)).toBe(true);
});

test('what is larger than a data frame of ours is cut into several', async () => {
  const client = connect();
  const stream = await client.open(1);
  const sent = 'x'.repeat(200_000);
  stream.end(sent);
  await expect.poll(() => client.finished(1)).toBe(true);
  expect(client.received(1)).toBe(sent);
});

test('a lost connection ends every stream and aborts `gone`', async () => {
  const client = connect();
  const stream = await client.open(1);
  client.wire.write(encodeGoAway(0));
  client.wire.end();
  await once(stream, 'close');
  expect(client.session.gone.aborted).toBe(true);
});

test('bytes that are not SPDY end the connection', async () => {
  const client = connect();
  client.wire.write('\xffnot spdy at all');
  await expect.poll(() => client.session.gone.aborted).toBe(true);
});
