/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidateLimitRange)
 */
import { duplicate, forbidden, invalid, invalidBy, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkQualifiedName } from '../names.ts';
import { own } from '../own.ts';
import { compareQuantities, parseQuantity } from '../quantity.ts';
import type { core } from '../types.ts';
import { mayBeOvercommitted, validateContainerResource, validateResourceName } from './resources.ts';

type Limit = core.LimitRangeItem;
type Part = 'max' | 'min' | 'default' | 'defaultRequest' | 'maxLimitRequestRatio';

const amountsOf = (limit: Limit, part: Part): Readonly<Record<string, string>> =>
  (limit[part] ?? {}) as Record<string, string>;

const types = ['Pod', 'Container', 'PersistentVolumeClaim'];

function validateType(field: string, type: string): FieldError[] {
  const malformed = invalidBy(field, type, checkQualifiedName);
  if (malformed.length > 0 || type.includes('/') || types.includes(type)) return malformed;
  return [invalid(field, type, 'must be a standard limit type or fully qualified')];
}

/** A pod as a whole has no defaults. */
const partsOf = (limit: Limit): readonly Part[] =>
  limit.type === 'Pod'
    ? ['max', 'min', 'maxLimitRequestRatio']
    : ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'];

function validateNames(at: string, limit: Limit): FieldError[] {
  const ofContainers = limit.type === 'Pod' || limit.type === 'Container';
  const rule = ofContainers ? validateContainerResource : validateResourceName;
  return partsOf(limit).flatMap((part) =>
    Object.keys(amountsOf(limit, part)).flatMap((name) => rule(`${at}.${part}[${name}]`, name)),
  );
}

const validateNoDefaults = (at: string, limit: Limit): FieldError[] =>
  limit.type === 'Pod'
    ? (['default', 'defaultRequest'] as const)
        .filter((part) => Object.keys(amountsOf(limit, part)).length > 0)
        .map((part) => forbidden(`${at}.${part}`, "may not be specified when `type` is 'Pod'"))
    : [];

function validateStorage(at: string, limit: Limit): FieldError[] {
  if (limit.type !== 'PersistentVolumeClaim') return [];
  if (own(amountsOf(limit, 'min'), 'storage') !== undefined) return [];
  if (own(amountsOf(limit, 'max'), 'storage') !== undefined) return [];
  const detail = 'either minimum or maximum storage value is required, but neither was provided';
  return [required(`${at}.limits`, detail)];
}

/** Which part may not be greater than which, and how upstream words it; `shown` is the value that it names. */
const orders: readonly { less: Part; more: Part; field: Part; shown: Part; words: readonly [string, string] }[] = [
  { less: 'min', more: 'max', field: 'min', shown: 'min', words: ['min value', 'max value'] },
  {
    less: 'min',
    more: 'defaultRequest',
    field: 'defaultRequest',
    shown: 'defaultRequest',
    words: ['min value', 'default request value'],
  },
  {
    less: 'defaultRequest',
    more: 'max',
    field: 'defaultRequest',
    shown: 'defaultRequest',
    words: ['default request value', 'max value'],
  },
  {
    less: 'defaultRequest',
    more: 'default',
    field: 'defaultRequest',
    shown: 'defaultRequest',
    words: ['default request value', 'default limit value'],
  },
  { less: 'min', more: 'default', field: 'default', shown: 'min', words: ['min value', 'default value'] },
  { less: 'default', more: 'max', field: 'default', shown: 'max', words: ['default value', 'max value'] },
];

/** A quotient as Go's `%f` writes it: `2.000000`, `+Inf`. */
function quotient(amount: string, by: string): { value: number; text: string } {
  const value = Number(parseQuantity(amount).nano) / Number(parseQuantity(by).nano);
  return { value, text: Number.isFinite(value) ? value.toFixed(6) : Number.isNaN(value) ? 'NaN' : '+Inf' };
}

function validateRatio(field: string, ratio: string, min: string | undefined, max: string | undefined): FieldError[] {
  const errors = compareQuantities(ratio, '1') < 0 ? [invalid(field, ratio, `ratio ${ratio} is less than 1`)] : [];
  if (min === undefined || max === undefined) return errors;
  const most = quotient(max, min);
  if (!(quotient(ratio, '1').value > most.value)) return errors;
  return [...errors, invalid(field, ratio, `ratio ${ratio} is greater than max/min = ${most.text}`)];
}

function validateAmounts(at: string, limit: Limit, name: string): FieldError[] {
  const parts = partsOf(limit);
  const amount = (part: Part) => (parts.includes(part) ? own(amountsOf(limit, part), name) : undefined);
  const errors = orders.flatMap(({ less, more, field, shown, words }) => {
    const [low, high] = [amount(less), amount(more)];
    if (low === undefined || high === undefined || compareQuantities(low, high) <= 0) return [];
    const detail = `${words[0]} ${low} is greater than ${words[1]} ${high}`;
    return [invalid(`${at}.${field}[${name}]`, amount(shown), detail)];
  });
  const ratio = amount('maxLimitRequestRatio');
  const [byDefault, request] = [amount('default'), amount('defaultRequest')];
  if (ratio !== undefined) {
    errors.push(...validateRatio(`${at}.maxLimitRequestRatio[${name}]`, ratio, amount('min'), amount('max')));
  }
  if (byDefault === undefined || request === undefined || mayBeOvercommitted(name)) return errors;
  if (compareQuantities(byDefault, request) === 0) return errors;
  const detail = `default value ${byDefault} must equal to defaultRequest value ${request} in ${name}`;
  return [...errors, invalid(`${at}.defaultRequest[${name}]`, request, detail)];
}

function validateLimit(at: string, limit: Limit): FieldError[] {
  const names = new Set(partsOf(limit).flatMap((part) => Object.keys(amountsOf(limit, part))));
  return [
    ...validateNames(at, limit),
    ...validateNoDefaults(at, limit),
    ...validateStorage(at, limit),
    ...[...names].flatMap((name) => validateAmounts(at, limit, name)),
  ];
}

export function validateLimitRange(limits: readonly Limit[]): FieldError[] {
  const seen = new Set<string>();
  return limits.flatMap((limit, index) => {
    const at = `spec.limits[${index}]`;
    const { type = '' } = limit;
    const twice = seen.has(type) ? [duplicate(`${at}.type`, type)] : [];
    seen.add(type);
    return [...validateType(`${at}.type`, type), ...twice, ...validateLimit(at, limit)];
  });
}
