/**
 * Validation of persistent volumes, and of those that an attachment carries inline.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidatePersistentVolumeSpec, ValidatePersistentVolumeUpdate)
 */
import { forbidden, immutable, invalid, invalidBy, notSupported, oneOf, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Subdomain } from '../names.ts';
import { formatQuantity, parseQuantity } from '../quantity.ts';
import type { core, PersistentVolume } from '../types.ts';
import { validateAccessModes, volumeModes } from './claim-template.ts';
import { internalNodeAffinity } from './internal-types.ts';
import { validateVolumeSource, volumeFields } from './persistent-volume-source.ts';
import { isSame } from './same.ts';
import { validateNodeSelector } from './scheduling.ts';

type Spec = core.PersistentVolumeSpec;

const reclaimPolicies = ['Delete', 'Recycle', 'Retain'];

/** Amounts by resource. Upstream's validateBasicResource and ValidatePositiveQuantityValue. */
export const validateNotNegative = (at: string, amount: string): FieldError[] => {
  const { nano } = parseQuantity(amount);
  const rounded = Number(nano / 1_000_000_000n);
  return rounded < 0 ? [invalid(at, rounded, 'must be a valid resource quantity')] : [];
};

function validateCapacity(at: string, capacity: Readonly<Record<string, string>> | undefined): FieldError[] {
  const names = Object.keys(capacity ?? {});
  return [
    ...(names.length === 0 ? [required(at)] : []),
    ...(names.length === 1 && names[0] === 'storage' ? [] : [notSupported(at, capacity ?? null, ['storage'])]),
    ...Object.entries(capacity ?? {}).flatMap(([name, amount]) => {
      const quantity = parseQuantity(amount);
      const positive = quantity.nano > 0n;
      return [
        ...validateNotNegative(`${at}[${name}]`, amount),
        ...(positive ? [] : [invalid(`${at}[${name}]`, formatQuantity(quantity), 'must be greater than zero')]),
      ];
    }),
  ];
}

function validateVolumeAffinity(at: string, affinity: NonNullable<Spec['nodeAffinity']>): FieldError[] {
  if (!affinity.required) return [required(`${at}.required`, 'must specify required node constraints')];
  return validateNodeSelector(`${at}.required`, affinity.required);
}

/** Several slashes, `.` and `..` change nothing about it. */
const isRoot = (path: string): boolean => path.split('/').every((part) => part === '' || part === '.');

/** What it says beside capacity and source; `path` is that of the spec. */
function validateClasses(path: string, spec: Spec): FieldError[] {
  const { storageClassName, volumeMode, volumeAttributesClassName: attributes } = spec;
  const empty = required(`${path}.volumeAttributesClassName`, 'an empty string is disallowed');
  return [
    ...(storageClassName ? invalidBy(`${path}.storageClassName`, storageClassName, checkDns1123Subdomain) : []),
    ...oneOf(`${path}.volumeMode`, volumeMode, volumeModes),
    ...(attributes === '' ? [empty] : []),
    ...(attributes ? invalidBy(`${path}.volumeAttributesClassName`, attributes, checkDns1123Subdomain) : []),
    ...(attributes === undefined || spec.csi
      ? []
      : [required(`${path}.csi`, 'has to be specified when using volumeAttributesClassName')]),
  ];
}

function validateSpec(path: string, spec: Spec, name: string): FieldError[] {
  const { hostPath, persistentVolumeReclaimPolicy: policy, nodeAffinity } = spec;
  const recycled = hostPath && isRoot(hostPath.path) && policy === 'Recycle';
  return [
    ...validateAccessModes(`${path}.accessModes`, spec.accessModes ?? [], ''),
    ...validateCapacity(`${path}.capacity`, spec.capacity as Record<string, string> | undefined),
    ...oneOf(`${path}.persistentVolumeReclaimPolicy`, policy || undefined, reclaimPolicies),
    ...(nodeAffinity ? validateVolumeAffinity(`${path}.nodeAffinity`, nodeAffinity) : []),
    ...validateVolumeSource(path, spec, name),
    ...(recycled
      ? [forbidden(`${path}.persistentVolumeReclaimPolicy`, "may not be 'recycle' for a hostPath mount of '/'")]
      : []),
    ...validateClasses(path, spec),
  ];
}

/** Of an attachment, which may bring only what a driver needs. */
export function validateInlineVolume(path: string, spec: Spec): FieldError[] {
  const context = 'in the context of inline volumes';
  const { persistentVolumeReclaimPolicy: policy, volumeMode } = spec;
  const unwanted = (field: keyof Spec) => forbidden(`${path}.${field}`, `may not be specified ${context}`);
  return [
    ...(spec.claimRef ? [unwanted('claimRef')] : []),
    ...(Object.keys(spec.capacity ?? {}).length > 0 ? [unwanted('capacity')] : []),
    ...(spec.csi ? [] : [required(`${path}.csi`, `has to be specified ${context}`)]),
    ...validateAccessModes(`${path}.accessModes`, spec.accessModes ?? [], ''),
    ...(policy && policy !== 'Retain'
      ? [forbidden(`${path}.persistentVolumeReclaimPolicy`, `may only be Retain ${context}`)]
      : []),
    ...(spec.nodeAffinity ? [unwanted('nodeAffinity')] : []),
    ...validateVolumeSource(path, spec, ''),
    ...(spec.storageClassName ? [unwanted('storageClassName')] : []),
    ...(volumeMode !== undefined && volumeMode !== 'Filesystem'
      ? [forbidden(`${path}.volumeMode`, `may not specify volumeMode other than Filesystem ${context}`)]
      : []),
  ];
}

const sourceOf = (spec: Spec): Spec =>
  Object.fromEntries(volumeFields.flatMap((field) => (spec[field] === undefined ? [] : [[field, spec[field]]])));

/** A secret for expansion may be added later. */
function withoutAddedSecret(spec: Spec, old: Spec): Spec {
  if (!spec.csi || !old.csi || old.csi.controllerExpandSecretRef) return spec;
  const { controllerExpandSecretRef: _added, ...csi } = spec.csi;
  return { ...spec, csi };
}

function validateUpdate(spec: Spec, old: Spec): FieldError[] {
  const { nodeAffinity: affinity } = spec;
  const cleared = old.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined;
  const moved = old.nodeAffinity !== undefined && !isSame({ affinity }, { affinity: old.nodeAffinity });
  return [
    ...(isSame(sourceOf(withoutAddedSecret(spec, old)), sourceOf(old))
      ? []
      : [forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation')]),
    ...(spec.volumeMode === old.volumeMode ? [] : [invalid('volumeMode', spec.volumeMode ?? null, immutable)]),
    ...(moved
      ? [
          invalid(
            'nodeAffinity',
            internalNodeAffinity(affinity),
            `${immutable}, except for updating from beta label to GA`,
          ),
        ]
      : []),
    ...(cleared ? [forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden')] : []),
  ];
}

export const validatePersistentVolume = (
  { metadata, spec }: PersistentVolume,
  old?: PersistentVolume,
): FieldError[] => [...validateSpec('spec', spec, metadata.name), ...(old ? validateUpdate(spec, old.spec) : [])];
