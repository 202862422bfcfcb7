/** Finds the lines that match, also while more lines come. */
import type { LogLine } from './log-buffer.ts';

export interface Search {
  pattern: RegExp | undefined;
  /** The expression does not parse. */
  invalid: boolean;
}

const special = /[.*+?^${}()|[\]\\]/g;

export function parseSearch(text: string, isRegex: boolean, caseSensitive = false): Search {
  if (!text) return { pattern: undefined, invalid: false };
  try {
    const pattern = new RegExp(isRegex ? text : text.replace(special, '\\$&'), caseSensitive ? 'g' : 'gi');
    return { pattern, invalid: false };
  } catch (error) {
    if (error instanceof SyntaxError) return { pattern: undefined, invalid: true };
    throw error;
  }
}

/** Indexes of the lines from `start` on that match. */
export function findLines(lines: readonly LogLine[], pattern: RegExp, start = 0): number[] {
  const found: number[] = [];
  for (let at = start; at < lines.length; at++) {
    pattern.lastIndex = 0;
    if (pattern.test(lines[at]?.text ?? '')) found.push(at);
  }
  return found;
}

/** The text in pieces; every second one is a match. */
export function splitMatches(text: string, pattern: RegExp): string[] {
  const pieces: string[] = [];
  let from = 0;
  pattern.lastIndex = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '') continue;
    pieces.push(text.slice(from, match.index), match[0]);
    from = match.index + match[0].length;
  }
  pieces.push(text.slice(from));
  return pieces;
}
