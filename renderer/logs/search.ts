/** Finds the lines that match, also while more lines come. */
import type { LogBuffer } from './log-buffer.ts';
import type { LogLine } from './log-line.ts';

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

/** The lines of a growing log that match one pattern: what was looked at once is not looked at again. */
export class Matches {
  found: readonly number[] = [];
  private version = -1;
  private upTo = 0;
  private readonly pattern: RegExp | undefined;

  constructor(pattern: RegExp | undefined) {
    this.pattern = pattern;
  }

  in({ lines, version, sameUntil }: LogBuffer): readonly number[] {
    if (!this.pattern || version === this.version) return this.found;
    // Where a version was missed, nothing is known of what stayed.
    const from = version === this.version + 1 ? Math.min(sameUntil, this.upTo) : 0;
    const more = findLines(lines, this.pattern, from);
    const kept = from === this.upTo ? this.found : this.found.filter((at) => at < from);
    this.found = more.length === 0 && kept === this.found ? kept : [...kept, ...more];
    this.version = version;
    this.upTo = lines.length;
    return this.found;
  }
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
