/** Rows of the table: jobs and cron jobs. */
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const podSpec = { containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Never' };
const template = { spec: podSpec };
const job = (spec: Json = {}): Json => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {},
  spec: { template, ...spec },
});
const indexed = (spec: Json = {}): Json => job({ completionMode: 'Indexed', completions: 5, ...spec });
const cronJob = (spec: Json = {}): Json => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: {},
  spec: { schedule: '0 * * * *', jobTemplate: { spec: { template } }, ...spec },
});
const failing = (rule: Json): Json => job({ podFailurePolicy: { rules: [rule] } });
const at = 'spec.podFailurePolicy.rules[0]';
const onExit = { operator: 'In', values: [1] };
const time = '2026-01-01T00:00:00Z';
const later = '2026-01-01T01:00:00Z';
const is = (type: string) => ({ type, status: 'True', lastTransitionTime: time, lastProbeTime: time });
const notNegative = 'must be greater than or equal to 0';

/** A change of the status, and what is wrong with it. */
const statusRow = (of: Json, status: Json, lines: readonly string[], before?: Json): Row => ({
  by: 'validateJobStatus',
  of,
  ...(before ? { status: before } : {}),
  change: { status },
  subresource: 'status',
  is: lines,
});

const jobRows: readonly Row[] = [
  {
    by: 'validateJobSpec',
    of: job({
      parallelism: -1,
      completions: -1,
      activeDeadlineSeconds: -1,
      backoffLimit: -1,
      ttlSecondsAfterFinished: -1,
    }),
    is: ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished'].map(
      (field) => `spec.${field}: Invalid value: -1: ${notNegative}`,
    ),
  },
  {
    by: 'validateJobSpec',
    of: indexed({ maxFailedIndexes: 1 }),
    is: ['spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified'],
  },
  {
    by: 'validateJobSpec',
    of: job({ completionMode: 'Other' }),
    is: ['spec.completionMode: Unsupported value: "Other": supported values: "NonIndexed", "Indexed"'],
  },
  {
    by: 'validateJobSpec',
    of: job({ completionMode: 'Indexed', parallelism: 100_001 }),
    is: [
      'spec.completions: Required value: when completion mode is Indexed',
      'spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed',
    ],
  },
  {
    by: 'validateJobSpec',
    of: job({ backoffLimitPerIndex: 1 }),
    is: ['spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode'],
  },
  {
    by: 'validateJobSpec',
    of: indexed({ backoffLimitPerIndex: 1, maxFailedIndexes: 6 }),
    is: ['spec.maxFailedIndexes: Invalid value: 6: must be less than or equal to completions'],
  },
  {
    by: 'validateJobSpec',
    of: job({ managedBy: 'me' }),
    is: ['spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")'],
  },
  {
    by: 'validateJobSpec',
    of: job({ template: { spec: { ...podSpec, restartPolicy: 'Always' } } }),
    is: ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  },
  {
    by: 'validatePodReplacementPolicy',
    of: job({ podReplacementPolicy: 'Later' }),
    is: ['spec.podReplacementPolicy: Unsupported value: "Later": supported values: "Failed", "TerminatingOrFailed"'],
  },
  {
    by: 'validatePodReplacementPolicy',
    of: job({
      podReplacementPolicy: 'TerminatingOrFailed',
      podFailurePolicy: { rules: [{ action: 'Ignore', onExitCodes: onExit }] },
    }),
    is: ['spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"'],
  },
  {
    by: 'ValidateJobSpec',
    of: job({ manualSelector: true, selector: { matchLabels: { a: 'b' } } }),
    is: ['spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`'],
  },
  {
    by: 'ValidateJob',
    of: { ...indexed(), metadata: { name: `j${'o'.repeat(62)}` } },
    is: [
      `metadata.name: Invalid value: "j${'o'.repeat(62)}": will not able to create pod with invalid DNS label: j${'o'.repeat(62)}-4`,
    ],
  },
  {
    by: 'ValidateJobSpecUpdate',
    of: job(),
    change: { spec: { completions: 3, completionMode: 'Indexed', parallelism: 2 } },
    is: [
      'spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism',
      'spec.completionMode: Invalid value: "Indexed": field is immutable',
    ],
  },
  {
    by: 'ValidateJobSpecUpdate',
    of: job(),
    change: { spec: { completions: 3 } },
    is: ['spec.completions: Invalid value: 3: field is immutable'],
  },
  {
    by: 'ValidateJobSpecUpdate',
    of: job(),
    change: { spec: { managedBy: 'example.com/other' } },
    is: ['spec.managedBy: Invalid value: "example.com/other": field is immutable'],
  },
];

