/** Patterns of Go's path.Match for text without a slash: `*`, `?`, `[a-z]`, `[^a-z]`, `\x`. https://pkg.go.dev/path#Match */

type Token = '*' | ((character: string) => boolean);

/** The pattern is malformed; upstream then takes it to match nothing. */
class BadPattern extends Error {}

/** Reads the class that begins at `at`, and returns where it ends. */
function readClass(pattern: string, at: number): { token: Token; end: number } {
  const negated = pattern[at + 1] === '^';
  const ranges: [string, string][] = [];
  let next = at + (negated ? 2 : 1);
  const character = (): string => {
    if (pattern[next] === '\\') next += 1;
    const found = pattern[next];
    if (found === undefined) throw new BadPattern(pattern);
    next += 1;
    return found;
  };
  while (ranges.length === 0 || pattern[next] !== ']') {
    const low = character();
    if (pattern[next] !== '-') ranges.push([low, low]);
    else {
      next += 1;
      ranges.push([low, character()]);
    }
  }
  const token: Token = (given) => ranges.some(([low, high]) => low <= given && given <= high) !== negated;
  return { token, end: next + 1 };
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; ) {
    const character = pattern[at] ?? '';
    if (character === '[') {
      const { token, end } = readClass(pattern, at);
      tokens.push(token);
      at = end;
      continue;
    }
    const literal = character === '\\' ? pattern[at + 1] : character;
    if (literal === undefined) throw new BadPattern(pattern);
    if (character === '*') tokens.push('*');
    else if (character === '?') tokens.push(() => true);
    else tokens.push((given) => given === literal);
    at += character === '\\' ? 2 : 1;
  }
  return tokens;
}

/** Each `*` takes as little as it can, and only the last one is tried again, so the time is bounded by n times m. */
function matches(tokens: readonly Token[], text: string): boolean {
  let [token, at] = [0, 0];
  let star: { token: number; at: number } | undefined;
  while (at < text.length) {
    const wanted = tokens[token];
    if (wanted === '*') {
      star = { token, at };
      token += 1;
    } else if (wanted?.(text[at] ?? '')) {
      token += 1;
      at += 1;
    } else if (star) {
      star.at += 1;
      [token, at] = [star.token + 1, star.at];
    } else return false;
  }
  return tokens.slice(token).every((left) => left === '*');
}

export function matchesGlob(pattern: string, text: string): boolean {
  try {
    return matches(tokensOf(pattern), text);
  } catch (error) {
    if (error instanceof BadPattern) return false;
    throw error;
  }
}
