/**
 * Options of requests, checked and worded as upstream does.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/apis/meta/v1/validation/validation.go and
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/apis/meta/internalversion/validation/validation.go
 */
import { forbidden, invalid, notSupported, required } from '../../api/field-errors.ts';
import type { FieldError } from '../../api/kind.ts';
import { mediaType } from '../../api/media-types.ts';
import type { meta } from '../../api/types.ts';
import { validateManager } from '../../api/validation/metadata.ts';
import type { WriteOptions } from '../admission/attributes.ts';
import { badRequest, invalidOptions } from '../errors.ts';
import type { FieldValidation } from '../fields.ts';
import { int64Of, isTrue, type Method, mediaTypeOf, type ServerRequest } from '../request.ts';

const optionsOf: Partial<Record<Method, 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions'>> = {
  POST: 'CreateOptions',
  PUT: 'UpdateOptions',
  PATCH: 'PatchOptions',
  DELETE: 'DeleteOptions',
};

const match = 'resourceVersionMatch';

/** Whole numbers of a query; 0 where there is none. */
export function numberOf(query: URLSearchParams, name: string): number {
  const text = query.get(name);
  if (!text) return 0;
  return Number(int64Of(text));
}

function dryRunErrors(values: readonly string[]): FieldError[] {
  return values.some((value) => value !== 'All') ? [notSupported('dryRun', values, ['All'])] : [];
}

const levels = ['', 'Ignore', 'Strict', 'Warn'];

const dryRunOf = ({ query }: ServerRequest): string[] => query.getAll('dryRun').filter(Boolean);

const isApply = (request: ServerRequest): boolean =>
  request.method === 'PATCH' && mediaTypeOf(request) === mediaType.applyPatch;

/** An apply names its manager; it alone may be forced. */
function managerErrors(request: ServerRequest): FieldError[] {
  const { method, query } = request;
  const manager = query.get('fieldManager') ?? '';
  const applies = isApply(request);
  const isForced = method === 'PATCH' && Boolean(query.get('force'));
  return [
    ...(applies && !manager ? [required('fieldManager', 'is required for apply patch')] : []),
    ...(isForced && !applies ? [forbidden('force', 'may not be specified for non-apply patch')] : []),
    ...validateManager('fieldManager', manager),
  ];
}

/** ValidateCreateOptions, ValidateUpdateOptions and ValidatePatchOptions. */
function writeErrors(request: ServerRequest): FieldError[] {
  const level = request.query.get('fieldValidation') ?? '';
  return [
    ...managerErrors(request),
    ...dryRunErrors(dryRunOf(request)),
    ...(levels.includes(level) ? [] : [notSupported('fieldValidation', level, levels)]),
  ];
}

function checkWriteOptions(request: ServerRequest): void {
  const errors = writeErrors(request);
  if (errors.length > 0) throw invalidOptions(optionsOf[request.method] ?? 'UpdateOptions', errors);
}

/** Of a creation, an update or a patch; a deletion has them in its body as well. */
export function writeOptionsOf(request: ServerRequest): WriteOptions {
  // Most writes bring none, and to look for each of them takes a tenth of a small write. An apply must bring one.
  if (request.search === '' && !isApply(request)) return {};
  checkWriteOptions(request);
  const { query } = request;
  const dryRun = dryRunOf(request);
  const fieldManager = query.get('fieldManager');
  const fieldValidation = query.get('fieldValidation');
  return {
    ...(dryRun.length > 0 ? { dryRun } : {}),
    ...(fieldManager ? { fieldManager } : {}),
    ...(fieldValidation ? { fieldValidation } : {}),
  };
}

/** Only what would come of the write is asked for. */
export const isDryRun = ({ dryRun = [] }: WriteOptions): boolean => dryRun.length > 0;

