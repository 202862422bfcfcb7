/** Long answers leave in pieces, each when the client has taken the one before. */

/** Bytes. */
export const pieceSize = 256 * 1024;

/** As streams have it: `written` is called when the bytes are needed no more. */
type Write = (piece: Buffer, written: (error?: Error | null) => void) => void;

/**
 * All pieces share one buffer: so a long answer needs no memory of its length, whose release costs more than the
 * copying. Rejects where `write` fails.
 */
export async function writeInPieces(chunks: Iterable<Buffer>, write: Write): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(pieceSize);
  let filled = 0;
  const flush = (): Promise<void> =>
    new Promise((resolve, reject) => {
      write(buffer.subarray(0, filled), (error) => (error ? reject(error) : resolve()));
    });
  for (const chunk of chunks) {
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
