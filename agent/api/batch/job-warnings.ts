/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/api/job/warnings.go */
import { podTemplateWarnings } from '../core/pod-warnings.ts';
import type { batch } from '../types.ts';

const manyCompletions = 100_000;
const manyAtOnce = 10_000;

const untracked =
  'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might ' +
  'not be able to track completedIndexes when a big number of indexes fail';

/** `path` is that of the job's spec. */
export function jobWarnings(path: string, spec: batch.JobSpec): string[] {
  const { completionMode, completions = 0, parallelism = 0, template } = spec;
  const many = completionMode === 'Indexed' && completions > manyCompletions && parallelism > manyAtOnce;
  return [...(many ? [`${path}: ${untracked}`] : []), ...podTemplateWarnings(`${path}.template`, template)];
}
