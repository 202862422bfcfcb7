/** One line of a log, as it is kept and coloured. */
export interface LogLine {
  /** RFC 3339, as the container runtime stamped it. */
  stamp: string;
  text: string;
  /** Which pod wrote it, where several are shown together. */
  pod?: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what terminal colours begin with
const colourCodes = /\u001b\[[0-9;]*[A-Za-z]/g;

export function parseLine(line: string): LogLine {
  const space = line.indexOf(' ');
  if (space <= 0) return { stamp: line, text: '' };
  const text = line.slice(space + 1);
  return { stamp: line.slice(0, space), text: text.replace(colourCodes, '').replace(/\r$/, '') };
}

export type Level = 'error' | 'warn' | 'debug' | '';

/** As klog, logfmt, JSON and most frameworks mark it, near the beginning of the line. */
export function levelOf(text: string): Level {
  const head = text.slice(0, 200);
  if (/^[EF]\d{4} /.test(head) || /\b(error|fatal|panic|critical|severe|exception)\b/i.test(head)) return 'error';
  if (/^W\d{4} /.test(head) || /\bwarn(ing)?\b/i.test(head)) return 'warn';
  if (/\b(debug|trace)\b/i.test(head)) return 'debug';
  return '';
}
