/**
 * Validation of what a claim asks for, by itself and as the template of the claim that is made for a pod's volume.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidatePersistentVolumeClaimTemplate, ValidatePersistentVolumeClaimSpec)
 */
import { forbidden, invalid, invalidIfGiven, notSupported, oneOf, required, requiredText } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Subdomain } from '../names.ts';
import { validateAnnotations, validateLabelSelector, validateLabels } from '../selector-validation.ts';
import type { core } from '../types.ts';
import { validateStorageRequest } from './resources.ts';

type Template = NonNullable<NonNullable<core.Volume['ephemeral']>['volumeClaimTemplate']>;
type ClaimSpec = Template['spec'];

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** Of claims and of volumes; `missing` is the message where there is none. */
export function validateAccessModes(at: string, modes: readonly string[], missing: string): FieldError[] {
  if (modes.length === 0) return [required(at, missing)];
  const errors = modes.filter((mode) => !accessModes.includes(mode)).map((mode) => notSupported(at, mode, accessModes));
  const alone = modes.includes('ReadWriteOncePod');
  const others = modes.some((mode) => mode !== 'ReadWriteOncePod' && accessModes.includes(mode));
  if (!alone || !others) return errors;
  return [...errors, forbidden(at, 'may not use ReadWriteOncePod with other access modes')];
}

function validateStorage(at: string, requests: Readonly<Record<string, string>> | undefined): FieldError[] {
  const field = `${at}[storage]`;
  const amount = requests?.storage;
  return amount === undefined ? [required(field)] : validateStorageRequest(field, amount);
}

type Reference = { apiGroup?: string; kind?: string; name?: string };

function validateReference(at: string, { apiGroup = '', kind, name }: Reference): FieldError[] {
  const unclear = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
  return [
    ...requiredText(`${at}.name`, name),
    ...requiredText(`${at}.kind`, kind),
    ...(apiGroup === '' && kind !== 'PersistentVolumeClaim' ? [invalid(at, kind, unclear)] : []),
    ...invalidIfGiven(`${at}.apiGroup`, apiGroup, checkDns1123Subdomain),
  ];
}

function validateReferences(at: string, { dataSource, dataSourceRef }: ClaimSpec): FieldError[] {
  const errors = [
    ...(dataSource ? validateReference(`${at}.dataSource`, dataSource) : []),
    ...(dataSourceRef ? validateReference(`${at}.dataSourceRef`, dataSourceRef) : []),
  ];
  if (!dataSource || !dataSourceRef) return errors;
  const { namespace, ...reference } = dataSourceRef;
  if (namespace) {
    errors.push(invalid(at, `${at}.dataSource`, 'may not be specified when dataSourceRef.namespace is specified'));
  } else if (!isEqual({ ...dataSource }, reference)) {
    errors.push(invalid(at, `${at}.dataSource`, 'must match dataSourceRef'));
  }
  return errors;
}

export const volumeModes = ['Block', 'Filesystem'];

export const validateClaimSpec = (at: string, spec: ClaimSpec): FieldError[] => [
  ...validateAccessModes(`${at}.accessModes`, spec.accessModes ?? [], 'at least 1 access mode is required'),
  ...(spec.selector ? validateLabelSelector(`${at}.selector`, spec.selector) : []),
  ...validateStorage(`${at}.resources`, spec.resources?.requests as Record<string, string> | undefined),
  ...invalidIfGiven(`${at}.storageClassName`, spec.storageClassName, checkDns1123Subdomain),
  ...oneOf(`${at}.volumeMode`, spec.volumeMode, volumeModes),
  ...validateReferences(at, spec),
  ...invalidIfGiven(`${at}.volumeAttributesClassName`, spec.volumeAttributesClassName, checkDns1123Subdomain),
];

type TemplateMetadata = NonNullable<Template['metadata']>;

/** Of what is made from a template: labels and annotations alone. */
export function validateTemplateMetadata(at: string, metadata: TemplateMetadata = {}): FieldError[] {
  const { labels, annotations, ...others } = metadata;
  const misplaced = Object.entries(others).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return [
    ...validateAnnotations(`${at}.annotations`, annotations),
    ...validateLabels(`${at}.labels`, labels),
    ...misplaced.map(([field]) => forbidden(`${at}.${field}`, 'cannot be set')),
  ];
}

export const validateClaimTemplate = (at: string, { metadata, spec }: Template): FieldError[] => [
  ...validateTemplateMetadata(`${at}.metadata`, metadata),
  ...validateClaimSpec(`${at}.spec`, spec ?? {}),
];
