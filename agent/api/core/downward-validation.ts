/**
 * Validation of what the downward API is asked for.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (validateObjectFieldSelector, validateContainerResourceFieldSelector)
 */
import { invalid, notSupported, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import type { core } from '../types.ts';

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
const resourceFields = ['limits', 'requests'].flatMap((kind) => resources.map((name) => `${kind}.${name}`));
const isResourceField = (field: string): boolean =>
  resourceFields.includes(field) || /^(limits|requests)\.hugepages-./.test(field);

const subscripted = /^(.+)\['(.*)'\]$/;

function validateField(at: string, fieldPath: string | undefined, offered: readonly string[]): FieldError[] {
  if (!fieldPath) return [required(at)];
  const unknown = (why: string) => [invalid(at, fieldPath, `error converting fieldPath: ${why}: ${fieldPath}`)];
  const [, map] = subscripted.exec(fieldPath) ?? [];
  if (map !== undefined) {
    const isMap = map === 'metadata.annotations' || map === 'metadata.labels';
    return isMap ? [] : unknown('field label does not support subscript');
  }
  if (!known.has(fieldPath)) return unknown('field label not supported');
  return offered.includes(fieldPath) ? [] : [notSupported(at, fieldPath, offered)];
}

function validateResource(at: string, resource: string | undefined): FieldError[] {
  if (!resource) return [required(at)];
  return isResourceField(resource) ? [] : [notSupported(at, resource, resourceFields)];
}

/** Of an environment variable. */
export function validateVariableSource(at: string, { fieldRef, resourceFieldRef }: core.EnvVarSource): FieldError[] {
  return [
    ...(fieldRef ? validateField(`${at}.fieldRef.fieldPath`, fieldRef.fieldPath, environmentFields) : []),
    ...(resourceFieldRef ? validateResource(`${at}.resourceFieldRef.resource`, resourceFieldRef.resource) : []),
  ];
}

/** Of a file in a volume; which container is meant has to be said there. */
export function validateFileSources(at: string, items: readonly core.DownwardAPIVolumeFile[] = []): FieldError[] {
  return items.flatMap(({ fieldRef, resourceFieldRef }, index) => {
    const each = `${at}.items[${index}]`;
    if (fieldRef) return validateField(`${each}.fieldRef.fieldPath`, fieldRef.fieldPath, fileFields);
    if (!resourceFieldRef) return [required(each, 'one of fieldRef and resourceFieldRef is required')];
    const { containerName, resource } = resourceFieldRef;
    if (!containerName) return [required(`${each}.resourceFieldRef.containerName`)];
    return validateResource(`${each}.resourceFieldRef.resource`, resource);
  });
}
