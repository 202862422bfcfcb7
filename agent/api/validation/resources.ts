/**
 * Validation of amounts of resources.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (validateResourceRequirements)
 */
import { duplicate, forbidden, invalid, invalidBy, notFound, notSupported, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkQualifiedName } from '../names.ts';
import { effectiveAmounts } from '../pods.ts';
import { compareQuantities, quantityProblem, tryParseQuantity } from '../quantity.ts';
import type { core } from '../types.ts';

type Amounts = Readonly<Record<string, string>>;

const hugePagesPrefix = 'hugepages-';
export const isHugePages = (name: string): boolean => name.startsWith(hugePagesPrefix);
const isQuotaOfHugePages = (name: string): boolean =>
  isHugePages(name) || name.startsWith(`requests.${hugePagesPrefix}`);

const ofContainers = new Set(['cpu', 'ephemeral-storage', 'memory']);
/** Whole numbers, of which a quota may hold some. */
const counts = new Set([
  'configmaps',
  'count',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
  'services.loadbalancers',
  'services.nodeports',
]);
const standard = new Set([
  ...ofContainers,
  ...counts,
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
  'requests.storage',
  'storage',
]);

/** Known, but to no quota. */
const unlimited = new Set(['count', 'storage']);

const isStandard = (name: string): boolean => standard.has(name) || isQuotaOfHugePages(name);

/** What a quota knows by a name without a domain. */
export const isQuotaResource = (name: string): boolean => isStandard(name) && !unlimited.has(name);

const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');
export const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && checkQualifiedName(`requests.${name}`).length === 0;
export const mayBeOvercommitted = (name: string): boolean => isNative(name) && !isHugePages(name);

/** What holds for the name of any resource. */
export function validateResourceName(path: string, name: string): FieldError[] {
  const malformed = invalidBy(path, name, checkQualifiedName);
  if (malformed.length > 0 || name.includes('/') || isStandard(name)) return malformed;
  return [invalid(path, name, 'must be a standard resource type or fully qualified')];
}

type NameRule = (path: string, name: string) => FieldError[];

export function validateContainerResource(path: string, name: string): FieldError[] {
  if (ofContainers.has(name)) return [];
  const errors = validateResourceName(path, name);
  if (!name.includes('/')) {
    if (!isHugePages(name)) errors.push(invalid(path, name, 'must be a standard resource for containers'));
  } else if (!isNative(name) && !isExtended(name)) {
    errors.push(invalid(path, name, "doesn't follow extended resource name standard"));
  }
  return errors;
}

function validatePodName(path: string, name: string): FieldError[] {
  const errors = validateResourceName(path, name);
  if (errors.length > 0 || name === 'cpu' || name === 'memory' || isHugePages(name)) return errors;
  return [notSupported(path, name, ['cpu', hugePagesPrefix, 'memory'])];
}

const nanoPerUnit = 1_000_000_000n;

/** Not negative, and whole where the resource is counted. */
export function validateAmount(path: string, name: string, amount: string): FieldError[] {
  const quantity = tryParseQuantity(amount);
  if (!quantity) return [invalid(path, amount, quantityProblem(amount))];
  const negative = quantity.nano < 0n ? [invalid(path, amount, 'must be greater than or equal to 0')] : [];
  const broken = quantity.nano % nanoPerUnit !== 0n && (counts.has(name) || isExtended(name));
  return broken ? [...negative, invalid(path, amount, 'must be an integer')] : negative;
}

function isOfWholePages(name: string, amount: string): boolean {
  const size = tryParseQuantity(name.slice(hugePagesPrefix.length));
  const quantity = tryParseQuantity(amount);
  if (!size || !quantity || size.nano <= 0n || size.nano % nanoPerUnit !== 0n) return false;
  return quantity.nano % size.nano === 0n;
}

function validateAmounts(path: string, amounts: Amounts, rule: NameRule): FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, amount] of Object.entries(amounts)) {
    const at = `${path}[${name}]`;
    errors.push(...rule(at, name), ...validateAmount(at, name, amount));
    if (isHugePages(name) && !isOfWholePages(name, amount)) {
      errors.push(invalid(at, amount, `${amount} is not positive integer multiple of ${name}`));
    }
  }
  return errors;
}

function validateRequest(path: string, name: string, request: string, limit: string | undefined): FieldError[] {
  if (limit === undefined) {
    const missing = 'Limit must be set for non overcommitable resources';
    return mayBeOvercommitted(name) ? [] : [required(`${path}.limits`, missing)];
  }
  if (request === limit || !tryParseQuantity(limit) || !tryParseQuantity(request)) return [];
  const order = compareQuantities(request, limit);
  if (order !== 0 && !mayBeOvercommitted(name)) {
    return [invalid(`${path}.requests`, request, `must be equal to ${name} limit of ${limit}`)];
  }
  if (order <= 0) return [];
  return [invalid(`${path}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`)];
}

