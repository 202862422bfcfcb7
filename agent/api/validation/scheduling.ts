/**
 * Validation of affinity.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (validateAffinity)
 */
import { forbidden, invalid, invalidBy, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkDns1123Subdomain, checkLabelKey, checkLabelValue } from '../names.ts';
import { validateLabelSelector, validateOperator } from '../selector-validation.ts';
import type { core, meta } from '../types.ts';

type Requirement = core.NodeSelectorRequirement;

function validateNodeOperator(path: string, operator: string, values: readonly string[]): FieldError[] {
  if (operator !== 'Gt' && operator !== 'Lt') return validateOperator(path, operator, values);
  if (values.length === 1) return [];
  return [required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
}

const validateExpression = (path: string, { operator, key, values = [] }: Requirement): FieldError[] => [
  ...validateNodeOperator(path, operator, values),
  ...invalidBy(`${path}.key`, key, checkLabelKey),
];

const validateLabelValues = (path: string, { values = [] }: Requirement): FieldError[] =>
  values.flatMap((value, index) => invalidBy(`${path}.values[${index}]`, value, checkLabelValue));

const oneValue = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";

function validateFieldRequirement(path: string, { operator, key, values = [] }: Requirement): FieldError[] {
  const known = operator === 'In' || operator === 'NotIn';
  return [
    ...(known && values.length !== 1 ? [required(`${path}.values`, oneValue)] : []),
    ...(known ? [] : [invalid(`${path}.operator`, operator, 'not a valid selector operator')]),
    ...(key === 'metadata.name'
      ? values.flatMap((value, index) => invalidBy(`${path}.values[${index}]`, value, checkDns1123Subdomain))
      : [invalid(`${path}.key`, key, 'not a valid field selector key')]),
  ];
}

const validateFields = (path: string, { matchFields = [] }: core.NodeSelectorTerm): FieldError[] =>
  matchFields.flatMap((each, index) => validateFieldRequirement(`${path}.matchFields[${index}]`, each));

/** What a node must have; values that no label can have are refused. */
const validateRequiredTerm = (path: string, term: core.NodeSelectorTerm): FieldError[] => [
  ...(term.matchExpressions ?? []).flatMap((each, index) => {
    const at = `${path}.matchExpressions[${index}]`;
    return [...validateExpression(at, each), ...validateLabelValues(at, each)];
  }),
  ...validateFields(path, term),
];

const validatePreferredTerm = (path: string, term: core.NodeSelectorTerm): FieldError[] => [
  ...(term.matchExpressions ?? []).flatMap((each, index) =>
    validateExpression(`${path}.matchExpressions[${index}]`, each),
  ),
  ...validateFields(path, term),
];

const validateWeight = (path: string, weight: number): FieldError[] =>
  weight >= 1 && weight <= 100 ? [] : [invalid(`${path}.weight`, weight, 'must be in the range 1-100')];

const hard = 'requiredDuringSchedulingIgnoredDuringExecution';
const soft = 'preferredDuringSchedulingIgnoredDuringExecution';

/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidateNodeSelector)
 */
export function validateNodeSelector(path: string, { nodeSelectorTerms: terms }: core.NodeSelector): FieldError[] {
  const at = `${path}.nodeSelectorTerms`;
  if (!terms?.length) return [required(at, 'must have at least one node selector term')];
  return terms.flatMap((term, index) => validateRequiredTerm(`${at}[${index}]`, term));
}

function validateNodeAffinity(path: string, affinity: core.NodeAffinity): FieldError[] {
  const needed = affinity[hard];
  return [
    ...(needed ? validateNodeSelector(`${path}.${hard}`, needed) : []),
    ...(affinity[soft] ?? []).flatMap(({ weight, preference }, index) => [
      ...validateWeight(`${path}.${soft}[${index}]`, weight),
      ...validatePreferredTerm(`${path}.${soft}[${index}].preference`, preference),
    ]),
  ];
}

function validateLabelKeys(
  path: string,
  keys: readonly string[],
  selector: meta.LabelSelector | undefined,
): FieldError[] {
  if (keys.length === 0) return [];
  if (!selector) return [forbidden(path, 'must not be specified when labelSelector is not set')];
  return keys.flatMap((key, index) => invalidBy(`${path}[${index}]`, key, checkLabelKey));
}

/** Keys whose values are the pod's own. `path` is that of the term or the constraint. */
export function validateMatchingKeys(
  path: string,
  matched: readonly string[],
  mismatched: readonly string[],
  selector: meta.LabelSelector | undefined,
): FieldError[] {
  const errors = [
    ...validateLabelKeys(`${path}.matchLabelKeys`, matched, selector),
    ...validateLabelKeys(`${path}.mismatchLabelKeys`, mismatched, selector),
  ];
  const selected = new Set(Object.keys(selector?.matchLabels ?? {}));
  const lastOf = new Map(matched.map((key, index) => [key, index]));
  for (const { key } of selector?.matchExpressions ?? []) {
    const index = lastOf.get(key);
    if (index !== undefined && selected.has(key)) {
      errors.push(invalid(`${path}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector'));
    }
    selected.add(key);
  }
  const others = new Set(mismatched);
  for (const [index, key] of matched.entries()) {
    if (!others.has(key)) continue;
    const detail = 'exists in both matchLabelKeys and mismatchLabelKeys';
    errors.push(invalid(`${path}.matchLabelKeys[${index}]`, key, detail));
  }
  return errors;
}

function validatePodTerm(path: string, term: core.PodAffinityTerm): FieldError[] {
  const { labelSelector, namespaceSelector, namespaces = [], topologyKey = '' } = term;
  return [
    ...(labelSelector ? validateLabelSelector(`${path}.labelSelector`, labelSelector) : []),
    ...(namespaceSelector ? validateLabelSelector(`${path}.namespaceSelector`, namespaceSelector) : []),
    ...namespaces.flatMap((name) => invalidBy(`${path}.namespace`, name, checkDns1123Label)),
    ...validateMatchingKeys(path, term.matchLabelKeys ?? [], term.mismatchLabelKeys ?? [], labelSelector),
    ...(topologyKey ? [] : [required(`${path}.topologyKey`, 'can not be empty')]),
    ...invalidBy(`${path}.topologyKey`, topologyKey, checkLabelKey),
  ];
}

const validatePodAffinity = (path: string, affinity: core.PodAffinity): FieldError[] => [
  ...(affinity[hard] ?? []).flatMap((term, index) => validatePodTerm(`${path}.${hard}[${index}]`, term)),
  ...(affinity[soft] ?? []).flatMap(({ weight, podAffinityTerm }, index) => [
    ...validateWeight(`${path}.${soft}[${index}]`, weight),
    ...validatePodTerm(`${path}.${soft}[${index}].podAffinityTerm`, podAffinityTerm),
  ]),
];

export function validateAffinity(path: string, affinity: core.Affinity | undefined): FieldError[] {
  if (!affinity) return [];
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  return [
    ...(nodeAffinity ? validateNodeAffinity(`${path}.nodeAffinity`, nodeAffinity) : []),
    ...(podAffinity ? validatePodAffinity(`${path}.podAffinity`, podAffinity) : []),
    ...(podAntiAffinity ? validatePodAffinity(`${path}.podAntiAffinity`, podAntiAffinity) : []),
  ];
}
