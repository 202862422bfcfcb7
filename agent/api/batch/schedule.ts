/**
 * Schedules of cron jobs: five fields, or a word such as `@daily`. Messages are those of the library that upstream
 * uses.
 * https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax and
 * https://github.com/robfig/cron/blob/v3.0.1/parser.go
 */
import { messageOf } from '../errors.ts';
import { parseGoDuration } from '../go-duration.ts';

interface Bounds {
  least: number;
  most: number;
  names?: Readonly<Record<string, number>>;
}

const numbered = (names: readonly string[], first: number): Record<string, number> =>
  Object.fromEntries(names.map((name, index) => [name, index + first]));

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const fields: readonly Bounds[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: numbered(months, 1) },
  { least: 0, most: 6, names: numbered(days, 0) },
];

const words = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);

class Malformed extends Error {}

const malformed = (message: string): never => {
  throw new Malformed(message);
};

function numberOf(text: string): number {
  if (!/^[-+]?\d+$/.test(text)) {
    malformed(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const number = Number(text);
  if (number < 0) malformed(`negative number (${number}) not allowed: ${text}`);
  return number;
}

const placeOf = (text: string, { names = {} }: Bounds): number => {
  const name = text.toLowerCase();
  return Object.hasOwn(names, name) ? (names[name] ?? 0) : numberOf(text);
};

/** The ends of `*`, `5` or `1-5`. */
function endsOf(range: string, text: string, bounds: Bounds): [number, number] {
  const [low = '', high, ...others] = range.split('-');
  if (low === '*' || low === '?') return [bounds.least, bounds.most];
  const start = placeOf(low, bounds);
  if (high === undefined) return [start, start];
  if (others.length > 0) malformed(`too many hyphens: ${text}`);
  return [start, placeOf(high, bounds)];
}

/** One of the parts between the commas of a field: `*`, `5`, `1-5`, each with or without a step. */
function checkRange(text: string, bounds: Bounds): void {
  const [range = '', steps, ...others] = text.split('/');
  const [start, last] = endsOf(range, text, bounds);
  const step = steps === undefined ? 1 : numberOf(steps);
  if (others.length > 0) malformed(`too many slashes: ${text}`);
  const end = steps !== undefined && !range.includes('-') ? bounds.most : last;
  if (start < bounds.least) malformed(`beginning of range (${start}) below minimum (${bounds.least}): ${text}`);
  if (end > bounds.most) malformed(`end of range (${end}) above maximum (${bounds.most}): ${text}`);
  if (start > end) malformed(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (step === 0) malformed(`step of range should be a positive number: ${text}`);
}

function checkWord(text: string): void {
  if (words.has(text)) return;
  const every = '@every ';
  if (!text.startsWith(every)) malformed(`unrecognized descriptor: ${text}`);
  const duration = text.slice(every.length);
  try {
    parseGoDuration(duration);
  } catch (error) {
    malformed(`failed to parse duration ${text}: ${messageOf(error)}`);
  }
}

function checkFields(text: string): void {
  const parts = text.split(/\s+/).filter(Boolean);
  if (parts.length !== fields.length) {
    malformed(`expected exactly ${fields.length} fields, found ${parts.length}: [${parts.join(' ')}]`);
  }
  for (const [index, bounds] of fields.entries()) {
    for (const range of (parts[index] ?? '').split(',').filter(Boolean)) checkRange(range, bounds);
  }
}

function check(schedule: string): void {
  const text = schedule.replace(/^(?:CRON_)?TZ=\S* */, '');
  if (text === '') malformed('empty spec string');
  if (text.startsWith('@')) checkWord(text);
  else checkFields(text);
}

/** Longer ones are nobody's. */
const mostCharacters = 10_000;

/** What is wrong with a schedule; undefined where it is one. */
export function scheduleProblem(schedule: string): string | undefined {
  if (schedule.length > mostCharacters) return `must be no more than ${mostCharacters} characters`;
  try {
    check(schedule);
    return undefined;
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return error.message;
  }
}
