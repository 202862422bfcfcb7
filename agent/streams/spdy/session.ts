/**
 * The server's side of a SPDY/3.1 connection as `kubectl` and client-go open it (moby/spdystream).
 * Streams have no flow control: spdystream neither honours nor sends WINDOW_UPDATE, so waiting for one would stall
 * every transfer at 64 KiB. Instead the whole connection is paused while too many bytes lie unread, which bounds
 * memory.
 */
import { Duplex } from 'node:stream';
import {
  createFrameDecoder,
  dataHead,
  encodeGoAway,
  encodePing,
  encodeReset,
  encodeSynReply,
  type Frame,
  resetStatus,
} from './frames.ts';
import { createHeaderDecoder, createHeaderEncoder, type SpdyHeaders } from './header-block.ts';

/** Unread bytes of all streams together at which the connection is paused. */
const maxUnread = 1_048_576;
/** Bytes of one data frame that we send. */
const maxData = 65_536;

/** Half-closable: `end()` sends FIN, the client's FIN ends the reading side, `destroy()` resets. */
export interface SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: SpdyHeaders;
}

export interface SpdySession {
  /** Aborts when the connection is gone. */
  readonly gone: AbortSignal;
  /**
   * Accepts no more streams. The client closes the connection once it has read what is under way (spdystream: `close`
   * of a connection).
   */
  goAway(): void;
  destroy(): void;
}

export interface SpdyOptions {
  /** Called with a stream that the client opened, after the reply to it. */
  onStream(stream: SpdyStream): void;
}

class Stream extends Duplex implements SpdyStream {
  readonly id: number;
  readonly headers: SpdyHeaders;
  readonly #session: Session;

  constructor(session: Session, id: number, headers: SpdyHeaders) {
    super({ allowHalfOpen: true });
    this.#session = session;
    this.id = id;
    this.headers = headers;
  }

  override _read(): void {
    this.#session.drained(this);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#session.sendData(this.id, chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#session.sendFin(this.id, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#session.forget(this, !(this.readableEnded && this.writableFinished));
    done(error);
  }
}

class Session implements SpdySession {
  readonly #transport: Duplex;
  readonly #options: SpdyOptions;
  readonly #streams = new Map<number, Stream>();
  readonly #encodeHeaders = createHeaderEncoder();
  readonly #decodeHeaders = createHeaderDecoder();
  readonly #gone = new AbortController();
  #lastStreamId = 0;
  #goingAway = false;

  constructor(transport: Duplex, head: Buffer, options: SpdyOptions) {
    this.#transport = transport;
    this.#options = options;
    const decode = createFrameDecoder((frame) => this.#onFrame(frame));
    const onData = (chunk: Buffer): void => {
      try {
        decode(chunk);
      } catch (error) {
        transport.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    };
    transport.on('data', onData);
    transport.once('end', () => transport.end());
    transport.once('error', () => transport.destroy());
    transport.once('close', () => this.#onClose());
    if (head.length > 0) onData(head);
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  goAway(): void {
    if (this.#goingAway) return;
    this.#goingAway = true;
    this.#send(encodeGoAway(this.#lastStreamId));
  }

  destroy(): void {
    this.#transport.destroy();
  }

  sendData(id: number, data: Buffer, done: (error?: Error | null) => void): void {
    if (this.#transport.destroyed) {
      done(new Error('connection closed'));
      return;
    }
    this.#transport.cork();
    for (let at = 0; at < data.length; at += maxData) {
      const piece = data.subarray(at, at + maxData);
      this.#transport.write(dataHead(id, piece.length, false));
      this.#transport.write(piece, at + maxData >= data.length ? done : undefined);
    }
    this.#transport.uncork();
    if (data.length === 0) done();
  }

  sendFin(id: number, done: (error?: Error | null) => void): void {
    if (this.#transport.destroyed) done();
    else this.#transport.write(dataHead(id, 0, true), done);
  }

  forget(stream: Stream, reset: boolean): void {
    if (!this.#streams.delete(stream.id)) return;
    if (reset) this.#send(encodeReset(stream.id, resetStatus.cancel));
    this.drained(stream);
  }

  /**
   * Called when a stream wants more data: resumes the connection if it was paused. The stream's own buffer does not
   * count: Node asks for more while it hands that buffer over, and does not ask again.
   */
  drained(reader: Stream): void {
    if (this.#transport.isPaused() && this.#unread(reader) < maxUnread) this.#transport.resume();
  }

  #unread(except?: Stream): number {
    let sum = 0;
    for (const stream of this.#streams.values()) if (stream !== except) sum += stream.readableLength;
    return sum;
  }

  #send(frame: Buffer): void {
    if (!this.#transport.destroyed && this.#transport.writable) this.#transport.write(frame);
  }

  #onFrame(frame: Frame): void {
    switch (frame.type) {
      case 'data':
        this.#onData(frame.streamId, frame.data, frame.fin);
        return;
      case 'synStream':
        this.#onSynStream(frame.streamId, frame.block, frame.fin);
        return;
      case 'synReply':
      case 'headers':
        // Decoded even if nobody needs it: the next block is compressed with this one as its dictionary.
        this.#decodeHeaders(frame.block);
        if (frame.fin) this.#onData(frame.streamId, Buffer.alloc(0), true);
        return;
      case 'reset': {
        const stream = this.#streams.get(frame.streamId);
        this.#streams.delete(frame.streamId);
        stream?.destroy();
        return;
      }
      case 'ping':
        // The client's own pings have odd ids; an even id would answer a ping of ours, and we send none.
        if (frame.id % 2 === 1) this.#send(encodePing(frame.id));
        return;
      case 'goAway':
      case 'other':
        return;
    }
  }

  #onSynStream(id: number, block: Buffer, fin: boolean): void {
    const headers = this.#decodeHeaders(block);
    if (this.#goingAway) return;
    if (id % 2 === 0 || id <= this.#lastStreamId) {
      this.#send(encodeReset(id, resetStatus.protocolError));
      return;
    }
    this.#lastStreamId = id;
    const stream = new Stream(this, id, headers);
    // The user of the stream learns of the error through its pipeline; an unhandled one would end the process.
    stream.on('error', () => stream.destroy());
    this.#streams.set(id, stream);
    this.#send(encodeSynReply(id, this.#encodeHeaders({})));
    if (fin) stream.push(null);
    this.#options.onStream(stream);
  }

  #onData(id: number, data: Buffer, fin: boolean): void {
    const stream = this.#streams.get(id);
    // Data may cross our FIN or RST on the way: dropped, as spdystream does.
    if (!stream) return;
    if (data.length > 0 && !stream.push(data) && this.#unread() >= maxUnread) this.#transport.pause();
    if (fin) stream.push(null);
  }

  #onClose(): void {
    this.#goingAway = true;
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of streams) stream.destroy();
    this.#gone.abort(new Error('the client closed the connection'));
  }
}

/** Takes over the transport. `head` is the bytes that came with the upgrade request. */
export function serveSpdy(transport: Duplex, head: Buffer, options: SpdyOptions): SpdySession {
  return new Session(transport, head, options);
}
