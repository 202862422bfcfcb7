/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/resource/validation/validation.go
 * (validateDeviceClaim)
 */
import { invalid, invalidBy, notSupported, required, requiredBy } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Subdomain, checkLabelKey, checkLabelValue } from '../names.ts';
import type { resource } from '../types.ts';
import {
  mostConfigurations,
  mostRequests,
  validateConfiguration,
  validateDns,
  validateFullyQualifiedName,
  validateList,
  validateSelectors,
  validateSet,
} from './common.ts';

type Claim = resource.DeviceClaim;
type Exact = resource.ExactDeviceRequest;

const mostAlternatives = 8;
const mostConstraints = 32;
export const taintEffects = ['NoExecute', 'NoSchedule', 'None'];

function validateCount(path: string, { allocationMode: mode, count = 0 }: Pick<Exact, 'allocationMode' | 'count'>) {
  if (mode === 'All') {
    return count === 0 ? [] : [invalid(`${path}.count`, count, "must not be specified when allocationMode is 'All'")];
  }
  if (mode !== 'ExactCount') return [notSupported(`${path}.allocationMode`, mode, ['All', 'ExactCount'])];
  return count > 0 ? [] : [invalid(`${path}.count`, count, 'must be greater than zero')];
}

function validateTolerationValue(path: string, { operator, value = '' }: resource.DeviceToleration): FieldError[] {
  if (operator === 'Equal') return invalidBy(`${path}.value`, value, checkLabelValue);
  if (operator !== 'Exists') {
    return operator
      ? [notSupported(`${path}.operator`, operator, ['Equal', 'Exists'])]
      : [required(`${path}.operator`)];
  }
  return value ? [invalid(`${path}.value`, value, 'must be empty for operator `Exists`')] : [];
}

const validateToleration = (path: string, toleration: resource.DeviceToleration): FieldError[] => [
  ...(toleration.key ? invalidBy(`${path}.key`, toleration.key, checkLabelKey) : []),
  ...validateTolerationValue(path, toleration),
  ...(toleration.effect && !taintEffects.includes(toleration.effect)
    ? [notSupported(`${path}.effect`, toleration.effect, taintEffects)]
    : []),
];

const validateWanted = (path: string, request: Exact): FieldError[] => [
  ...requiredBy(`${path}.deviceClassName`, request.deviceClassName, checkDns1123Subdomain),
  ...validateSelectors(`${path}.selectors`, request.selectors),
  ...validateCount(path, request),
  ...(request.tolerations ?? []).flatMap((toleration, index) =>
    validateToleration(`${path}.tolerations[${index}]`, toleration),
  ),
];

const exactlyOne = 'exactly one of `exactly` or `firstAvailable` is required';

function validateChoice(path: string, { exactly, firstAvailable = [] }: resource.DeviceRequest): FieldError[] {
  const several = firstAvailable.length > 0;
  if (exactly && several) return [invalid(path, null, `${exactlyOne}, but multiple fields are set`)];
  if (exactly) return validateWanted(`${path}.exactly`, exactly);
  if (!several) return [required(path, exactlyOne)];
  return validateSet(`${path}.firstAvailable`, firstAvailable, {
    most: mostAlternatives,
    key: ({ name }) => name,
    validate: (at, request) => [...validateDns(`${at}.name`, request.name), ...validateWanted(at, request)],
  });
}

/** Names of requests, and of their alternatives as `request/alternative`. */
export const requestNames = ({ requests = [] }: Partial<Claim>): ReadonlySet<string> =>
  new Set(
    requests.flatMap(({ name, firstAvailable = [] }) => [
      name,
      ...firstAvailable.map((each) => `${name}/${each.name}`),
    ]),
  );

const notNamed =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

export function validateRequestName(at: string, name: string, names: ReadonlySet<string>): FieldError[] {
  const parts = name.split('/');
  if (parts.length > 2) return [invalid(at, name, notNamed)];
  return [...parts.flatMap((part) => validateDns(at, part)), ...(names.has(name) ? [] : [invalid(at, name, notNamed)])];
}

export const validateRequestNames = (path: string, given: readonly string[], names: ReadonlySet<string>) =>
  validateSet(path, given, {
    most: mostRequests,
    key: (name) => name,
    validate: (at, name) => validateRequestName(at, name, names),
  });

type Constraint = NonNullable<Claim['constraints']>[number];

function validateConstraint(path: string, constraint: Constraint, names: ReadonlySet<string>): FieldError[] {
  const { requests = [], matchAttribute, distinctAttribute } = constraint;
  const errors = validateRequestNames(`${path}.requests`, requests, names);
  if (matchAttribute !== undefined) {
    return [...errors, ...validateFullyQualifiedName(`${path}.matchAttribute`, matchAttribute)];
  }
  if (distinctAttribute !== undefined) {
    return [...errors, ...validateFullyQualifiedName(`${path}.distinctAttribute`, distinctAttribute)];
  }
  const neither = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
  return [...errors, required(path, neither)];
}

export function validateClaim(path: string, claim: Partial<Claim>): FieldError[] {
  const names = requestNames(claim);
  return [
    ...validateSet(`${path}.requests`, claim.requests ?? [], {
      most: mostRequests,
      key: ({ name }) => name,
      validate: (at, request) => [...validateDns(`${at}.name`, request.name), ...validateChoice(at, request)],
    }),
    ...validateList(`${path}.constraints`, claim.constraints ?? [], mostConstraints, (at, constraint) =>
      validateConstraint(at, constraint, names),
    ),
    ...validateList(`${path}.config`, claim.config ?? [], mostConfigurations, (at, configuration) => [
      ...validateRequestNames(`${at}.requests`, configuration.requests ?? [], names),
      ...validateConfiguration(at, configuration),
    ]),
  ];
}

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/resource/v1/defaults.go */
export function defaultClaim({ requests = [] }: Partial<Claim>): void {
  const wanted = requests.flatMap(({ exactly, firstAvailable = [] }) => [
    ...(exactly ? [exactly] : []),
    ...firstAvailable,
  ]);
  for (const request of wanted) {
    request.allocationMode ||= 'ExactCount';
    if (request.allocationMode === 'ExactCount') request.count ||= 1;
    for (const toleration of request.tolerations ?? []) toleration.operator ||= 'Equal';
  }
}