const policyRows: readonly Row[] = [
  {
    by: 'validatePodFailurePolicyRule',
    of: failing({ action: 'Retry', onExitCodes: onExit, onPodConditions: [{ type: 'A', status: 'True' }] }),
    is: [
      `${at}.action: Unsupported value: "Retry": supported values: "Count", "FailIndex", "FailJob", "Ignore"`,
      `${at}: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported`,
    ],
  },
  {
    by: 'validatePodFailurePolicyRule',
    of: failing({ action: 'FailIndex' }),
    is: [
      `${at}.action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set`,
      `${at}: Invalid value: specifying one of OnExitCodes and OnPodConditions is required`,
    ],
  },
  {
    by: 'validatePodFailurePolicyRuleOnExitCodes',
    of: failing({ action: 'Count', onExitCodes: { operator: 'In', containerName: 'x', values: [2, 0, 2] } }),
    is: [
      `${at}.onExitCodes.containerName: Invalid value: "x": must be one of the container or initContainer names in the pod template`,
      `${at}.onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator`,
      `${at}.onExitCodes.values[2]: Duplicate value: 2`,
      `${at}.onExitCodes.values: Invalid value: [2,0,2]: must be ordered`,
    ],
  },
  {
    by: 'validatePodFailurePolicyRuleOnExitCodes',
    of: failing({ action: 'Count', onExitCodes: { operator: 'Is', values: [] } }),
    is: [
      `${at}.onExitCodes.operator: Unsupported value: "Is": supported values: "In", "NotIn"`,
      `${at}.onExitCodes.values: Invalid value: []: at least one value is required`,
    ],
  },
  {
    by: 'validatePodFailurePolicyRuleOnPodConditions',
    of: failing({ action: 'Count', onPodConditions: [{ type: 'DisruptionTarget', status: 'Yes' }] }),
    is: [`${at}.onPodConditions[0].status: Unsupported value: "Yes": supported values: "False", "True", "Unknown"`],
  },
  {
    by: 'validatePodFailurePolicy',
    of: job({ podFailurePolicy: { rules: Array(21).fill({ action: 'Count', onExitCodes: onExit }) } }),
    is: ['spec.podFailurePolicy.rules: Too many: 21: must have at most 20 items'],
  },
  {
    by: 'validateSuccessPolicy',
    of: job({ successPolicy: { rules: [{ succeededCount: 1 }] } }),
    is: [
      'spec.successPolicy: Invalid value: {"Rules":[{"SucceededIndexes":null,"SucceededCount":1}]}: requires indexed completion mode',
    ],
  },
  {
    by: 'validateSuccessPolicy',
    of: indexed({ successPolicy: { rules: [] } }),
    is: [
      'spec.successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is specified',
    ],
  },
  {
    by: 'validateSuccessPolicyRule',
    of: indexed({ successPolicy: { rules: [{}, { succeededIndexes: '0-9' }, { succeededCount: 6 }] } }),
    is: [
      'spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified',
      'spec.successPolicy.rules[1].succeededIndexes: Invalid value: "0-9": error parsing succeededIndexes: too large index: "9"',
      'spec.successPolicy.rules[2].succeededCount: Invalid value: 6: must be less than or equal to 5 (the number of specified completions)',
    ],
  },
];

const conditions = 'status.conditions: Invalid value';
const done = { conditions: [is('SuccessCriteriaMet'), is('Complete')], startTime: time, completionTime: later };

