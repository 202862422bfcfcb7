/**
 * Patterns that clients bring along. Upstream compiles them with Go's `regexp`, which is RE2: a text is matched in
 * linear time, whatever the pattern. https://github.com/google/re2/wiki/Syntax
 */
import { RE2JS } from 're2js';

export interface Pattern {
  /** Whether it is anywhere in the text. */
  matches(text: string): boolean;
  /** What of the text matches, from left to right, without overlaps. */
  findIn(text: string): Generator<string>;
}

const mostKnown = 1000;
const known = new Map<string, Pattern>();

/** Throws where it is no regular expression. */
export function compilePattern(source: string): Pattern {
  const before = known.get(source);
  if (before) return before;
  const compiled = RE2JS.compile(source);
  const pattern: Pattern = {
    matches: (text) => compiled.test(text),
    *findIn(text) {
      const matcher = compiled.matcher(text);
      while (matcher.find()) yield matcher.group() ?? '';
    },
  };
  if (known.size >= mostKnown) known.clear();
  known.set(source, pattern);
  return pattern;
}

/** What is wrong with it; undefined: nothing. */
export function patternProblem(source: string): string | undefined {
  try {
    compilePattern(source);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
