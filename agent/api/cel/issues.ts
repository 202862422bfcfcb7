/** What is wrong with an expression before it runs, worded and drawn as upstream's compiler does it. */

export interface Issue {
  /** In characters from the start of the expression. */
  at: number;
  message: string;
}

/** https://github.com/google/cel-go/blob/master/common/errors.go and error.go */
const mostShown = 100;
/** Longer lines are not drawn. */
const longestLine = 16_384;

function shown(source: string, issues: readonly Issue[]): string {
  const first = issues.slice(0, mostShown).map((issue) => drawn(source, issue));
  const rest = issues.length - mostShown;
  return [...first, ...(rest > 0 ? [`${rest} more errors were truncated`] : [])].join('\n');
}

/** An expression that does not compile. */
export class CompileError extends Error {
  readonly issues: readonly Issue[];

  constructor(source: string, issues: readonly Issue[]) {
    super(shown(source, issues));
    this.issues = issues;
  }
}

/** Two lines below the message: the line of the expression, and where in it. */
function drawn(source: string, { at, message }: Issue): string {
  const before = source.slice(0, at);
  const line = before.split('\n').length;
  const start = before.lastIndexOf('\n') + 1;
  const end = source.indexOf('\n', start);
  const column = at - start;
  const text = source.slice(start, end < 0 ? undefined : end).replaceAll('\t', ' ');
  const told = `ERROR: <input>:${line}:${column + 1}: ${message}`;
  return text.length > longestLine ? told : `${told}\n | ${text}\n | ${'.'.repeat(column)}^`;
}
