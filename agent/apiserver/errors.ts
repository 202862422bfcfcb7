/**
 * The API server's error catalogue: status, reason and message as upstream words them.
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/api/errors/errors.go
 */
import { ApiError, messageOf } from '../api/errors.ts';
import { countUpTo } from '../api/json/limits.ts';
import type { FieldError, Kind } from '../api/kind.ts';
import { resourceOf } from '../api/kind.ts';
import { mediaType } from '../api/media-types.ts';
import { quote } from '../api/quote.ts';
import type { meta } from '../api/types.ts';

const definedGroup = (kind: Kind): { group?: string } => {
  const { group: name } = kind.representations[0];
  return name ? { group: name } : {};
};

const detailsOf = (kind: Kind, name: string, extra: Partial<meta.StatusDetails> = {}): meta.StatusDetails => ({
  ...(name ? { name } : {}),
  ...definedGroup(kind),
  kind: kind.plural,
  ...extra,
});

export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message);
export const unauthorized = (): ApiError => new ApiError(401, 'Unauthorized', 'Unauthorized');
export const notFound = (kind: Kind, name: string): ApiError =>
  new ApiError(404, 'NotFound', `${resourceOf(kind)} "${name}" not found`, detailsOf(kind, name));
/** Of what is made when somebody asks; `id` has the namespace. As a metrics server, it names the kind. */
export const notComputed = (kind: Kind, id: string): ApiError =>
  notFound({ ...kind, plural: kind.representations[0].group ? kind.kind.toLowerCase() : kind.plural }, id);
export const noSuchPath = (): ApiError =>
  new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
export const alreadyExists = (kind: Kind, name: string): ApiError =>
  new ApiError(409, 'AlreadyExists', `${resourceOf(kind)} "${name}" already exists`, detailsOf(kind, name));
export const conflict = (kind: Kind, name: string, reason: string): ApiError =>
  new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resourceOf(kind)} "${name}": ${reason}`,
    detailsOf(kind, name),
  );
/** Of a deletion, where upstream names the kind and not the resource. */
export const preconditionFailed = (kind: Kind, name: string, reason: string): ApiError => {
  const { group } = kind.representations[0];
  const details = { ...detailsOf(kind, name), kind: kind.kind };
  const named = group ? `${kind.kind}.${group}` : kind.kind;
  return new ApiError(409, 'Conflict', `Operation cannot be fulfilled on ${named} "${name}": ${reason}`, details);
};
/** Of a binding, where upstream names the subresource as well. */
export const notBound = (kind: Kind, name: string, reason: string): ApiError => {
  const resource = `${kind.plural}/binding`;
  const details = { ...detailsOf(kind, name), kind: resource };
  return new ApiError(409, 'Conflict', `Operation cannot be fulfilled on ${resource} "${name}": ${reason}`, details);
};
export const modified = (kind: Kind, name: string): ApiError =>
  conflict(kind, name, 'the object has been modified; please apply your changes to the latest version and try again');
export const forbidden = (kind: Kind, name: string, reason: string, causes?: meta.StatusCause[]): ApiError =>
  new ApiError(
    403,
    'Forbidden',
    name ? `${resourceOf(kind)} "${name}" is forbidden: ${reason}` : `${resourceOf(kind)} is forbidden: ${reason}`,
    detailsOf(kind, name, causes ? { causes } : {}),
  );
export const methodNotAllowed = (): ApiError =>
  new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
/** Of a custom resource whose definition is being deleted. */
export const notWhileTerminating = (verb: string): ApiError =>
  new ApiError(405, 'MethodNotAllowed', `${verb} not allowed while custom resource definition is terminating`, {});
const answerTypes = [mediaType.json, mediaType.yaml, mediaType.protobuf];
export const notAcceptable = (accepted: readonly string[] = answerTypes): ApiError =>
  new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`, {});
export const tooLongForYaml = (): ApiError =>
  new ApiError(406, 'NotAcceptable', 'error converting JSON to YAML: it is too long: use JSON, or ask for less');
export const unsupportedMediaType = (accepted: readonly string[]): ApiError =>
  new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
    {},
  );
export const tooLarge = (limit: number): ApiError =>
  new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
/** https://github.com/kubernetes/apimachinery/blob/master/pkg/api/errors/errors.go (NewTooManyRequests) */
export const tooManyRequests = (): ApiError =>
  new ApiError(429, 'TooManyRequests', 'Too many requests, please try again later.', { retryAfterSeconds: 1 });
export const timedOut = (): ApiError =>
  new ApiError(504, 'Timeout', 'Timeout: request did not complete within the allotted timeout', {});
/**
 * Of a store that does not answer; clients try again by themselves after two seconds. Upstream means it so, but passes
 * on etcd's own error where etcd has no leader: clients then stop at the first.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/storage/errors/storage.go
 */
export const serverTimeout = (operation: string, resource: string, group = ''): ApiError =>
  new ApiError(
    500,
    'ServerTimeout',
    `The ${operation} operation against ${group ? `${resource}.${group}` : resource} could not be completed at this time, please try again.`,
    { name: operation, ...(group ? { group } : {}), kind: resource, retryAfterSeconds: 2 },
  );
export const expired = (message: string): ApiError => new ApiError(410, 'Expired', message);
export const tooOldResourceVersion = (requested: number, current: number): ApiError =>
  expired(`too old resource version: ${requested} (${current})`);
