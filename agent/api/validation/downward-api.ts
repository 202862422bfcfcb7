/**
 * Validation of what the downward API is asked for.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (validateObjectFieldSelector, validateContainerResourceFieldSelector)
 */
import { invalid, invalidBy, notSupported, required, requiredText } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkQualifiedName } from '../names.ts';
import { formatQuantity, tryParseQuantity } from '../quantity.ts';
import type { core } from '../types.ts';
import { validateLocalPath, validateMode } from './paths.ts';

const environmentFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const fileFields = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
/** Known, and offered to neither or not to both. */
const known = new Set([
  ...environmentFields,
  ...fileFields,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);

const resources = ['cpu', 'ephemeral-storage', 'memory'];
const resourceFields = ['limits', 'requests'].flatMap((part) => resources.map((name) => `${part}.${name}`));
const isHugePages = (field: string): boolean => /^(?:limits|requests)\.hugepages-/.test(field);

const subscripted = /^([^[\]]+)\['(.*)'\]$/;

type Field = NonNullable<core.EnvVarSource['fieldRef']>;

function validateField(at: string, { apiVersion = 'v1', fieldPath }: Field, offered: readonly string[]): FieldError[] {
  const field = `${at}.fieldPath`;
  if (!fieldPath) return [required(field)];
  const unknown = (why: string) => [invalid(field, fieldPath, `error converting fieldPath: ${why}`)];
  if (apiVersion !== 'v1') return unknown(`unsupported pod version: ${apiVersion}`);
  const [, map, key = ''] = subscripted.exec(fieldPath) ?? [];
  if (map === 'metadata.annotations') return invalidBy(at, key.toLowerCase(), checkQualifiedName);
  if (map === 'metadata.labels') return invalidBy(at, key, checkQualifiedName);
  if (map !== undefined) return unknown(`field label does not support subscript: ${fieldPath}`);
  if (!known.has(fieldPath)) return unknown(`field label not supported: ${fieldPath}`);
  return offered.includes(fieldPath) ? [] : [notSupported(field, fieldPath, offered)];
}

const bytes = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];
const divisors: Readonly<Record<string, { called: string; allowed: readonly string[] }>> = {
  cpu: { called: 'cpu', allowed: ['1m', '1'] },
  memory: { called: 'memory', allowed: bytes },
  'ephemeral-storage': { called: 'local ephemeral storage', allowed: bytes },
};
const divisorOf = (resource: string) =>
  isHugePages(resource) ? { called: 'hugepages', allowed: bytes } : divisors[resource.replace(/^[a-z]+\./, '')];

type ResourceField = NonNullable<core.EnvVarSource['resourceFieldRef']>;

function validateDivisor(at: string, { resource, divisor }: ResourceField): FieldError[] {
  const quantity = tryParseQuantity(divisor ?? '0');
  const rule = divisorOf(resource);
  if (!rule || !quantity || quantity.nano === 0n || rule.allowed.includes(formatQuantity(quantity))) return [];
  const values = rule.called === 'cpu' ? '1m and 1' : bytes.join(', ');
  const detail = `only divisor's values ${values} are supported with the ${rule.called} resource`;
  return [invalid(`${at}.divisor`, resource, detail)];
}

export function validateVariableResource(at: string, selector: ResourceField): FieldError[] {
  const { resource } = selector;
  if (!resource) return [required(`${at}.resource`)];
  const offered = resourceFields.includes(resource) || isHugePages(resource);
  return [
    ...(offered ? [] : [notSupported(`${at}.resource`, resource, resourceFields)]),
    ...validateDivisor(at, selector),
  ];
}

export const validateVariableField = (at: string, field: Field): FieldError[] =>
  validateField(at, field, environmentFields);

/** Which container is meant has to be said of a file. */
function validateFileResource(at: string, selector: ResourceField): FieldError[] {
  if (selector.containerName) return validateVariableResource(at, selector);
  return [required(`${at}.containerName`), ...validateDivisor(at, selector)];
}

/** Of a file in a volume; upstream names the volume and not the file in its errors. */
export function validateFile(at: string, file: core.DownwardAPIVolumeFile): FieldError[] {
  const { path, fieldRef, resourceFieldRef, mode } = file;
  const errors = [...requiredText(`${at}.path`, path), ...validateLocalPath(`${at}.path`, path ?? '')];
  if (fieldRef) {
    errors.push(...validateField(`${at}.fieldRef`, fieldRef, fileFields));
    if (resourceFieldRef) {
      const both = 'fieldRef and resourceFieldRef can not be specified simultaneously';
      errors.push(invalid(at, 'resource', both));
    }
  } else if (resourceFieldRef) errors.push(...validateFileResource(`${at}.resourceFieldRef`, resourceFieldRef));
  else errors.push(required(at, 'one of fieldRef and resourceFieldRef is required'));
  return [...errors, ...validateMode(`${at}.mode`, mode)];
}
