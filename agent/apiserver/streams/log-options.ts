/** Options of the log subresource: https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (ValidatePodLogOptions) */
import { ApiError } from '../../api/errors.ts';
import { badRequest } from '../errors.ts';
import { int64Of } from '../request.ts';

const flags = ['follow', 'previous', 'timestamps'] as const;

/** The query for the kubelet. Throws 422 as upstream where the options do not go together. */
export function logQuery(pod: string, query: URLSearchParams): URLSearchParams {
  const result = new URLSearchParams();
  const errors: { field: string; message: string }[] = [];
  for (const flag of flags) if (isSet(query, flag)) result.set(flag, 'true');
  for (const [field, least] of [
    ['tailLines', 0],
    ['sinceSeconds', 1],
    ['limitBytes', 1],
  ] as const) {
    const text = query.get(field);
    if (!text) continue;
    if (int64Of(text) < least) errors.push({ field, message: tooSmall(text, least) });
    result.set(field, text);
  }
  const sinceTime = query.get('sinceTime');
  if (sinceTime) {
    if (Number.isNaN(Date.parse(sinceTime))) throw badRequest(`parsing time "${sinceTime}" as RFC 3339 failed`);
    if (query.get('sinceSeconds')) {
      errors.push({ field: '', message: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified' });
    }
    result.set('sinceTime', sinceTime);
  }
  if (errors.length > 0) throw invalid(pod, errors);
  return result;
}

const tooSmall = (value: string, least: number): string =>
  least === 0
    ? `Invalid value: ${value}: must be greater than or equal to 0`
    : `Invalid value: ${value}: must be greater than 0`;

/** How a boolean in a query is read: https://github.com/kubernetes/apimachinery/blob/master/pkg/runtime/conversion.go */
export function isSet(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value.toLowerCase() !== 'false' && value !== '0';
}

function invalid(pod: string, errors: readonly { field: string; message: string }[]): ApiError {
  const lines = errors.map(({ field, message }) => (field ? `${field}: ${message}` : message));
  const text = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  return new ApiError(422, 'Invalid', `PodLogOptions "${pod}" is invalid: ${text}`, {
    name: pod,
    kind: 'PodLogOptions',
    causes: errors.map(({ field, message }) => ({ reason: 'FieldValueInvalid', message, field })),
  });
}
