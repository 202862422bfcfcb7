/**
 * Which statuses a job may get. A rule is asked only about what a write changes, so that a status that broke it before
 * can be written again.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/batch/job/strategy.go
 * (getStatusValidationOptions) and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/batch/validation/validation.go
 * (ValidateJobUpdateStatus)
 */
import { isConditionTrue } from '../conditions.ts';
import { duplicate, immutable, invalid, nonNegative, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import type { batch, Job } from '../types.ts';
import { isSame } from '../validation/same.ts';
import { commonIndex, readIndexes } from './indexes.ts';
import { endOf } from './job-end.ts';

type Status = batch.JobStatus;

const has = ({ conditions }: Status, type: string): boolean => isConditionTrue(conditions, type);
const isFinished = (status: Status): boolean => endOf({ status }) !== undefined;

interface Change {
  spec: batch.JobSpec;
  now: Status;
  old: Status;
}

/**
 * A problem in the words of upstream, where there is one. Each rule names what must have changed for it to be asked.
 */
interface Rule {
  about: readonly (keyof Status | 'Finished' | 'Complete' | 'Failed' | 'FailureTarget' | 'SuccessCriteriaMet')[];
  check(change: Change): FieldError | undefined;
}

const conditionsProblem = (detail: string): FieldError => invalid('status.conditions', undefined, detail);

/** Of two conditions that rule each other out, or of which one needs the other. */
const together = (about: Rule['about'], broken: (now: Status) => boolean, detail: string): Rule => ({
  about,
  check: ({ now }) => (broken(now) ? conditionsProblem(detail) : undefined),
});

const seconds = (time: string | undefined): number => (time === undefined ? Number.NaN : Date.parse(time));

const parsing = (field: 'completedIndexes' | 'failedIndexes'): Rule => ({
  about: [field],
  check: ({ spec, now }) => {
    const text = now[field];
    if (spec.completions === undefined || text === undefined) return undefined;
    if (field === 'failedIndexes' && spec.backoffLimitPerIndex === undefined) return undefined;
    const { problem } = readIndexes(text, spec.completions);
    return problem === undefined ? undefined : invalid(`status.${field}`, text, `error parsing ${field}: ${problem}`);
  },
});

function overlap({ spec, now }: Change): FieldError | undefined {
  const { completions = 0 } = spec;
  const [completed, failed] = [now.completedIndexes ?? '', now.failedIndexes ?? ''].map((text) =>
    readIndexes(text, completions),
  );
  const index = commonIndex(completed?.intervals ?? [], failed?.intervals ?? []);
  if (index === undefined) return undefined;
  return invalid(
    'status.failedIndexes',
    now.failedIndexes,
    `failedIndexes and completedIndexes overlap at index: ${index}`,
  );
}

const rules: readonly Rule[] = [
  together(
    ['Complete', 'Failed'],
    (now) => has(now, 'Complete') && has(now, 'Failed'),
    'cannot set Complete=True and Failed=true conditions',
  ),
  together(
    ['Complete', 'FailureTarget'],
    (now) => has(now, 'Complete') && has(now, 'FailureTarget'),
    'cannot set Complete=True and FailureTarget=true conditions',
  ),
  {
    about: ['Complete', 'completionTime'],
    check: ({ now: { completionTime, ...now } }) => {
      const detail = 'cannot set completionTime when there is no Complete=True condition';
      return completionTime && !has(now, 'Complete')
        ? invalid('status.completionTime', completionTime, detail)
        : undefined;
    },
  },
  {
    about: ['Complete', 'completionTime'],
    check: ({ now }) =>
      !now.completionTime && has(now, 'Complete')
        ? required('status.completionTime', 'completionTime is required for Complete jobs')
        : undefined,
  },
  {
    about: ['startTime', 'completionTime'],
    check: ({ now: { startTime, completionTime } }) =>
      seconds(completionTime) < seconds(startTime)
        ? invalid('status.completionTime', completionTime, 'must be equal to or after `startTime`')
        : undefined,
  },
  together(
    ['Failed', 'failedIndexes'],
    (now) => has(now, 'Failed') && !has(now, 'FailureTarget'),
    'cannot set Failed=True condition without the FailureTarget=true condition',
  ),
  together(
    ['Complete', 'SuccessCriteriaMet'],
    (now) => has(now, 'Complete') && !has(now, 'SuccessCriteriaMet'),
    'cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
  ),
  {
    about: ['Finished', 'active'],
    check: ({ now: { active = 0, ...now } }) =>
      active > 0 && isFinished(now)
        ? invalid('status.active', active, 'active>0 is invalid for finished job')
        : undefined,
  },
  {
    about: ['Finished', 'startTime'],
    check: ({ now }) =>
      !now.startTime && isFinished(now)
        ? required('status.startTime', 'startTime is required for finished job')
        : undefined,
  },
  {
    about: ['Finished', 'uncountedTerminatedPods'],
    check: ({ now: { uncountedTerminatedPods: uncounted, ...now } }) => {
      const count = (uncounted?.failed?.length ?? 0) + (uncounted?.succeeded?.length ?? 0);
      if (count === 0 || !isFinished(now)) return undefined;
      const internal = { Succeeded: uncounted?.succeeded ?? null, Failed: uncounted?.failed ?? null };
      return invalid('status.uncountedTerminatedPods', internal, 'must be empty for finished job');
    },
  },
  parsing('completedIndexes'),
  parsing('failedIndexes'),
  {
    about: ['completedIndexes'],
    check: ({ spec, now: { completedIndexes } }) => {
      const detail = 'cannot set non-empty completedIndexes when non-indexed completion mode';
      return completedIndexes && spec.completionMode !== 'Indexed'
        ? invalid('status.completedIndexes', completedIndexes, detail)
        : undefined;
    },
  },
  {
    about: ['failedIndexes'],
    check: ({ spec, now: { failedIndexes } }) => {
      const detail = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null';
      return failedIndexes !== undefined && spec.backoffLimitPerIndex === undefined
        ? invalid('status.failedIndexes', failedIndexes, detail)
        : undefined;
    },
  },
  { about: ['failedIndexes', 'completedIndexes'], check: overlap },
  {
    about: ['Finished', 'terminating'],
    check: ({ now: { terminating = 0, ...now } }) =>
      terminating > 0 && isFinished(now)
        ? invalid('status.terminating', terminating, 'terminating>0 is invalid for finished job')
        : undefined,
  },
  {
    about: ['ready', 'active'],
    check: ({ now: { ready = 0, active = 0 } }) =>
      ready > active ? invalid('status.ready', ready, 'cannot set more ready pods than active') : undefined,
  },
];

const flags: Readonly<Record<string, (status: Status) => boolean>> = {
  Finished: isFinished,
  ...Object.fromEntries(
    ['Complete', 'Failed', 'FailureTarget', 'SuccessCriteriaMet'].map((type) => [
      type,
      (status: Status) => has(status, type),
    ]),
  ),
};

function isChanged({ now, old }: Change, what: Rule['about'][number]): boolean {
  const flag = flags[what];
  if (flag) return flag(now) !== flag(old);
  const field = what as keyof Status;
  return !isSame(now[field], old[field]);
}

/** Rules that hold whatever has changed. */
function validateAlways({ spec, now }: Change): FieldError[] {
  const success = has(now, 'SuccessCriteriaMet');
  const unless = 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True';
  const cases: readonly (readonly [broken: boolean, detail: string])[] = [
    [success && has(now, 'Failed'), 'cannot set SuccessCriteriaMet=True and Failed=true conditions'],
    [success && has(now, 'FailureTarget'), 'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions'],
    [spec.successPolicy !== undefined && !success && has(now, 'Complete'), unless],
  ];
  return cases.filter(([broken]) => broken).map(([, detail]) => conditionsProblem(detail));
}

/** What a job has been, it stays; what it has counted, it does not count back. */
function validateProgress({ spec, now, old }: Change): FieldError[] {
  const errors = ['Failed', 'Complete', 'FailureTarget']
    .filter((type) => has(old, type) && !has(now, type))
    .map((type) => conditionsProblem(`cannot disable the terminal ${type}=True condition`));
  const decreased = (field: 'failed' | 'succeeded') => (now[field] ?? 0) < (old[field] ?? 0);
  if (decreased('failed')) errors.push(invalid('status.failed', now.failed ?? 0, 'cannot decrease the failed counter'));
  const scalable = spec.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  if (!scalable && decreased('succeeded')) {
    errors.push(invalid('status.succeeded', now.succeeded ?? 0, 'cannot decrease the succeeded counter'));
  }
  const { completionTime } = now;
  if (completionTime && old.completionTime && completionTime !== old.completionTime) {
    errors.push(invalid('status.completionTime', completionTime, immutable));
  }
  if (old.startTime && old.startTime !== now.startTime && !spec.suspend) {
    errors.push(required('status.startTime', 'startTime cannot be removed for unsuspended job'));
  }
  const [success, before] = [has(now, 'SuccessCriteriaMet'), has(old, 'SuccessCriteriaMet')];
  if (before && !success) errors.push(conditionsProblem('cannot disable the SuccessCriteriaMet=True condition'));
  if (has(old, 'Complete') && !before && success) {
    errors.push(conditionsProblem('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions'));
  }
  return errors;
}

/** Of all pods that are not counted yet, each once. */
function validateUncounted({ uncountedTerminatedPods: uncounted }: Status): FieldError[] {
  const seen = new Set<string>();
  return (['succeeded', 'failed'] as const).flatMap((list) =>
    (uncounted?.[list] ?? []).flatMap((uid, index) => {
      const field = `status.uncountedTerminatedPods.${list}[${index}]`;
      if (uid === '') return [invalid(field, uid, 'must not be empty')];
      if (seen.has(uid)) return [duplicate(field, uid)];
      seen.add(uid);
      return [];
    }),
  );
}

const counts = ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const;

export function validateJobStatus({ spec, status: now = {} }: Job, { status: old = {} }: Job): FieldError[] {
  const change = { spec, now, old };
  return [
    ...counts.flatMap((field) => nonNegative(`status.${field}`, now[field])),
    ...validateUncounted(now),
    ...rules
      .filter(({ about }) => about.some((what) => isChanged(change, what)))
      .map(({ check }) => check(change))
      .filter((error) => error !== undefined),
    ...validateAlways(change),
    ...validateProgress(change),
  ];
}
