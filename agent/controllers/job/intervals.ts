/**
 * Sets of indexes as ordered intervals that neither overlap nor touch: the form in which a job's status has them.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/job/indexed_job_utils.go
 */
import type { Interval } from '../../api/batch/indexes.ts';

export type Intervals = readonly Interval[];

const isInterval = (limits: readonly number[]): boolean => limits.every(Number.isInteger) && limits.length > 0;

/** Reads `1,3-5`. Indexes from `completions` on are left out: a job may have had more of them before. */
export function readIntervals(text: string | undefined, completions: number): Intervals {
  const intervals = (text ? text.split(',') : []).flatMap((part): Interval[] => {
    const limits = part.split('-').map((limit) => (limit === '' ? Number.NaN : Number(limit)));
    const [first = 0, last = first] = limits;
    if (!isInterval(limits) || first >= completions) return [];
    return [[first, Math.min(last, completions - 1)]];
  });
  return union(intervals, []);
}

/** A single index is an interval of its own. */
export const intervalsOf = (indexes: Iterable<number>): Intervals =>
  union(
    [...new Set(indexes)].sort((a, b) => a - b).map((index): Interval => [index, index]),
    [],
  );

/** Both lists are in order. */
export function union(left: Intervals, right: Intervals): Intervals {
  const result: [number, number][] = [];
  for (const [first, last] of [...left, ...right].sort((a, b) => a[0] - b[0])) {
    const end = result.at(-1);
    if (end && first <= end[1] + 1) end[1] = Math.max(end[1], last);
    else result.push([first, last]);
  }
  return result;
}

export const sizeOf = (intervals: Intervals): number =>
  intervals.reduce((sum, [first, last]) => sum + last - first + 1, 0);

export const includes = (intervals: Intervals, index: number): boolean =>
  intervals.some(([first, last]) => first <= index && index <= last);

/** How many indexes both have. */
export function sizeOfCommon(left: Intervals, right: Intervals): number {
  let [at, other, size] = [0, 0, 0];
  for (;;) {
    const [one, two] = [left[at], right[other]];
    if (!one || !two) return size;
    size += Math.max(0, Math.min(one[1], two[1]) - Math.max(one[0], two[0]) + 1);
    if (one[1] <= two[1]) at += 1;
    if (two[1] <= one[1]) other += 1;
  }
}

/** The first `count` indexes below `completions` that `taken` does not have. */
export function firstMissing(taken: Intervals, count: number, completions: number): number[] {
  const missing: number[] = [];
  let candidate = 0;
  for (const [first, last] of [...taken, [completions, completions] as const]) {
    for (; candidate < Math.min(first, completions) && missing.length < count; candidate += 1) missing.push(candidate);
    candidate = Math.max(candidate, last + 1);
  }
  return missing;
}

/** Two neighbours are written `1,2`; three or more `1-3`. */
export const formatIntervals = (intervals: Intervals): string =>
  intervals
    .map(([first, last]) => (first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`))
    .join(',');
