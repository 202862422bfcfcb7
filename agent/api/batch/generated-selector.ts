/**
 * The labels by which a job selects its pods, unless its author selects them.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/batch/job/strategy.go (generateSelector) and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/batch/validation/validation.go
 * (validateGeneratedSelector)
 */
import { invalid, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { own } from '../own.ts';
import { selects } from '../selectors.ts';
import type { Job } from '../types.ts';

const uidLabel = 'batch.kubernetes.io/controller-uid';
const nameLabel = 'batch.kubernetes.io/job-name';
/** Each under its older name, too. */
const uidLabels = ['controller-uid', uidLabel];
const nameLabels = ['job-name', nameLabel];

/** A job without a name, which the validation refuses, is labelled before that. */
const labelsFor = ({ metadata: { name = '', uid } }: Job): Record<string, string> =>
  Object.fromEntries([...nameLabels.map((label) => [label, name]), ...uidLabels.map((label) => [label, uid])]);

/** In place. Labels of the author's own stay, for the validation to refuse. */
export function generateSelector(job: Job): void {
  const { spec } = job;
  if (spec.manualSelector) return;
  spec.template.metadata = {
    ...spec.template.metadata,
    labels: { ...labelsFor(job), ...spec.template.metadata?.labels },
  };
  spec.selector = {
    ...spec.selector,
    matchLabels: { [uidLabel]: job.metadata.uid, ...spec.selector?.matchLabels },
  };
}

/** A job of an earlier release may lack the newer names; what is missing from `old` is not asked for. */
export function validateGeneratedSelector(job: Job, old: Job | undefined): FieldError[] {
  const { manualSelector, selector, template } = job.spec;
  if (manualSelector || !selector) return [];
  const before = old?.spec.template.metadata?.labels;
  const renamed = old === undefined || (own(before, uidLabel) !== undefined && own(before, nameLabel) !== undefined);
  const wanted = Object.entries(labelsFor(job)).filter(([label]) => renamed || !label.includes('/'));
  const errors = wanted.flatMap(([label, value]) => {
    const path = `spec.template.metadata.labels[${label}]`;
    const actual = own(template.metadata?.labels, label);
    if (actual === undefined) return [required(path, `must be '${value}'`)];
    return actual === value ? [] : [invalid(path, template.metadata?.labels, `must be '${value}'`)];
  });
  if (selects(selector, Object.fromEntries(wanted))) return errors;
  return [...errors, invalid('spec.selector', selector, '`selector` not auto-generated')];
}