export const tooLargeResourceVersion = (requested: number, current: number): ApiError =>
  new ApiError(504, 'Timeout', `Too large resource version: ${requested}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
const replaced = 'the files of this program were replaced while it runs: stop the cluster and start it again';

/** Code that is loaded late is gone once another build has taken the place of the one that runs. */
const explained = (error: unknown): string =>
  error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND' ? replaced : messageOf(error);

export function internalError(error: unknown): ApiError {
  const message = explained(error);
  return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

const reasons: Record<FieldError['type'], string> = {
  Required: 'FieldValueRequired',
  Invalid: 'FieldValueInvalid',
  NotSupported: 'FieldValueNotSupported',
  Duplicate: 'FieldValueDuplicate',
  Forbidden: 'FieldValueForbidden',
  TooLong: 'FieldValueTooLong',
  TooMany: 'FieldValueTooMany',
  NotFound: 'FieldValueNotFound',
  TypeInvalid: 'FieldValueTypeInvalid',
};

const titles: Record<FieldError['type'], string> = {
  Required: 'Required value',
  Invalid: 'Invalid value',
  NotSupported: 'Unsupported value',
  Duplicate: 'Duplicate value',
  Forbidden: 'Forbidden',
  TooLong: 'Too long',
  TooMany: 'Too many',
  NotFound: 'Not found',
  TypeInvalid: 'Invalid value',
};

/** Of what a value holds, and of what an answer says: of more, nobody reads on. Upstream has no such limits. */
const mostShown = 1_000;
const longestShown = 10_000;
const longestAnswer = 250_000;

const unsafe: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };
/** As Go's encoder writes it, which makes it safe inside HTML. */
const marshalled = (value: unknown): string => JSON.stringify(value).replace(/[<>&]/g, (sign) => unsafe[sign] ?? sign);

function shownValue(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > longestShown ? `${quote(value.slice(0, longestShown))}...` : quote(value);
  }
  if (typeof value === 'bigint') return String(value);
  return countUpTo(mostShown, value) > mostShown ? '...' : marshalled(value);
}

/** https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/field/errors.go */
function fieldErrorBody({ type, value, detail }: FieldError): string {
  const withoutValue = type === 'Required' || type === 'Forbidden' || type === 'TooLong';
  const shown = withoutValue || value === undefined ? '' : `: ${shownValue(value)}`;
  return `${titles[type]}${shown}${detail ? `: ${detail}` : ''}`;
}

/** `spec.size: Invalid value: 5: must be even` */
export const fieldErrorText = (error: FieldError): string => `${error.field}: ${fieldErrorBody(error)}`;

/** A small body can make upstream answer with 10 MB. */
const mostErrors = 200;

/** The first ones, of which at least one. */
function toldOf(errors: readonly FieldError[]): readonly FieldError[] {
  let length = 0;
  const end = errors.slice(0, mostErrors).findIndex((error) => {
    const isTooLong = length > longestAnswer;
    length += error.field.length + fieldErrorBody(error).length;
    return isTooLong;
  });
  return errors.slice(0, end < 0 ? mostErrors : end);
}

/**
 * Each once. https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/validation/field/errors.go
 * (ToAggregate)
 */
export function textOf(errors: readonly FieldError[]): string {
  const messages = [...new Set(errors.map(fieldErrorText))];
  return messages.length === 1 ? (messages[0] ?? '') : `[${messages.join(', ')}]`;
}

/**
 * What upstream returns as a plain error, and answers without a reason or details.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/endpoints/handlers/responsewriters/status.go
 * (ErrorToAPIStatus)
 */
export const unclassified = (errors: readonly FieldError[]): ApiError => new ApiError(500, '', textOf(errors));

/** Of what is no stored kind: options, token requests; '' and '' for what has no name at all. */
export function invalidNamed(
  { kind, group: of }: { kind: string; group?: string },
  name: string,
  errors: readonly FieldError[],
): ApiError {
  const told = toldOf(errors);
  const text = textOf(told);
  const qualified = of ? `${kind}.${of}` : kind;
  return new ApiError(422, 'Invalid', `${qualified} "${name}" is invalid: ${text}`, {
    ...(name ? { name } : {}),
    ...(of ? { group: of } : {}),
    ...(kind ? { kind } : {}),
    causes: told.map((error) => ({
      reason: reasons[error.type],
      message: fieldErrorBody(error),
      field: error.field,
    })),
  });
}

export const invalid = (kind: Kind, name: string, errors: readonly FieldError[]): ApiError =>
  invalidNamed({ kind: kind.kind, ...definedGroup(kind) }, name, errors);

/** Upstream names the resource in place of the kind, and shows the missing revision as Go does a zero. */
export function revisionMissing(kind: Kind, name: string): ApiError {
  const { group } = kind.representations[0];
  const resource = group ? `${kind.plural}.${group}` : kind.plural;
  const message = 'Invalid value: 0x0: must be specified for an update';
  const field = 'metadata.resourceVersion';
  return new ApiError(422, 'Invalid', `${resource} "${name}" is invalid: ${field}: ${message}`, {
    ...detailsOf(kind, name),
    causes: [{ reason: reasons.Invalid, message, field }],
  });
}

type Options = 'ListOptions' | 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

export const invalidOptions = (kind: Options, errors: readonly FieldError[]): ApiError =>
  invalidNamed({ kind, group: 'meta.k8s.io' }, '', errors);

/**
 * A patch that does not make an object.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/endpoints/handlers/patch.go
 */
export const invalidPatch = (patch: string, detail: string): ApiError =>
  invalidNamed({ kind: '' }, '', [{ type: 'Invalid', field: 'patch', value: patch, detail }]);
