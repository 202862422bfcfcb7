/** What is wrong with an expression before it runs, worded and drawn as upstream's compiler does it. */

export interface Issue {
  /** In characters from the start of the expression. */
  at: number;
  message: string;
}

/** An expression that does not compile. */
export class CompileError extends Error {
  readonly issues: readonly Issue[];

  constructor(source: string, issues: readonly Issue[]) {
    super(issues.map((issue) => drawn(source, issue)).join('\n'));
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
  return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${text}\n | ${'.'.repeat(column)}^`;
}
