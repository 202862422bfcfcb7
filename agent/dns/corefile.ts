/** Parses the syntax of a Corefile. Pure. https://coredns.io/manual/configuration/ */

/** A line: a name, its arguments, and the lines between its braces. */
export interface Directive {
  name: string;
  args: readonly string[];
  body: readonly Directive[];
}

/** https://coredns.io/manual/configuration/#comments and quotes, as in `log "{remote} asked"`. */
const tokensOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(#.*)|([^\s"]+)/g)].flatMap(([, quoted, comment, plain]) =>
    comment === undefined ? [quoted ?? plain ?? ''] : [],
  );

/**
 * The server blocks: a directive named after its first zone, with the other zones as arguments. Throws an `Error` that
 * names the line.
 */
export function parseCorefile(text: string): Directive[] {
  const root: Directive[] = [];
  const open: { body: Directive[]; line: number }[] = [{ body: root, line: 0 }];
  for (const [index, line] of text.split('\n').entries()) {
    const tokens = tokensOf(line);
    const opens = tokens.at(-1) === '{';
    const [name, ...args] = opens ? tokens.slice(0, -1) : tokens;
    if (tokens.length === 0) continue;
    if (name === '}' && args.length === 0 && !opens) {
      if (open.length === 1) throw new Error(`line ${index + 1}: '}' closes nothing`);
      open.pop();
      continue;
    }
    if (name === undefined) throw new Error(`line ${index + 1}: '{' opens a block without a name`);
    const body: Directive[] = [];
    open.at(-1)?.body.push({ name, args, body });
    if (opens) open.push({ body, line: index + 1 });
  }
  const unclosed = open.length > 1 ? open.at(-1) : undefined;
  if (unclosed) throw new Error(`line ${unclosed.line}: the block is not closed`);
  return root;
}