const statusRows: readonly Row[] = [
  statusRow(job(), { active: -1, ready: -1 }, [
    `status.active: Invalid value: -1: ${notNegative}`,
    `status.ready: Invalid value: -1: ${notNegative}`,
  ]),
  statusRow(job(), { active: 1, ready: 2 }, ['status.ready: Invalid value: 2: cannot set more ready pods than active']),
  statusRow(job(), { startTime: time, conditions: [is('Complete')], completionTime: later }, [
    `${conditions}: cannot set Complete=True condition without the SuccessCriteriaMet=true condition`,
  ]),
  statusRow(job(), { ...done, active: 1 }, ['status.active: Invalid value: 1: active>0 is invalid for finished job']),
  statusRow(job(), { ...done, completionTime: null }, [
    'status.completionTime: Required value: completionTime is required for Complete jobs',
  ]),
  statusRow(job(), { ...done, startTime: later, completionTime: time }, [
    `status.completionTime: Invalid value: "${time}": must be equal to or after \`startTime\``,
  ]),
  statusRow(job(), { completedIndexes: '0' }, [
    'status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode',
  ]),
  statusRow(indexed(), { completedIndexes: '3,1' }, [
    'status.completedIndexes: Invalid value: "3,1": error parsing completedIndexes: non-increasing order, previous: 3, current: 1',
  ]),
  statusRow(indexed({ backoffLimitPerIndex: 1 }), { completedIndexes: '0-2', failedIndexes: '2' }, [
    'status.failedIndexes: Invalid value: "2": failedIndexes and completedIndexes overlap at index: 2',
  ]),
  statusRow(job(), { uncountedTerminatedPods: { succeeded: ['a', ''], failed: ['a'] } }, [
    'status.uncountedTerminatedPods.succeeded[1]: Invalid value: "": must not be empty',
    'status.uncountedTerminatedPods.failed[0]: Duplicate value: "a"',
  ]),
  {
    ...statusRow(job(), { failed: 1 }, ['status.failed: Invalid value: 1: cannot decrease the failed counter'], {
      failed: 2,
    }),
    by: 'ValidateJobUpdateStatus',
  },
  {
    ...statusRow(
      job(),
      { conditions: [is('SuccessCriteriaMet')], completionTime: null },
      [`${conditions}: cannot disable the terminal Complete=True condition`],
      done,
    ),
    by: 'ValidateJobUpdateStatus',
  },
];

const cronRows: readonly Row[] = [
  { by: 'validateScheduleFormat', of: cronJob({ schedule: '' }), is: ['spec.schedule: Required value'] },
  {
    by: 'validateScheduleFormat',
    of: cronJob({ schedule: 'error' }),
    is: ['spec.schedule: Invalid value: "error": expected exactly 5 fields, found 1: [error]'],
  },
  {
    by: 'validateScheduleFormat',
    of: cronJob({ schedule: 'TZ=UTC 0 * * * *' }),
    is: [
      'spec.schedule: Invalid value: "TZ=UTC 0 * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
    ],
  },
  {
    by: 'validateTimeZone',
    of: cronJob({ timeZone: 'Mars/Base' }),
    is: ['spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base'],
  },
  {
    by: 'validateConcurrencyPolicy',
    of: cronJob({ concurrencyPolicy: 'Queue' }),
    is: ['spec.concurrencyPolicy: Unsupported value: "Queue": supported values: "Allow", "Forbid", "Replace"'],
  },
  {
    by: 'validateCronJobSpec',
    of: cronJob({ startingDeadlineSeconds: -1, successfulJobsHistoryLimit: -1, failedJobsHistoryLimit: -1 }),
    is: ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'].map(
      (field) => `spec.${field}: Invalid value: -1: ${notNegative}`,
    ),
  },
  {
    by: 'ValidateJobTemplateSpec',
    of: cronJob({
      jobTemplate: { spec: { template, manualSelector: true, selector: { matchLabels: { a: 'b' } } } },
    }),
    is: [
      'spec.jobTemplate.spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` will be auto-generated',
      'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
    ],
  },
  {
    by: 'ValidateCronJobCreate',
    of: { ...cronJob(), metadata: { name: 'c'.repeat(53) } },
    is: [`metadata.name: Invalid value: "${'c'.repeat(53)}": must be no more than 52 characters`],
  },
  {
    by: 'ValidateCronJobUpdate',
    of: cronJob(),
    change: { spec: { timeZone: 'Local' } },
    is: [
      'spec.timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
    ],
  },
];

export const batchRows: readonly Row[] = [...jobRows, ...policyRows, ...statusRows, ...cronRows];
