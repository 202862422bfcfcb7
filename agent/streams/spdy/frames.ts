/** Frames of SPDY/3.1: https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/#TOC-2.2-Framing */

const frameType = { synStream: 1, synReply: 2, reset: 3, settings: 4, ping: 6, goAway: 7, headers: 8 } as const;
export const resetStatus = { protocolError: 1, cancel: 5 } as const;

export type Frame =
  /** A data frame may arrive in several pieces; `fin` comes with the last one. */
  | { type: 'data'; streamId: number; fin: boolean; data: Buffer }
  | { type: 'synStream'; streamId: number; fin: boolean; block: Buffer }
  | { type: 'synReply' | 'headers'; streamId: number; fin: boolean; block: Buffer }
  | { type: 'reset'; streamId: number; status: number }
  | { type: 'ping'; id: number }
  | { type: 'goAway'; lastStreamId: number; status: number }
  /** SETTINGS, WINDOW_UPDATE and unknown frames: to be ignored. */
  | { type: 'other'; code: number };

const headLength = 8;
const finFlag = 1;
const version = 0x8003;
/** Control frames are small; a peer that announces a larger one does not speak SPDY/3. */
const maxControlFrame = 131_072;

export function encodeControl(type: number, flags: number, ...body: Buffer[]): Buffer {
  const head = Buffer.alloc(headLength);
  const length = body.reduce((sum, part) => sum + part.length, 0);
  head.writeUInt16BE(version, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(((flags << 24) | length) >>> 0, 4);
  return Buffer.concat([head, ...body]);
}

/** The eight bytes in front of the data of a data frame. */
export function dataHead(streamId: number, length: number, fin: boolean): Buffer {
  const head = Buffer.alloc(headLength);
  head.writeUInt32BE(streamId, 0);
  head.writeUInt32BE((((fin ? finFlag : 0) << 24) | length) >>> 0, 4);
  return head;
}

export const encodeSynReply = (streamId: number, block: Buffer): Buffer =>
  encodeControl(frameType.synReply, 0, words(streamId), block);

/** With no associated stream, and priority and slot 0. */
export const encodeSynStream = (streamId: number, block: Buffer, fin = false): Buffer =>
  encodeControl(frameType.synStream, fin ? finFlag : 0, words(streamId, 0), Buffer.alloc(2), block);

export const encodeReset = (streamId: number, status: number): Buffer =>
  encodeControl(frameType.reset, 0, words(streamId, status));

export const encodePing = (id: number): Buffer => encodeControl(frameType.ping, 0, words(id));

export const encodeGoAway = (lastStreamId: number, status = 0): Buffer =>
  encodeControl(frameType.goAway, 0, words(lastStreamId, status));

/** Takes chunks that are cut anywhere. Throws if the bytes are not SPDY/3. */
export function createFrameDecoder(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  /** The data frame whose pieces are being passed on. */
  let data: { streamId: number; fin: boolean; left: number } | undefined;

  const takeData = (current: { streamId: number; fin: boolean; left: number }): void => {
    const piece = pending.subarray(0, current.left);
    pending = pending.subarray(piece.length);
    current.left -= piece.length;
    const done = current.left === 0;
    if (done) data = undefined;
    onFrame({ type: 'data', streamId: current.streamId, fin: done && current.fin, data: piece });
  };

  /** True if it took a frame, or a piece of one. */
  const step = (): boolean => {
    if (data) {
      if (pending.length === 0) return false;
      takeData(data);
      return true;
    }
    if (pending.length < headLength) return false;
    const lengthWord = pending.readUInt32BE(4);
    const length = lengthWord & 0xffffff;
    const flags = lengthWord >>> 24;
    if ((pending.readUInt8(0) & 0x80) === 0) {
      data = { streamId: pending.readUInt32BE(0), fin: (flags & finFlag) !== 0, left: length };
      pending = pending.subarray(headLength);
      if (length === 0) takeData(data);
      return true;
    }
    if (pending.readUInt16BE(0) !== version || length > maxControlFrame) throw new Error('not a frame of SPDY/3');
    if (pending.length < headLength + length) return false;
    const body = pending.subarray(headLength, headLength + length);
    const frame = decodeControl(pending.readUInt16BE(2), (flags & finFlag) !== 0, body);
    pending = pending.subarray(headLength + length);
    onFrame(frame);
    return true;
  };

  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (step());
  };
}

function decodeControl(code: number, fin: boolean, body: Buffer): Frame {
  const id = body.length >= 4 ? body.readUInt32BE(0) & 0x7fffffff : 0;
  switch (code) {
    case frameType.synStream:
      return { type: 'synStream', streamId: id, fin, block: body.subarray(10) };
    case frameType.synReply:
      return { type: 'synReply', streamId: id, fin, block: body.subarray(4) };
    case frameType.headers:
      return { type: 'headers', streamId: id, fin, block: body.subarray(4) };
    case frameType.reset:
      return { type: 'reset', streamId: id, status: body.readUInt32BE(4) };
    case frameType.ping:
      return { type: 'ping', id: body.readUInt32BE(0) };
    case frameType.goAway:
      return { type: 'goAway', lastStreamId: id, status: body.readUInt32BE(4) };
    default:
      return { type: 'other', code };
  }
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => {
    bytes.writeUInt32BE(value, 4 * index);
  });
  return bytes;
}
