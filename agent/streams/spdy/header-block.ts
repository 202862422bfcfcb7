/**
 * Header blocks of SPDY/3.1: name/value pairs in one zlib stream per direction, flushed after each block.
 * https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/#TOC-2.6.10-Name-Value-Header-Block
 */
import { constants, inflateRawSync } from 'node:zlib';
import { headerDictionary } from './dictionary.ts';

/** Names in lower case; several values of a name are joined with NUL on the wire. */
export type SpdyHeaders = Record<string, string>;

/** The distance that deflate may refer back. */
const windowSize = 32_768;
/** No client of Kubernetes sends more than this in one block. */
const maxBlock = 65_536;
/** DEFLATE's largest stored block. */
const maxStored = 65_535;
/** The empty stored block of a sync flush: Go's inflater passes nothing on before it has seen one. */
const syncMarker = Buffer.from([0, 0, 0, 0xff, 0xff]);

export function encodePairs(headers: SpdyHeaders): Buffer {
  const entries = Object.entries(headers);
  const parts: Buffer[] = [uint32(entries.length)];
  for (const [name, value] of entries) {
    for (const text of [name.toLowerCase(), value]) {
      const bytes = Buffer.from(text);
      parts.push(uint32(bytes.length), bytes);
    }
  }
  return Buffer.concat(parts);
}

function decodePairs(block: Buffer): SpdyHeaders {
  const headers: SpdyHeaders = {};
  let offset = 4;
  const text = (): string => {
    const length = block.readUInt32BE(offset);
    const end = offset + 4 + length;
    if (end > block.length) throw new Error('header block is cut short');
    const value = block.toString('utf8', offset + 4, end);
    offset = end;
    return value;
  };
  for (let left = block.readUInt32BE(0); left > 0; left--) {
    const name = text();
    headers[name] = text();
  }
  return headers;
}

/**
 * The sending direction. Blocks are *stored* DEFLATE blocks, which every peer accepts. A compressor would cost a
 * quarter of a megabyte per connection, for the few dozen bytes that a server ever sends.
 */
export function createHeaderEncoder(): (headers: SpdyHeaders) => Buffer {
  let started = false;
  return (headers) => {
    const pairs = encodePairs(headers);
    const parts: Buffer[] = started ? [] : [Buffer.from([0x78, 0x01])];
    started = true;
    for (let at = 0; at < pairs.length; at += maxStored) {
      const piece = pairs.subarray(at, at + maxStored);
      const head = Buffer.alloc(5);
      head.writeUInt16LE(piece.length, 1);
      head.writeUInt16LE(~piece.length & 0xffff, 3);
      parts.push(head, piece);
    }
    parts.push(syncMarker);
    return Buffer.concat(parts);
  };
}

/**
 * The receiving direction; blocks must come in order. Every block ends on a byte boundary (sync flush). So each one can
 * be inflated by itself, with the last 32 KiB before it as the dictionary: synchronously, and with nothing to close.
 */
export function createHeaderDecoder(): (block: Buffer) => SpdyHeaders {
  let history: Buffer | undefined;
  return (block) => {
    const body = history ? block : block.subarray(zlibHeaderLength(block));
    history ??= headerDictionary;
    const pairs = inflateRawSync(body, {
      dictionary: history,
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: maxBlock,
    });
    history = Buffer.concat([history, pairs]).subarray(-windowSize);
    return decodePairs(pairs);
  };
}

/** Two bytes; four more if the stream names the dictionary that it starts with. */
const zlibHeaderLength = (block: Buffer): number => ((block[1] ?? 0) & 0x20 ? 6 : 2);

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