type Claims = NonNullable<core.ResourceRequirements['claims']>;

/** Names of the pod's claims, each whole or by its requests. */
function validateClaims(path: string, claims: Claims, known: ReadonlySet<string>): FieldError[] {
  const whole = new Set<string>();
  const parts = new Set<string>();
  /** Names of which requests stand in `parts`. */
  const divided = new Set<string>();
  const names = known.size === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`;
  return claims.flatMap(({ name, request }, index) => {
    const at = `${path}[${index}]`;
    if (!name) return [required(at)];
    const errors: FieldError[] = request ? invalidBy(`${at}.request`, request, checkDns1123Label) : [];
    const key = request ? `${name}/${request}` : name;
    if (whole.has(name) || parts.has(key)) errors.push(duplicate(at, whole.has(name) ? name : key));
    else if (!request && divided.has(name)) errors.push(duplicate(at, name));
    (request ? parts : whole).add(key);
    if (request) divided.add(name);
    if (known.has(name)) return errors;
    return [...errors, notFound(at, name, `must be one of the names in pod.spec.resourceClaims${names}`)];
  });
}

const amountsOf = (amounts: unknown): Amounts => (amounts ?? {}) as Amounts;

function validateRequirements(path: string, resources: core.ResourceRequirements, rule: NameRule): FieldError[] {
  const [limits, requests] = [amountsOf(resources.limits), amountsOf(resources.requests)];
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.length === 0) return [];
  const errors = [
    ...validateAmounts(`${path}.limits`, limits, rule),
    ...validateAmounts(`${path}.requests`, requests, rule),
  ];
  for (const name of Object.keys(requests)) {
    errors.push(...validateRequest(path, name, requests[name] ?? '', limits[name]));
  }
  const alone = names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory');
  return alone ? [...errors, forbidden(path, 'HugePages require cpu or memory')] : errors;
}

/** `claims` are the names of the pod's own claims. */
export function validateResources(
  path: string,
  resources: core.ResourceRequirements | undefined,
  claims: ReadonlySet<string>,
): FieldError[] {
  if (!resources) return [];
  const errors = validateRequirements(path, resources, validateContainerResource);
  if (resources.claims) errors.push(...validateClaims(`${path}.claims`, resources.claims, claims));
  return errors;
}

/** What a pod needs beside its containers: limits alone. */
export const validateOverhead = (path: string, overhead: unknown): FieldError[] =>
  overhead ? validateRequirements(path, { limits: amountsOf(overhead) }, validateContainerResource) : [];

/** Of a claim for storage. */
export const validateStorageRequest = (path: string, amount: string): FieldError[] => {
  const quantity = tryParseQuantity(amount);
  if (!quantity || quantity.nano <= 0n) return [invalid(path, amount, 'must be greater than zero')];
  return validateAmount(path, 'storage', amount);
};

function validateTotals(path: string, own: Amounts, totals: Amounts, part: 'limits' | 'requests'): FieldError[] {
  return Object.entries(totals).flatMap(([name, total]) => {
    const amount = own[name];
    if (amount === undefined || compareQuantities(total, amount) <= 0) return [];
    const detail = `must be greater than or equal to aggregate container ${part} of ${total}`;
    return [invalid(`${path}.${part}[${name}]`, amount, detail)];
  });
}

/** Upstream's validatePodResources: of the pod as a whole, against what its containers ask for. */
export function validatePodResources(path: string, spec: core.PodSpec): FieldError[] {
  const { resources } = spec;
  if (!resources) return [];
  if (spec.os?.name === 'windows') return [forbidden(path, 'may not be set for a windows pod')];
  const limits = amountsOf(resources.limits);
  const pages = Object.entries(effectiveAmounts(spec, 'limits')).filter(([name]) => isHugePages(name));
  return [
    ...(resources.claims ? [forbidden(`${path}.claims`, 'claims may not be set for Resources at pod-level')] : []),
    ...validateRequirements(path, resources, validatePodName),
    ...validateTotals(path, amountsOf(resources.requests), effectiveAmounts(spec, 'requests'), 'requests'),
    ...validateTotals(path, limits, Object.fromEntries(pages), 'limits'),
    ...spec.containers.flatMap((container, index) =>
      Object.entries(amountsOf(container.resources?.limits)).flatMap(([name, limit]) => {
        const most = limits[name];
        if (most === undefined || compareQuantities(limit, most) <= 0) return [];
        const detail = `must be less than or equal to pod limits of ${most}`;
        return [invalid(`${path}.containers[${index}][${name}].limits`, limit, detail)];
      }),
    ),
  ];
}
