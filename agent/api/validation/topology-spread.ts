/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (validateTopologySpreadConstraints)
 */
import { duplicate, invalid, notSupported, oneOf, positive, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { validateLabelSelector } from '../selector-validation.ts';
import type { core } from '../types.ts';
import { validateMatchingKeys } from './scheduling.ts';

type Constraint = core.TopologySpreadConstraint;

const whenUnsatisfiable = ['DoNotSchedule', 'ScheduleAnyway'];
const policies = ['Honor', 'Ignore'];

function validateMinDomains(path: string, { minDomains, whenUnsatisfiable: when }: Constraint): FieldError[] {
  if (minDomains === undefined) return [];
  const errors = positive(path, minDomains);
  if (when === 'DoNotSchedule') return errors;
  const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${when}`;
  return [...errors, invalid(path, minDomains, detail)];
}

function validateConstraint(path: string, constraint: Constraint, isRepeated: boolean): FieldError[] {
  const { maxSkew, topologyKey, whenUnsatisfiable: when, labelSelector, matchLabelKeys = [] } = constraint;
  const both = `${path}.{topologyKey, whenUnsatisfiable}`;
  return [
    ...positive(`${path}.maxSkew`, maxSkew ?? 0),
    ...(topologyKey ? [] : [required(`${path}.topologyKey`, 'can not be empty')]),
    ...(whenUnsatisfiable.includes(when) ? [] : [notSupported(`${path}.whenUnsatisfiable`, when, whenUnsatisfiable)]),
    ...(isRepeated ? [duplicate(both, `{${topologyKey}, ${when}}`)] : []),
    ...validateMinDomains(`${path}.minDomains`, constraint),
    ...oneOf(`${path}.nodeAffinityPolicy`, constraint.nodeAffinityPolicy, policies),
    ...oneOf(`${path}.nodeTaintsPolicy`, constraint.nodeTaintsPolicy, policies),
    ...validateMatchingKeys(path, matchLabelKeys, [], labelSelector),
    ...(labelSelector ? validateLabelSelector(`${path}.labelSelector`, labelSelector) : []),
  ];
}

/** A topology is spread over once per answer to what cannot be satisfied; upstream reports all but the last. */
export function validateTopologySpread(path: string, constraints: readonly Constraint[] = []): FieldError[] {
  const keyOf = ({ topologyKey, whenUnsatisfiable: when }: Constraint) => `${topologyKey} ${when}`;
  const last = new Map(constraints.map((constraint, index) => [keyOf(constraint), index]));
  return constraints.flatMap((constraint, index) =>
    validateConstraint(`${path}[${index}]`, constraint, last.get(keyOf(constraint)) !== index),
  );
}