/** Asked before the options as a whole are, and answers as they do. */
export function fieldValidationOf(request: ServerRequest): FieldValidation {
  if (request.search === '') return 'Warn';
  const text = request.query.get('fieldValidation') ?? '';
  if (text === 'Strict' || text === 'Ignore') return text;
  if (text !== '' && text !== 'Warn') checkWriteOptions(request);
  return 'Warn';
}

/** `watch` says which of the two it is: what one of them needs the other forbids. */
export function checkListOptions(query: URLSearchParams, watch: boolean): void {
  const errors = watch ? watchErrors(query) : listErrors(query);
  if (errors.length > 0) throw invalidOptions('ListOptions', errors);
}

function listErrors(query: URLSearchParams): FieldError[] {
  const wanted = query.get(match);
  const version = query.get('resourceVersion');
  const errors: FieldError[] = [];
  if (wanted) {
    if (!version) errors.push(forbidden(match, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (query.get('continue')) {
      errors.push(forbidden(match, 'resourceVersionMatch is forbidden when continue is provided'));
    }
    if (wanted !== 'Exact' && wanted !== 'NotOlderThan') {
      errors.push(notSupported(match, wanted, ['Exact', 'NotOlderThan', '']));
    }
    if (wanted === 'Exact' && version === '0') {
      errors.push(forbidden(match, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (query.has('sendInitialEvents')) {
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return errors;
}

function watchErrors(query: URLSearchParams): FieldError[] {
  const wanted = query.get(match);
  const initial = query.has('sendInitialEvents');
  const errors: FieldError[] = [];
  if (initial && wanted !== 'NotOlderThan') {
    errors.push(forbidden(match, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (!wanted) return errors;
  if (!initial) {
    errors.push(forbidden(match, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
  }
  if (wanted !== 'NotOlderThan') errors.push(notSupported(match, wanted, ['NotOlderThan']));
  if (query.get('continue')) {
    errors.push(forbidden(match, 'resourceVersionMatch is forbidden when continue is provided'));
  }
  return errors;
}

const policies = ['Foreground', 'Background', 'Orphan'];

/** From the body, or where there is none from the query; `dryRun` from either. */
export function deleteOptionsOf({ query }: ServerRequest, body: unknown): meta.DeleteOptions {
  const fromBody: meta.DeleteOptions = typeof body === 'object' && body !== null ? body : {};
  if (fromBody.kind !== undefined && fromBody.kind !== 'DeleteOptions') {
    throw badRequest(`${fromBody.kind} cannot be handled as a DeleteOptions`);
  }
  const policy = query.get('propagationPolicy');
  const dryRun = [...(fromBody.dryRun ?? []), ...query.getAll('dryRun')].filter(Boolean);
  return {
    ...fromBody,
    ...(query.has('gracePeriodSeconds') ? { gracePeriodSeconds: numberOf(query, 'gracePeriodSeconds') } : {}),
    ...(policy === null ? {} : { propagationPolicy: policy }),
    ...(query.has('orphanDependents') ? { orphanDependents: isTrue(query.get('orphanDependents')) } : {}),
    ...(dryRun.length > 0 ? { dryRun } : {}),
  };
}

export function checkDeleteOptions(options: meta.DeleteOptions): void {
  const { gracePeriodSeconds: grace, propagationPolicy: policy, orphanDependents, dryRun = [] } = options;
  if (grace !== undefined && !Number.isInteger(grace)) throw badRequest('gracePeriodSeconds: must be an integer');
  const errors: FieldError[] = [];
  if (policy !== undefined && orphanDependents !== undefined) {
    const detail = 'orphanDependents and deletionPropagation cannot be both set';
    errors.push(invalid('propagationPolicy', policy, detail));
  }
  if (policy !== undefined && !policies.includes(policy)) {
    errors.push(notSupported('propagationPolicy', policy, [...policies, 'nil']));
  }
  errors.push(...dryRunErrors(dryRun));
  if (errors.length > 0) throw invalidOptions('DeleteOptions', errors);
}
