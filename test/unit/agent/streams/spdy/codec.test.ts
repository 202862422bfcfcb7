import { constants, createDeflate, deflateSync, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { headerDictionary } from '../../../../../agent/streams/spdy/dictionary.ts';
import {
  createFrameDecoder,
  dataHead,
  encodeControl,
  encodeGoAway,
  encodePing,
  encodeReset,
  encodeSynReply,
  encodeSynStream,
  type Frame,
} from '../../../../../agent/streams/spdy/frames.ts';
import {
  createHeaderDecoder,
  createHeaderEncoder,
  encodePairs,
  type SpdyHeaders,
} from '../../../../../agent/streams/spdy/header-block.ts';
import { randomFrom } from './random.ts';

test('the dictionary is the one that zlib streams of SPDY/3 name', () => {
  const named = deflateSync(Buffer.from('x'), { dictionary: headerDictionary }).readUInt32BE(2);
  expect([headerDictionary.length, named]).toEqual([1423, 0xe3c6a7c2]);
});

/** As spdystream compresses: one zlib stream with the dictionary, flushed after each block. */
async function compress(blocks: SpdyHeaders[]): Promise<Buffer[]> {
  const deflate = createDeflate({ dictionary: headerDictionary, level: constants.Z_BEST_COMPRESSION });
  const compressed: Buffer[] = [];
  for (const block of blocks) {
    deflate.write(encodePairs(block));
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, resolve));
    compressed.push(deflate.read() as Buffer);
  }
  return compressed;
}

test('a block that Go wrote is read', () => {
  const fromKubectl = Buffer.from('78f9e3c6a7c26260606004a7b392a2d4c45c6851c29a0a0a6800000000ffff', 'hex');
  expect(createHeaderDecoder()(fromKubectl)).toEqual({ streamtype: 'error' });
});

test('blocks of one compressed stream are read in turn, far beyond the window of the compression', async () => {
  const random = randomFrom(7);
  const blocks = Array.from({ length: 400 }, (_, index) => ({
    streamtype: index % 2 ? 'data' : 'error',
    port: String(random(65_536)),
    requestid: String(index),
    noise: Buffer.from(Array.from({ length: random(600) }, () => random(256))).toString('base64'),
  }));
  const decode = createHeaderDecoder();
  expect((await compress(blocks)).map((block) => decode(block))).toEqual(blocks);
});

test('what is encoded here is one zlib stream that needs no dictionary', () => {
  const encode = createHeaderEncoder();
  const blocks: SpdyHeaders[] = [{}, { streamtype: 'data', port: '80' }, { long: 'x'.repeat(200_000) }];
  const stream = Buffer.concat(blocks.map((block) => encode(block)));
  const inflated = inflateSync(stream, { finishFlush: constants.Z_SYNC_FLUSH });
  expect(inflated.equals(Buffer.concat(blocks.map((block) => encodePairs(block))))).toBe(true);
});

test('every block ends with a sync marker, before which Go hands nothing on', () => {
  const encode = createHeaderEncoder();
  const ends = [encode({}), encode({ a: 'b' })].map((block) => block.subarray(-5).toString('hex'));
  expect(ends).toEqual(['000000ffff', '000000ffff']);
});

test('a block that is cut short is refused', () => {
  const pairs = encodePairs({ name: 'value' });
  pairs.writeUInt32BE(1000, 4);
  const block = deflateSync(pairs, { finishFlush: constants.Z_SYNC_FLUSH });
  expect(() => createHeaderDecoder()(block)).toThrow('header block is cut short');
});

const block = Buffer.from('block');
const frames: [string, Buffer, Frame[]][] = [
  ['SYN_STREAM', encodeSynStream(1, block, true), [{ type: 'synStream', streamId: 1, fin: true, block }]],
  ['SYN_REPLY', encodeSynReply(3, block), [{ type: 'synReply', streamId: 3, fin: false, block }]],
  ['RST_STREAM', encodeReset(5, 5), [{ type: 'reset', streamId: 5, status: 5 }]],
  ['PING', encodePing(0xfffffffd), [{ type: 'ping', id: 0xfffffffd }]],
  ['GOAWAY', encodeGoAway(7), [{ type: 'goAway', lastStreamId: 7, status: 0 }]],
  ['WINDOW_UPDATE', encodeControl(9, 0, Buffer.alloc(8)), [{ type: 'other', code: 9 }]],
  ['an empty last data frame', dataHead(9, 0, true), [{ type: 'data', streamId: 9, fin: true, data: Buffer.alloc(0) }]],
];

test.each(frames)('%s is read as it was written', (_name, bytes, expected) => {
  const seen: Frame[] = [];
  createFrameDecoder((frame) => seen.push(frame))(bytes);
  expect(seen).toEqual(expected);
});

test('the bytes of a control frame are those of the specification', () => {
  expect(encodePing(1).toString('hex')).toBe('800300060000000400000001');
  expect(encodeReset(3, 5).toString('hex')).toBe('80030003000000080000000300000005');
  expect(dataHead(3, 0x010203, true).toString('hex')).toBe('0000000301010203');
});

test.each(Array.from({ length: 50 }, (_, seed) => seed))(
  'frames are the same however they are cut (seed %i)',
  (seed) => {
    const random = randomFrom(seed);
    const sent = Array.from({ length: 40 }, () => {
      const id = 1 + 2 * random(5);
      const data = Buffer.from(Array.from({ length: random(300) }, () => random(256)));
      const bytes = random(3) ? Buffer.concat([dataHead(id, data.length, random(2) === 1), data]) : encodePing(id);
      return bytes;
    });
    const whole = Buffer.concat(sent);
    expect(readInPieces(whole, () => 1 + random(200))).toEqual(readInPieces(whole, () => whole.length));
  },
);

/** What was read, with the pieces of data put together by stream. */
function readInPieces(bytes: Buffer, size: () => number): { data: Record<number, string>; others: Frame[] } {
  const data: Record<number, string> = {};
  const others: Frame[] = [];
  const decode = createFrameDecoder((frame) => {
    if (frame.type !== 'data') others.push(frame);
    else data[frame.streamId] = (data[frame.streamId] ?? '') + frame.data.toString('hex') + (frame.fin ? ' fin ' : '');
  });
  for (let at = 0; at < bytes.length; ) {
    const next = at + size();
    decode(bytes.subarray(at, next));
    at = next;
  }
  return { data, others };
}

test.each(['GET / HTTP/1.1\r\n', '\x80\x02\x00\x01\x00\x00\x00\x00'])('%j is refused as not SPDY/3', (text) => {
  const decode = createFrameDecoder(() => {});
  const bytes = Buffer.from(text, 'latin1');
  bytes.writeUInt8(bytes.readUInt8(0) | 0x80, 0);
  expect(() => decode(bytes)).toThrow('not a frame of SPDY/3');
});
