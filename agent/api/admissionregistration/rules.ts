/**
 * Which requests a webhook or a policy is about.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/admissionregistration/validation/validation.go
 * (validateRuleWithOperations, validateMatchResources)
 */
import { duplicate, invalid, invalidBy, notSupported, oneOf, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkPathSegment } from '../names.ts';
import { validateLabelSelector } from '../selector-validation.ts';
import type { admissionregistration } from '../types.ts';

type Rule = admissionregistration.RuleWithOperations;

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const scopes = ['*', 'Cluster', 'Namespaced'];
export const matchPolicies = ['Equivalent', 'Exact'];

const validateSome = (path: string, given: readonly string[]): FieldError[] =>
  given.length === 0 ? [required(path)] : [];

const validateWildcard = (path: string, given: readonly string[], what: string): FieldError[] =>
  given.length > 1 && given.includes('*')
    ? [invalid(path, given, `if '*' is present, must not specify other ${what}`)]
    : [];

/** One of `resource/subresource`, beside those before it. */
function validatePair(path: string, pair: string, before: readonly string[]): FieldError[] {
  const [resource = '', ...rest] = pair.split('/');
  const subresource = rest.join('/');
  return [`${resource}/*`, `*/${subresource}`]
    .filter((wildcard) => before.includes(wildcard))
    .map((wildcard) => invalid(path, pair, `if '${wildcard}' is present, must not specify ${pair}`));
}

function validateResources(path: string, given: readonly string[]): FieldError[] {
  const last = given.filter((each) => each !== '' && !each.includes('/')).at(-1);
  const whole = given.includes('*') && last !== '*';
  return [
    ...validateSome(path, given),
    ...given.flatMap((each, index) => {
      const at = `${path}[${index}]`;
      if (each === '') return [required(at)];
      return each.includes('/') ? validatePair(at, each, given.slice(0, index)) : [];
    }),
    ...(given.length > 1 && given.includes('*/*')
      ? [invalid(path, given, "if '*/*' is present, must not specify other resources")]
      : []),
    ...(whole
      ? [invalid(path, given, "if '*' is present, must not specify other resources without subresources")]
      : []),
  ];
}

export function validateRule(path: string, rule: Rule): FieldError[] {
  const { operations: given = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  return [
    ...validateSome(`${path}.operations`, given),
    ...validateWildcard(`${path}.operations`, given, 'operations'),
    ...given.flatMap((operation, index) =>
      operations.includes(operation) ? [] : [notSupported(`${path}.operations[${index}]`, operation, operations)],
    ),
    ...validateSome(`${path}.apiGroups`, apiGroups),
    ...validateWildcard(`${path}.apiGroups`, apiGroups, 'API groups'),
    ...validateSome(`${path}.apiVersions`, apiVersions),
    ...validateWildcard(`${path}.apiVersions`, apiVersions, 'API versions'),
    ...apiVersions.flatMap((version, index) => (version ? [] : [required(`${path}.apiVersions[${index}]`)])),
    ...validateResources(`${path}.resources`, resources),
    ...oneOf(`${path}.scope`, scope, scopes),
  ];
}

const validateNamedRule = (path: string, rule: admissionregistration.NamedRuleWithOperations): FieldError[] => [
  ...(rule.resourceNames ?? []).flatMap((name, index, names) => {
    const at = `${path}.resourceNames[${index}]`;
    return [...invalidBy(at, name, checkPathSegment), ...(names.indexOf(name) < index ? [duplicate(at, name)] : [])];
  }),
  ...validateRule(path, rule),
];

export function validateMatchResources(path: string, match: admissionregistration.MatchResources): FieldError[] {
  const { matchPolicy, namespaceSelector, objectSelector, resourceRules = [], excludeResourceRules = [] } = match;
  return [
    ...(matchPolicy === undefined
      ? [required(`${path}.matchPolicy`)]
      : oneOf(`${path}.matchPolicy`, matchPolicy, matchPolicies)),
    ...(namespaceSelector ? validateLabelSelector(`${path}.namespaceSelector`, namespaceSelector) : []),
    ...(objectSelector ? validateLabelSelector(`${path}.objectSelector`, objectSelector) : []),
    ...resourceRules.flatMap((rule, index) => validateNamedRule(`${path}.resourceRules[${index}]`, rule)),
    ...excludeResourceRules.flatMap((rule, index) => validateNamedRule(`${path}.excludeResourceRules[${index}]`, rule)),
  ];
}

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/admissionregistration/v1/defaults.go */
export function defaultRules(rules: readonly { scope?: string }[] = []): void {
  for (const rule of rules) rule.scope ??= '*';
}

export function defaultMatchResources(match: admissionregistration.MatchResources | undefined): void {
  if (!match) return;
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  defaultRules(match.resourceRules);
  defaultRules(match.excludeResourceRules);
}
