/**
 * How long a job waits before it replaces failed pods. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/job/backoff_utils.go
 */
import type { Pod } from '../../api/types.ts';
import { allFailuresOfIndex, finishedAt } from './pod-facts.ts';

/** In milliseconds. */
const first = 10_000;
const longest = 10 * 60_000;

/** `failures` since the last success, and when the last of them was, in milliseconds since the epoch. */
export interface BackOff {
  failures: number;
  lastFailure: number;
}

export const noBackOff: BackOff = { failures: 0, lastFailure: 0 };

const latest = (times: readonly number[]): number => Math.max(...times);

/** The record with pods that have ended since it was made. */
export function withEnded(record: BackOff, succeeded: readonly Pod[], failed: readonly Pod[]): BackOff {
  const failures = failed.map(finishedAt);
  if (succeeded.length === 0) {
    if (failures.length === 0) return record;
    return { failures: record.failures + failures.length, lastFailure: latest(failures) };
  }
  const success = latest(succeeded.map(finishedAt));
  const since = failures.filter((time) => time > success);
  return since.length > 0 ? { failures: since.length, lastFailure: latest(since) } : noBackOff;
}

/** Milliseconds until pods may be created again. */
export function backOffLeft({ failures, lastFailure }: BackOff, now: number): number {
  if (failures === 0) return 0;
  return Math.max(0, lastFailure + Math.min(first * 2 ** (failures - 1), longest) - now);
}

/** The same for one index, whose pods carry how often it has failed. */
export function backOffLeftOfIndex(lastFailed: Pod | undefined, now: number): number {
  if (!lastFailed) return 0;
  return backOffLeft({ failures: allFailuresOfIndex(lastFailed) + 1, lastFailure: finishedAt(lastFailed) }, now);
}
