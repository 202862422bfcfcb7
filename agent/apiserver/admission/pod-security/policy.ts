/**
 * What the labels of a namespace ask of its pods.
 * https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces
 * https://github.com/kubernetes/pod-security-admission/blob/release-1.36/api/helpers.go
 */
import { invalid } from '../../../api/field-errors.ts';
import type { FieldError } from '../../../api/kind.ts';
import { own } from '../../../api/own.ts';
import type { Labels } from '../../../api/selectors.ts';

const levels = ['privileged', 'baseline', 'restricted'] as const;
export type Level = (typeof levels)[number];

export interface Standard {
  level: Level;
  /** `latest`, or as `v1.25`. */
  version: string;
}

export interface Policy {
  enforce: Standard;
  audit: Standard;
  warn: Standard;
}

const modes = ['enforce', 'audit', 'warn'] as const;
type Mode = (typeof modes)[number];

const prefix = 'pod-security.kubernetes.io/';
const anything: Standard = { level: 'privileged', version: 'latest' };
const versionPattern = /^v1\.(?:[0-9]|[1-9][0-9]*)$/;

const isLevel = (text: string): text is Level => levels.some((level) => level === text);
export const isStricter = (level: Level, other: Level): boolean => levels.indexOf(level) > levels.indexOf(other);
export const isSameStandard = (one: Standard, other: Standard): boolean =>
  one.level === other.level && one.version === other.version;
export const nameOf = ({ level, version }: Standard): string => `${level}:${version}`;

const problem = (label: string, value: string, detail: string): FieldError =>
  invalid(`metadata.labels[${label}]`, value, detail);

/** A level that nobody knows is the strictest where it is enforced; elsewhere it is none. */
function levelIn(labels: Labels, mode: Mode, errors: FieldError[]): Level {
  const label = prefix + mode;
  const text = own(labels, label);
  if (text === undefined) return 'privileged';
  if (isLevel(text)) return text;
  errors.push(problem(label, text, `must be one of ${levels.join(', ')}`));
  return mode === 'enforce' ? 'restricted' : 'privileged';
}

function versionIn(labels: Labels, mode: Mode, errors: FieldError[]): string {
  const label = `${prefix}${mode}-version`;
  const text = own(labels, label) ?? 'latest';
  if (text === 'latest' || versionPattern.test(text)) return text;
  errors.push(problem(label, text, 'must be "latest" or "v1.x"'));
  return 'latest';
}

/** There is always a policy; `errors` says what of the labels is wrong. */
export function policyOf(labels: Labels): { policy: Policy; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const policy: Policy = { enforce: anything, audit: anything, warn: anything };
  for (const mode of modes) {
    policy[mode] = { level: levelIn(labels, mode, errors), version: versionIn(labels, mode, errors) };
  }
  const { enforce, warn } = policy;
  const warns = own(labels, `${prefix}warn`) !== undefined;
  const enforces = isLevel(own(labels, `${prefix}enforce`) ?? '');
  if (!warns && enforces && isStricter(enforce.level, warn.level)) {
    const hasVersion = own(labels, `${prefix}warn-version`) !== undefined;
    policy.warn = { level: enforce.level, version: hasVersion ? warn.version : enforce.version };
  }
  return { policy, errors };
}
