/**
 * Validation of claims.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidatePersistentVolumeClaimUpdate, ValidatePersistentVolumeClaimStatusUpdate)
 */
import { forbidden, immutable, invalid, invalidBy, notSupported, required } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import { checkQualifiedName } from '../names.ts';
import { compareQuantities } from '../quantity.ts';
import type { core, PersistentVolumeClaim } from '../types.ts';
import { betaStorageClassAnnotation } from '../volumes.ts';
import { validateClaimSpec } from './claim-template.ts';
import { validateNotNegative } from './persistent-volume.ts';
import { validateAmount } from './resources.ts';
import { isSame } from './same.ts';

type Spec = core.PersistentVolumeClaimSpec;
type Amounts = Readonly<Record<string, string>> | undefined;

const requestsOf = (spec: Spec): Amounts => spec.resources?.requests as Amounts;
const classAnnotation = ({ metadata }: PersistentVolumeClaim): string | undefined =>
  metadata.annotations?.[betaStorageClassAnnotation];

/** A claim from before 1.6 may say its class where claims do now. */
function movesClassToSpec(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const before = classAnnotation(old);
  if (before === undefined || old.spec.storageClassName !== undefined) return false;
  return claim.spec.storageClassName === before && (classAnnotation(claim) ?? before) === before;
}

/** A claim without a class may get one, once there is a default. */
function setsClass(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const { storageClassName } = claim.spec;
  if (storageClassName === undefined || old.spec.storageClassName !== undefined) return false;
  return storageClassName === (classAnnotation(old) ?? storageClassName);
}

/** The new spec with the old value of whatever may change. */
function withOldValues(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): Spec {
  const { spec } = claim;
  const before = old.spec;
  const bound = claim.status?.phase === 'Bound' && spec.resources?.requests !== undefined;
  const storage = requestsOf(before)?.storage;
  const classSet = movesClassToSpec(claim, old) || setsClass(claim, old);
  return {
    ...spec,
    volumeAttributesClassName: before.volumeAttributesClassName,
    ...(classSet ? { storageClassName: before.storageClassName } : {}),
    ...(bound && storage !== undefined
      ? { resources: { ...spec.resources, requests: { ...requestsOf(spec), storage } } }
      : {}),
  };
}

const fixed =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

function validateShrinking(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const size = requestsOf(claim.spec)?.storage ?? '0';
  if (compareQuantities(size, requestsOf(old.spec)?.storage ?? '0') >= 0) return [];
  const capacity = (old.status?.capacity as Amounts)?.storage ?? '0';
  if (compareQuantities(size, capacity) > 0) return [];
  return [forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')];
}

function validateAttributesClass(spec: Spec, old: Spec): FieldError[] {
  const at = 'spec.volumeAttributesClassName';
  const { volumeAttributesClassName: now } = spec;
  const before = old.volumeAttributesClassName;
  if (before === undefined || before === now) return [];
  if (now === undefined) return [forbidden(at, 'update from non-nil value to nil is forbidden')];
  return now === '' ? [forbidden(at, 'update from non-nil value to an empty string is forbidden')] : [];
}

function validateUpdate(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const { spec } = claim;
  const before = { ...old.spec, volumeName: old.spec.volumeName || spec.volumeName };
  const annotation = classAnnotation(claim);
  const reclassed = annotation !== classAnnotation(old) && !movesClassToSpec(claim, old);
  return [
    ...(reclassed ? [invalid(`metadata.annotations[${betaStorageClassAnnotation}]`, annotation ?? '', immutable)] : []),
    ...(isSame(withOldValues(claim, old), before) ? [] : [forbidden('spec', fixed)]),
    ...validateShrinking(claim, old),
    ...(spec.volumeMode === old.spec.volumeMode ? [] : [invalid('volumeMode', spec.volumeMode ?? null, immutable)]),
    ...validateAttributesClass(spec, old.spec),
  ];
}

/** What is stored was valid; what stays as it is is not judged again. */
export const validatePersistentVolumeClaim = (
  claim: PersistentVolumeClaim,
  old?: PersistentVolumeClaim,
): FieldError[] => [
  ...(old && isEqual(claim.spec, old.spec) ? [] : validateClaimSpec('spec', claim.spec)),
  ...(old ? validateUpdate(claim, old) : []),
];

const resizeStates = [
  'ControllerResizeFailed',
  'ControllerResizeInProgress',
  'NodeResizeFailed',
  'NodeResizeInProgress',
  'NodeResizePending',
];

function validateResourceKey(at: string, name: string): FieldError[] {
  const malformed = invalidBy(at, name, checkQualifiedName);
  if (malformed.length > 0) return malformed;
  const isNative = !name.includes('/') || name.includes('kubernetes.io/');
  return isNative && name !== 'storage' ? [notSupported(at, name, ['storage'])] : [];
}

export function validatePersistentVolumeClaimStatus({ spec, status }: PersistentVolumeClaim): FieldError[] {
  const states = Object.entries(status?.allocatedResourceStatuses ?? {});
  const amounts = Object.entries((status?.allocatedResources as Amounts) ?? {});
  return [
    ...(spec.accessModes?.length ? [] : [required('Spec.accessModes')]),
    ...Object.entries((status?.capacity as Amounts) ?? {}).flatMap(([name, amount]) =>
      validateNotNegative(`status.capacity[${name}]`, amount),
    ),
    ...states.flatMap(([name, state]) => [
      ...validateResourceKey('status.allocatedResourceStatus', name),
      ...(resizeStates.includes(state) ? [] : [notSupported('status.allocatedResourceStatus', name, resizeStates)]),
    ]),
    ...amounts.flatMap(([name, amount]) => {
      const misnamed = validateResourceKey('status.allocatedResources', name);
      if (misnamed.length > 0) return misnamed;
      const at = `status.allocatedResources[${name}]`;
      const negative = validateNotNegative(at, amount);
      return negative.length > 0 ? negative : validateAmount(at, 'storage', amount);
    }),
  ];
}
