/**
 * On which node to make room: each criterion decides only among those that are equal by the ones before it.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/preemption/preemption.go (pickOneNodeForPreemption)
 */
import { priorityOf } from '../../framework/info.ts';
import { type Candidate, startOf } from './victims.ts';

type Criterion = (candidate: Candidate, now: number) => number;

/** Makes every priority positive, so that more pods always weigh more than fewer. */
const offset = 2 ** 31;

const highestPriority = ({ victims: [first] }: Candidate): number => (first ? priorityOf(first.pod) : -offset);

/** The start of the longest running one among the most important victims. */
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

/** The first of the best; undefined where there are no candidates. */
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
