/**
 * Joins the pieces of long lines. The engine cuts a line after 16 KiB and stamps each piece with a time; as in
 * upstream, only the start of a line has one.
 */

const newline = 0x0a;
const space = 0x20;

/** Drops the stamps within lines from the messages of a log, which come whole. Upstream's logWriter. */
export function joinMessages(): (message: Buffer) => Buffer {
  let atStart = true;
  return (message) => {
    const text = atStart ? message : message.subarray(message.indexOf(space) + 1);
    atStart = message.at(-1) === newline;
    return text;
  };
}

/**
 * The size of a piece without its stamp, in bytes.
 * https://github.com/moby/moby/blob/v20.10.24/daemon/logger/copier.go
 */
const pieceSize = 16 * 1024;
const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[-+]\d\d:\d\d) /;
const longestStamp = '2026-01-01T00:00:00.000000000+00:00 '.length;

const stampLength = (bytes: Buffer): number => stamp.exec(bytes.toString('latin1', 0, longestStamp))?.[0].length ?? 0;

/**
 * The same for the log of a terminal, whose messages are not framed: a stamp is within a line if it follows a whole
 * piece. Chunks may be cut anywhere; `end` returns what is left.
 */
export function joinPieces(): { push(chunk: Buffer): Buffer; end(): Buffer } {
  let rest: Buffer = Buffer.alloc(0);
  let atStart = true;
  /** Bytes until the piece is whole; 0 where a stamp is due. */
  let left = 0;

  const next = (isLast: boolean): Buffer | undefined => {
    if (left === 0) {
      const length = stampLength(rest);
      const mayGrow = rest.length < longestStamp && !rest.includes(space);
      if (rest.length === 0 || (length === 0 && mayGrow && !isLast)) return undefined;
      const kept = rest.subarray(0, atStart ? length : 0);
      rest = rest.subarray(length);
      left = pieceSize;
      return kept;
    }
    if (rest.length === 0) return undefined;
    const end = rest.subarray(0, left).indexOf(newline) + 1;
    const part = rest.subarray(0, end || left);
    rest = rest.subarray(part.length);
    atStart = end > 0;
    left = atStart ? 0 : left - part.length;
    return part;
  };
  const drain = (isLast: boolean): Buffer => {
    const parts: Buffer[] = [];
    for (let part = next(isLast); part; part = next(isLast)) parts.push(part);
    return Buffer.concat(parts);
  };
  return {
    push(chunk) {
      rest = Buffer.concat([rest, chunk]);
      return drain(false);
    },
    end: () => drain(true),
  };
}
