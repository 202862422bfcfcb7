/**
 * Validation of affinity and topology spread.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (validateAffinity, validateTopologySpreadConstraints)
 */
import { invalid, invalidBy, notSupported, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkLabelKey } from '../names.ts';
import { validateLabelSelector, validateOperator } from '../selector-validation.ts';
import type { core } from '../types.ts';

function validateNodeOperator(path: string, operator: string, values: readonly string[]): FieldError[] {
  if (operator !== 'Gt' && operator !== 'Lt') return validateOperator(path, operator, values);
  if (values.length === 1) return [];
  return [required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
}

const validateRequirement = (path: string, requirement: core.NodeSelectorRequirement): FieldError[] => [
  ...validateNodeOperator(path, requirement.operator, requirement.values ?? []),
  ...invalidBy(`${path}.key`, requirement.key, checkLabelKey),
];

const validateTerm = (path: string, { matchExpressions = [] }: core.NodeSelectorTerm): FieldError[] =>
  matchExpressions.flatMap((each, index) => validateRequirement(`${path}.matchExpressions[${index}]`, each));

const validateWeight = (path: string, weight: number): FieldError[] =>
  weight >= 1 && weight <= 100 ? [] : [invalid(`${path}.weight`, weight, 'must be in the range 1-100')];

const hard = 'requiredDuringSchedulingIgnoredDuringExecution';
const soft = 'preferredDuringSchedulingIgnoredDuringExecution';

function validateNodeAffinity(path: string, affinity: core.NodeAffinity): FieldError[] {
  const terms = affinity[hard]?.nodeSelectorTerms;
  const at = `${path}.${hard}.nodeSelectorTerms`;
  return [
    ...(affinity[hard] && !terms?.length ? [required(at, 'must have at least one node selector term')] : []),
    ...(terms ?? []).flatMap((term, index) => validateTerm(`${at}[${index}]`, term)),
    ...(affinity[soft] ?? []).flatMap(({ weight, preference }, index) => [
      ...validateWeight(`${path}.${soft}[${index}]`, weight),
      ...validateTerm(`${path}.${soft}[${index}].preference`, preference),
    ]),
  ];
}

const validatePodTerm = (path: string, { labelSelector, topologyKey }: core.PodAffinityTerm): FieldError[] => [
  ...(labelSelector ? validateLabelSelector(`${path}.labelSelector`, labelSelector) : []),
  ...(topologyKey
    ? invalidBy(`${path}.topologyKey`, topologyKey, checkLabelKey)
    : [required(`${path}.topologyKey`, 'can not be empty')]),
];

const validatePodAffinity = (path: string, affinity: core.PodAffinity): FieldError[] => [
  ...(affinity[hard] ?? []).flatMap((term, index) => validatePodTerm(`${path}.${hard}[${index}]`, term)),
  ...(affinity[soft] ?? []).flatMap(({ weight, podAffinityTerm }, index) => [
    ...validateWeight(`${path}.${soft}[${index}]`, weight),
    ...validatePodTerm(`${path}.${soft}[${index}].podAffinityTerm`, podAffinityTerm),
  ]),
];

const validateSpread = (path: string, constraint: core.TopologySpreadConstraint): FieldError[] => [
  ...(constraint.maxSkew > 0 ? [] : [invalid(`${path}.maxSkew`, constraint.maxSkew, 'must be greater than zero')]),
  ...(constraint.topologyKey ? [] : [required(`${path}.topologyKey`, 'can not be empty')]),
  ...(['DoNotSchedule', 'ScheduleAnyway'].includes(constraint.whenUnsatisfiable)
    ? []
    : [notSupported(`${path}.whenUnsatisfiable`, constraint.whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'])]),
  ...(constraint.labelSelector ? validateLabelSelector(`${path}.labelSelector`, constraint.labelSelector) : []),
];

/** `path` is that of the pod's spec. */
export const validateScheduling = (path: string, spec: core.PodSpec): FieldError[] => [
  ...(spec.affinity?.nodeAffinity
    ? validateNodeAffinity(`${path}.affinity.nodeAffinity`, spec.affinity.nodeAffinity)
    : []),
  ...(spec.affinity?.podAffinity ? validatePodAffinity(`${path}.affinity.podAffinity`, spec.affinity.podAffinity) : []),
  ...(spec.affinity?.podAntiAffinity
    ? validatePodAffinity(`${path}.affinity.podAntiAffinity`, spec.affinity.podAntiAffinity)
    : []),
  ...(spec.topologySpreadConstraints ?? []).flatMap((each, index) =>
    validateSpread(`${path}.topologySpreadConstraints[${index}]`, each),
  ),
];
