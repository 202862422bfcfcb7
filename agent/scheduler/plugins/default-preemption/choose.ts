/**
 * Chooses the node for preemption. Each criterion decides only among candidates that are equal by all earlier criteria.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/preemption/preemption.go
 * (pickOneNodeForPreemption)
 */
import { priorityOf } from '../../framework/info.ts';
import { type Candidate, startOf } from './victims.ts';

type Criterion = (candidate: Candidate, now: number) => number;

/** Makes every priority positive, so that the sum over more pods is always larger. */
const offset = 2 ** 31;

const highestPriority = ({ victims: [first] }: Candidate): number => (first ? priorityOf(first.pod) : -offset);

/** The start of the longest-running victim among those of the highest priority. */
function earliestStart(candidate: Candidate, now: number): number {
  const highest = highestPriority(candidate);
  const starts = candidate.victims.filter(({ pod }) => priorityOf(pod) === highest).map(({ pod }) => startOf(pod, now));
  return Math.min(...starts);
}

/** The larger number wins. */
const criteria: readonly Criterion[] = [
  ({ violations }) => -violations,
  (candidate) => -highestPriority(candidate),
  ({ victims }) => -victims.reduce((sum, { pod }) => sum + priorityOf(pod) + offset, 0),
  ({ victims }) => -victims.length,
  earliestStart,
];

/** The first of the best candidates; undefined without candidates. */
export function chooseCandidate(candidates: readonly Candidate[], now: number): Candidate | undefined {
  let left = candidates;
  for (const criterion of criteria) {
    const scored = left.map((candidate) => ({ candidate, score: criterion(candidate, now) }));
    const most = Math.max(...scored.map(({ score }) => score));
    left = scored.filter(({ score }) => score === most).map(({ candidate }) => candidate);
    if (left.length <= 1) break;
  }
  return left[0];
}
