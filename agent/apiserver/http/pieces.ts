/** Long answers leave in pieces, each made and sent when the client has taken the one before. */
import type { Turns } from '../turns.ts';

/** Bytes. */
export const pieceSize = 256 * 1024;

/** The beginning of an answer, which tells how it is to be sent. */
export interface Beginning {
  chunks: Buffer[];
  /** Bytes of them. */
  size: number;
  /** What comes behind them; undefined where they are all. */
  rest: Iterator<Buffer> | undefined;
}

/**
 * The clock is asked after so many bytes or chunks, whichever are reached first: to ask it takes longer than to copy a
 * small object.
 */
const stride = { bytes: 16 * 1024, chunks: 32 };

/** Takes note of each chunk; tells when it is time to ask whether the turn is over. */
class Stride {
  #bytes = 0;
  #chunks = 0;

  isTaken({ length }: Buffer): boolean {
    this.#bytes += length;
    this.#chunks += 1;
    if (this.#bytes < stride.bytes && this.#chunks < stride.chunks) return false;
    this.#bytes = 0;
    this.#chunks = 0;
    return true;
  }
}

/** Takes chunks up to more than one piece, in turns. */
export async function beginningOf(chunks: Iterable<Buffer>, turns: Turns): Promise<Beginning> {
  const rest = chunks[Symbol.iterator]();
  const taken: Buffer[] = [];
  const looks = new Stride();
  let size = 0;
  if (turns.isOver()) await turns.pause();
  for (;;) {
    const isLong = size > pieceSize;
    const { done, value } = rest.next();
    if (done) return { chunks: taken, size, rest: undefined };
    taken.push(value);
    size += value.length;
    if (looks.isTaken(value) && turns.isOver()) await turns.pause();
    if (isLong) return { chunks: taken, size, rest };
  }
}

function* allOf({ chunks, rest }: Beginning): Iterable<Buffer> {
  yield* chunks;
  for (let next = rest?.next(); next && !next.done; next = rest?.next()) yield next.value;
}

/** As streams have it: `written` is called when the bytes are needed no more. */
type Write = (piece: Buffer, written: (error?: Error | null) => void) => void;

/**
 * All pieces share one buffer: so a long answer needs no memory of its length, whose release costs more than the
 * copying. Rejects where `write` fails.
 */
export async function writeInPieces(beginning: Beginning, write: Write, turns: Turns): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(pieceSize);
  let filled = 0;
  const flush = (): Promise<void> =>
    new Promise((resolve, reject) => {
      write(buffer.subarray(0, filled), (error) => (error ? reject(error) : resolve()));
    });
  const looks = new Stride();
  for (const chunk of allOf(beginning)) {
    if (looks.isTaken(chunk) && turns.isOver()) await turns.pause();
    if (chunk.length < buffer.length - filled) {
      buffer.set(chunk, filled);
      filled += chunk.length;
      continue;
    }
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(buffer, filled, at);
      at += copied;
      filled += copied;
      if (filled < buffer.length) continue;
      await flush();
      filled = 0;
    }
  }
  if (filled > 0) await flush();
}
