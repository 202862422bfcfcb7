/**
 * The patterns of a `.dockerignore`. Pure.
 * https://docs.docker.com/build/concepts/context/#dockerignore-files
 */
import { matchesGlob } from '../../agent/api/glob.ts';

interface Pattern {
  parts: readonly string[];
  /** `!`: what matches is sent after all. */
  excepted: boolean;
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.');

function readPattern(line: string): Pattern[] {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return [];
  const excepted = text.startsWith('!');
  const parts = partsOf((excepted ? text.slice(1) : text).trim());
  return parts.length === 0 ? [] : [{ parts, excepted }];
}

/** True if the pattern matches the path or a folder above it. `**` stands for any number of folders. */
function covers(pattern: readonly string[], path: readonly string[]): boolean {
  const [first, ...others] = pattern;
  if (first === undefined) return true;
  if (first === '**') return path.some((_, at) => covers(others, path.slice(at)));
  const [part, ...below] = path;
  return part !== undefined && matchesGlob(first, part) && covers(others, below);
}

export interface Ignored {
  /** True if the file or folder, by its path in the context, is left out. The last pattern that matches decides. */
  has(path: string): boolean;
  /** True if nothing below an ignored folder can be excepted, so nobody needs to look into it. */
  readonly isFinal: boolean;
}

export function readIgnored(text: string): Ignored {
  const patterns = text.split('\n').flatMap(readPattern);
  return {
    has: (path) => patterns.findLast(({ parts }) => covers(parts, partsOf(path)))?.excepted === false,
    isFinal: !patterns.some(({ excepted }) => excepted),
  };
}
