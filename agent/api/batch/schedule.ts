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

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const limits = {
  minutes: { least: 0, most: 59 },
  hours: { least: 0, most: 23 },
  days: { least: 1, most: 31 },
  months: { least: 1, most: 12, names: numbered(monthNames, 1) },
  weekdays: { least: 0, most: 6, names: numbered(dayNames, 0) },
} satisfies Record<string, Bounds>;

const words: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** The numbers that a field allows. `any`: it allows all, because it says `*`. */
export interface Field {
  values: ReadonlySet<number>;
  any: boolean;
}

/** `period` in milliseconds. `zone` is the time zone that the schedule itself names. */
export type Schedule = { zone?: string } & (
  | { kind: 'every'; period: number }
  | { kind: 'fields'; minutes: Field; hours: Field; days: Field; months: Field; weekdays: Field }
);

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
function readRange(text: string, bounds: Bounds): { values: number[]; any: boolean } {
  const [range = '', steps, ...others] = text.split('/');
  const [start, last] = endsOf(range, text, bounds);
  const step = steps === undefined ? 1 : numberOf(steps);
  if (others.length > 0) malformed(`too many slashes: ${text}`);
  const end = steps !== undefined && !range.includes('-') ? bounds.most : last;
  if (start < bounds.least) malformed(`beginning of range (${start}) below minimum (${bounds.least}): ${text}`);
  if (end > bounds.most) malformed(`end of range (${end}) above maximum (${bounds.most}): ${text}`);
  if (start > end) malformed(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (step === 0) malformed(`step of range should be a positive number: ${text}`);
  const values: number[] = [];
  for (let value = start; value <= end; value += step) values.push(value);
  return { values, any: /^[*?]/.test(range) && step === 1 };
}

function readField(text: string, bounds: Bounds): Field {
  const ranges = text
    .split(',')
    .filter(Boolean)
    .map((range) => readRange(range, bounds));
  return { values: new Set(ranges.flatMap(({ values }) => values)), any: ranges.some(({ any }) => any) };
}

function readFields(text: string): Schedule {
  const parts = text.split(/\s+/).filter(Boolean);
  if (parts.length !== 5) malformed(`expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`);
  const [minutes = '', hours = '', days = '', months = '', weekdays = ''] = parts;
  return {
    kind: 'fields',
    minutes: readField(minutes, limits.minutes),
    hours: readField(hours, limits.hours),
    days: readField(days, limits.days),
    months: readField(months, limits.months),
    weekdays: readField(weekdays, limits.weekdays),
  };
}

/** The library counts whole seconds, at least one. */
function readPeriod(text: string, duration: string): number {
  try {
    return Math.max(1, Number(parseGoDuration(duration) / 1_000_000_000n)) * 1000;
  } catch (error) {
    return malformed(`failed to parse duration ${text}: ${messageOf(error)}`);
  }
}

function readWord(text: string): Schedule {
  const word = Object.hasOwn(words, text) ? words[text] : undefined;
  if (word !== undefined) return readFields(word);
  const every = '@every ';
  if (!text.startsWith(every)) malformed(`unrecognized descriptor: ${text}`);
  return { kind: 'every', period: readPeriod(text, text.slice(every.length)) };
}

function read(schedule: string): Schedule {
  const [prefix = '', zone] = /^(?:CRON_)?TZ=(\S*) */.exec(schedule) ?? [];
  const text = schedule.slice(prefix.length);
  if (text === '') malformed('empty spec string');
  const found = text.startsWith('@') ? readWord(text) : readFields(text);
  return zone === undefined ? found : { ...found, zone };
}

/** Longer ones are nobody's. */
const mostCharacters = 10_000;

/** The schedule, or what is wrong with it. */
export function readSchedule(schedule: string): Schedule | { problem: string } {
  if (schedule.length > mostCharacters) return { problem: `must be no more than ${mostCharacters} characters` };
  try {
    return read(schedule);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { problem: error.message };
  }
}

/** What is wrong with a schedule; undefined where it is one. */
export function scheduleProblem(schedule: string): string | undefined {
  const found = readSchedule(schedule);
  return 'problem' in found ? found.problem : undefined;
}
