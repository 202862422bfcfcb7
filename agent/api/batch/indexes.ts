/**
 * Indexes of a job as text: `1,3-5,7`.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/batch/validation/validation.go
 * (validateIndexesFormat)
 */

export type Interval = readonly [first: number, last: number];

interface Indexes {
  intervals: readonly Interval[];
  /** How many there are: 0 where there is a problem. */
  total: number;
  problem?: string;
}

const unordered = (previous: number, current: number): string =>
  `non-increasing order, previous: ${previous}, current: ${current}`;

/** The problem, where it is a text. */
function readIndex(text: string, completions: number): number | string {
  if (!/^[-+]?\d+$/.test(text)) return `cannot convert string to integer for index: ${JSON.stringify(text)}`;
  return Number(text) < completions ? Number(text) : `too large index: ${JSON.stringify(text)}`;
}

function readInterval(text: string, completions: number): Interval | string {
  const limits = text.split('-');
  if (limits.length > 2) {
    const rule = "violates the requirement that an index interval can have at most two parts separated by '-'";
    return `the fragment ${JSON.stringify(text)} ${rule}`;
  }
  const [first, last] = limits.map((limit) => readIndex(limit, completions));
  if (typeof first !== 'number') return first ?? '';
  if (last === undefined) return [first, first];
  if (typeof last !== 'number') return last;
  return first < last ? [first, last] : unordered(first, last);
}

/** Indexes count up from 0 to below `completions`. */
export function readIndexes(text: string, completions: number): Indexes {
  const intervals: Interval[] = [];
  let total = 0;
  for (const part of text === '' ? [] : text.split(',')) {
    const interval = readInterval(part, completions);
    if (typeof interval === 'string') return { intervals, total: 0, problem: interval };
    const previous = intervals.at(-1)?.[1];
    if (previous !== undefined && previous >= interval[0]) {
      return { intervals, total: 0, problem: unordered(previous, interval[0]) };
    }
    intervals.push(interval);
    total += interval[1] - interval[0] + 1;
  }
  return { intervals, total };
}

/** The first index that is in both lists, which are in order. */
export function commonIndex(left: readonly Interval[], right: readonly Interval[]): number | undefined {
  let [at, other] = [0, 0];
  for (;;) {
    const [one, two] = [left[at], right[other]];
    if (!one || !two) return undefined;
    if (one[0] <= two[1] && two[0] <= one[1]) return Math.max(one[0], two[0]);
    if (one[0] <= two[0]) at += 1;
    else other += 1;
  }
}
