/** One line of a log, as it is kept and coloured. */
export interface LogLine {
  /** RFC 3339 with nine digits of fraction, so that stamps compare as text. */
  stamp: string;
  text: string;
  /** Columns of a monospaced font that the text takes, counted once. */
  cells: number;
  /** Which pod wrote it, where several are shown together. */
  pod?: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what terminal colours begin with
const colourCodes = /\u001b\[[0-9;]*[A-Za-z]/g;
const plain = /^[\x20-\x7e]*$/;
const tabCells = 8;

/** Rather one too many than one too few: a line that takes more room than it was given would be cut. */
export function cellsOf(text: string): number {
  if (plain.test(text)) return text.length;
  let cells = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    cells += code === 9 ? tabCells : code < 0x1100 ? 1 : code < 0x1f000 ? 2 : 3;
  }
  return cells;
}

const nanoseconds = (stamp: string): string => {
  if (stamp.length === 30) return stamp;
  const [seconds = '', fraction = ''] = stamp.replace(/Z$/, '').split('.');
  return `${seconds}.${fraction.padEnd(9, '0')}Z`;
};

export function parseLine(line: string): LogLine {
  const space = line.indexOf(' ');
  if (space <= 0) return { stamp: nanoseconds(line), text: '', cells: 0 };
  const raw = line.slice(space + 1);
  const text = raw.includes('\u001b') || raw.endsWith('\r') ? raw.replace(colourCodes, '').replace(/\r$/, '') : raw;
  return { stamp: nanoseconds(line.slice(0, space)), text, cells: cellsOf(text) };
}

export type Level = 'error' | 'warn' | 'info' | 'debug' | '';

const names: Record<string, Level> = {
  err: 'error',
  error: 'error',
  fatal: 'error',
  panic: 'error',
  critical: 'error',
  crit: 'error',
  severe: 'error',
  alert: 'error',
  emergency: 'error',
  warn: 'warn',
  warning: 'warn',
  info: 'info',
  notice: 'info',
  debug: 'debug',
  trace: 'debug',
};
const klog: Record<string, Level> = { E: 'error', F: 'error', W: 'warn', I: 'info' };
/** `level=warn`, `"severity":"ERROR"`, `lvl: info` */
const labelled = /["']?\b(?:level|severity|lvl|loglevel)["']?\s*[:=]\s*["']?([a-z]+)/i;
/** `[INFO]`, ` WARN `, `ERROR:` as frameworks write it, in capitals. */
const capitals =
  /(?:^|[\s[(|])(ERROR|ERR|FATAL|PANIC|CRITICAL|SEVERE|WARNING|WARN|INFO|NOTICE|DEBUG|TRACE)(?=$|[\s\])|:,])/;

/** As klog, logfmt, JSON and most frameworks mark it near the beginning; words of the text count where nothing does. */
export function levelOf(text: string): Level {
  const head = text.slice(0, 200);
  const letter = /^([EFWI])\d{4} /.exec(head)?.[1];
  if (letter) return klog[letter] ?? '';
  const marked = labelled.exec(head)?.[1] ?? capitals.exec(head)?.[1];
  const level = marked ? names[marked.toLowerCase()] : undefined;
  if (level) return level;
  if (/\b(error|fatal|panic|critical|severe|exception)\b/i.test(head)) return 'error';
  if (/\bwarn(ing)?\b/i.test(head)) return 'warn';
  return /\b(debug|trace)\b/i.test(head) ? 'debug' : '';
}
