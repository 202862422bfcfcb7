/**
 * Text in columns as Go's `text/tabwriter` lays it out with a padding of two spaces, which is what `kubectl describe`
 * prints through. A cell ends with a tab; adjacent lines with a cell in a column share that column's width.
 * https://github.com/golang/go/blob/master/src/text/tabwriter/tabwriter.go
 */
const padding = 2;
const widthOf = (cell: string): number => [...cell].length;

export class TabWriter {
  private text = '';
  private done = '';

  /** Indented by two spaces per level. */
  write(level: number, text: string): void {
    this.text += '  '.repeat(level) + text;
  }

  line(level: number, ...cells: (string | number | boolean)[]): void {
    this.write(level, `${cells.join('\t')}\n`);
  }

  /** What comes next is laid out by itself. */
  flush(): void {
    this.done += layOut(this.text);
    this.text = '';
  }

  toString(): string {
    this.flush();
    return this.done;
  }
}

export function layOut(text: string): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const laidOut: string[] = [];
  format(lines, 0, lines.length, [], laidOut);
  return laidOut.join('\n');
}

const hasCell = (line: readonly string[] | undefined, column: number): boolean => column < (line?.length ?? 0) - 1;

/** Lines `from` up to `to`, whose columns so far have these widths. */
function format(lines: readonly string[][], from: number, to: number, widths: readonly number[], out: string[]): void {
  const column = widths.length;
  let written = from;
  for (let at = from; at < to; at++) {
    if (!hasCell(lines[at], column)) continue;
    out.push(...lines.slice(written, at).map((line) => padded(line, widths)));
    written = at;
    let width = 0;
    for (; at < to && hasCell(lines[at], column); at++)
      width = Math.max(width, widthOf(lines[at]?.[column] ?? '') + padding);
    format(lines, written, at, [...widths, width], out);
    written = at;
  }
  out.push(...lines.slice(written, to).map((line) => padded(line, widths)));
}

const padded = (line: readonly string[], widths: readonly number[]): string =>
  line.map((cell, at) => cell + ' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(cell)))).join('');
