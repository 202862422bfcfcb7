/**
 * The engine's stream framing.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
import type { Duplex } from 'node:stream';
import { PassThrough } from 'node:stream';
import type { ContainerProcess } from '../runtime.ts';
import { joinMessages, joinPieces } from './stamps.ts';

/** What the engine was asked for. */
export interface LogShape {
  stamped: boolean;
}

export interface Frame {
  stream: 'stdout' | 'stderr';
  data: Buffer;
}

const headerLength = 8;

/** Parses frames (stream type, three zero bytes, length, payload). Chunks may be cut anywhere. */
function createDemuxer(): (chunk: Buffer) => Frame[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let buffer: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const frames: Frame[] = [];
    while (buffer.length >= headerLength) {
      const end = headerLength + buffer.readUInt32BE(4);
      if (buffer.length < end) break;
      frames.push({ stream: buffer[0] === 2 ? 'stderr' : 'stdout', data: buffer.subarray(headerLength, end) });
      buffer = buffer.subarray(end);
    }
    rest = buffer;
    return frames;
  };
}

/**
 * Yields the messages of a log in the order in which they were written. Messages that arrive together are yielded
 * together, because the engine frames every line. With `stamped` each of them starts with a time.
 */
export async function* messagesOf(source: AsyncIterable<Buffer>, { stamped }: LogShape): AsyncIterable<Uint8Array> {
  const demux = createDemuxer();
  const join = stamped ? joinMessages() : (message: Buffer) => message;
  for await (const chunk of source) {
    const data = Buffer.concat(demux(chunk).map((frame) => join(frame.data)));
    if (data.length > 0) yield data;
  }
}

/** The same for the log of a terminal, which the engine does not frame. */
export async function* terminalOutput(source: AsyncIterable<Buffer>, { stamped }: LogShape): AsyncIterable<Uint8Array> {
  if (!stamped) {
    yield* source;
    return;
  }
  const pieces = joinPieces();
  for await (const chunk of source) {
    const data = pieces.push(chunk);
    if (data.length > 0) yield data;
  }
  yield pieces.end();
}

/** Merges neighbouring frames of the same stream. */
function merge(frames: Frame[]): Frame[] {
  const runs: { stream: Frame['stream']; parts: Buffer[] }[] = [];
  for (const { stream, data } of frames) {
    const last = runs.at(-1);
    if (last?.stream === stream) last.parts.push(data);
    else runs.push({ stream, parts: [data] });
  }
  return runs.map(({ stream, parts: [first = Buffer.alloc(0), ...more] }) => ({
    stream,
    data: more.length > 0 ? Buffer.concat([first, ...more]) : first,
  }));
}

/** Splits a hijacked connection into the three streams. A slow reader's back-pressure reaches the engine. */
export function processOver(
  connection: Duplex,
  tty: boolean,
  control: { resize: ContainerProcess['resize']; exitCode(): Promise<number> },
): ContainerProcess {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const demux = createDemuxer();
  const { promise: exit, resolve, reject } = Promise.withResolvers<{ exitCode: number }>();
  // An unawaited rejection must not end the agent. Callers that await the exit still see it.
  exit.catch(() => undefined);

  /** Streams with a slow reader; the connection pauses until all of them have caught up. */
  const behind = new Set<PassThrough>();
  const write = (frames: Frame[]): void => {
    for (const frame of merge(frames)) {
      const target = frame.stream === 'stderr' ? stderr : stdout;
      if (!target.write(frame.data)) behind.add(target);
    }
    if (behind.size > 0) connection.pause();
  };
  for (const target of [stdout, stderr]) {
    target.on('drain', () => {
      behind.delete(target);
      if (behind.size === 0) connection.resume();
    });
  }
  let ended = false;
  const finish = (): void => {
    ended = true;
    stdout.end();
    stderr.end();
    control.exitCode().then((exitCode) => resolve({ exitCode }), reject);
  };
  connection.on('data', (chunk: Buffer) => write(tty ? [{ stream: 'stdout', data: chunk }] : demux(chunk)));
  connection.once('end', finish);
  const cut = (error: Error): void => {
    stdout.destroy();
    stderr.destroy();
    reject(error);
  };
  connection.once('error', cut);
  // A destroyed connection, e.g. after an abort, emits neither an end nor an error.
  connection.once('close', () => {
    if (!ended) cut(new Error('the connection to the process was closed'));
  });
  const close = (): void => {
    connection.destroy();
    stdout.destroy();
    stderr.destroy();
  };
  return { stdin: connection, stdout, stderr, resize: control.resize, exit, close };
}
