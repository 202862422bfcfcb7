/**
 * What may become of the conditions of a request: who approves or denies, and who reports the certificate, write
 * through subresources of their own.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/certificates/validation/validation.go
 * (validateConditions, validateCertificateSigningRequestUpdate) and pkg/registry/certificates/certificates/strategy.go
 */
import { duplicate, forbidden, invalid, notSupported, required } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import type { CertificateSigningRequest, certificates } from '../types.ts';

type Condition = certificates.CertificateSigningRequestCondition;

const path = 'status.conditions';
const decisions = ['Approved', 'Denied'];
const lasting = [...decisions, 'Failed'];
const statuses = ['False', 'True', 'Unknown'];

const conditionsOf = ({ status }: CertificateSigningRequest): readonly Condition[] => status?.conditions ?? [];
const ofType = (conditions: readonly Condition[], type: string): Condition[] =>
  conditions.filter((condition) => condition.type === type);

const typesOf = (conditions: readonly Condition[]): string[] => conditions.map(({ type }) => type);
const hasBoth = (types: readonly string[]): boolean => decisions.every((type) => types.includes(type));

/** What is wrong already in the stored request may stay. */
interface Tolerance {
  both: boolean;
  repeated: boolean;
  unnamed: boolean;
}

function toleranceOf(old: CertificateSigningRequest | undefined): Tolerance {
  const types = old ? typesOf(conditionsOf(old)) : [];
  return { both: hasBoth(types), repeated: new Set(types).size < types.length, unnamed: types.includes('') };
}

function validateStatus(at: string, { type, status }: Condition): FieldError[] {
  if (!status) return [required(`${at}.status`)];
  const allowed = lasting.includes(type) ? ['True'] : statuses;
  return allowed.includes(status) ? [] : [notSupported(`${at}.status`, status, allowed)];
}

function validateEach(conditions: readonly Condition[], tolerance: Tolerance): FieldError[] {
  const types = typesOf(conditions);
  return conditions.flatMap((condition, index) => {
    const at = `${path}[${index}]`;
    const { type } = condition;
    const other = type === 'Approved' ? 'Denied' : 'Approved';
    const contradicts = decisions.includes(type) && types.slice(0, index).includes(other);
    const exclusive = 'Approved and Denied conditions are mutually exclusive';
    return [
      ...(type || tolerance.unnamed ? [] : [required(`${at}.type`)]),
      ...validateStatus(at, condition),
      ...(contradicts && !tolerance.both ? [invalid(path, type, exclusive)] : []),
      ...(types.indexOf(type) < index && !tolerance.repeated ? [duplicate(`${at}.type`, type)] : []),
    ];
  });
}

export const validateConditions = (
  request: CertificateSigningRequest,
  old: CertificateSigningRequest | undefined,
): FieldError[] => validateEach(conditionsOf(request), toleranceOf(old));

/** What was said once is not taken back. */
export function validateLasting(request: CertificateSigningRequest, old: CertificateSigningRequest): FieldError[] {
  return lasting.flatMap((type) =>
    ofType(conditionsOf(request), type).length < ofType(conditionsOf(old), type).length
      ? [forbidden(path, `updates may not remove a condition of type ${JSON.stringify(type)}`)]
      : [],
  );
}

/** Of every write but those to `approval`. */
export function validateUndecided(request: CertificateSigningRequest, old: CertificateSigningRequest): FieldError[] {
  return decisions.flatMap((type) => {
    const [now, before] = [ofType(conditionsOf(request), type), ofType(conditionsOf(old), type)];
    const verb = now.length > before.length ? 'add' : 'modify';
    if (now.length < before.length || isEqual(now, before)) return [];
    return [forbidden(path, `updates may not ${verb} a condition of type ${JSON.stringify(type)}`)];
  });
}

/** Undefined where there are more or fewer of the type than before. */
function restored(conditions: readonly Condition[], old: readonly Condition[], type: string): Condition[] | undefined {
  const before = ofType(old, type);
  if (ofType(conditions, type).length !== before.length) return undefined;
  let next = 0;
  return conditions.map((condition) => {
    if (condition.type !== type) return condition;
    next += 1;
    return before[next - 1] ?? condition;
  });
}

/** In place: who writes the status may not decide, and leaves all conditions as they were by trying to. */
export function keepDecisions(request: CertificateSigningRequest, old: CertificateSigningRequest): void {
  const before = conditionsOf(old);
  const approved = restored(conditionsOf(request), before, 'Approved');
  const kept = (approved && restored(approved, before, 'Denied')) ?? [...before];
  const { conditions: _written, ...status } = request.status ?? {};
  request.status = kept.length > 0 ? { ...status, conditions: kept } : status;
}

/** The conditions with the times that a client may leave out; `now` is RFC 3339. */
export const withTimes = (conditions: readonly Condition[], old: readonly Condition[], now: string): Condition[] =>
  conditions.map((condition) => {
    const same = old.find(
      ({ type, status, lastTransitionTime }) =>
        type === condition.type && status === condition.status && lastTransitionTime !== undefined,
    );
    return {
      ...condition,
      lastUpdateTime: condition.lastUpdateTime ?? now,
      lastTransitionTime: condition.lastTransitionTime ?? same?.lastTransitionTime ?? now,
    };
  });
