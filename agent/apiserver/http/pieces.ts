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

/** Takes chunks up to more than one piece, in turns. */
export async function beginningOf(chunks: Iterable<Buffer>, turns: Turns): Promise<Beginning> {
  const rest = chunks[Symbol.iterator]();
  const taken: Buffer[] = [];
  let size = 0;
  for (;;) {
    if (turns.isOver()) await turns.pause();
    const isLong = size > pieceSize;
    const { done, value } = rest.next();
    if (done) return { chunks: taken, size, rest: undefined };
    taken.push(value);
    size += value.length;
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
  for (const chunk of allOf(beginning)) {
    if (turns.isOver()) await turns.pause();
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
